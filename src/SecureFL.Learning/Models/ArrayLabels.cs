using SecureFL.Learning.Data;

namespace SecureFL.Learning.Models;

/// <summary>What the labels of a model over arrays were, which have no schema that says it.</summary>
/// <param name="Task">The task.</param>
/// <param name="Classes">2 for binary, at least 2 for multi-class, 0 for regression.</param>
/// <param name="Column">The label's column in a matrix, by index; null for the last.</param>
public sealed record ArrayLabels(LearningTask Task, int Classes, string? Column);
