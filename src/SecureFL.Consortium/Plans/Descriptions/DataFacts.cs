using SecureFL.Learning.Data;
using SecureFL.Learning.Data.Schemas;
using SecureFL.Learning.Models;

namespace SecureFL.Consortium.Plans.Descriptions;

/// <summary>What a description learns from the data before it is settled.</summary>
/// <param name="Task">The task of the label.</param>
/// <param name="Inputs">Features a row.</param>
/// <param name="Classes">Classes of the task, 0 for regression.</param>
/// <param name="Schema">The columns; null for arrays.</param>
public sealed record DataFacts(LearningTask Task, int Inputs, int Classes, TableSchema? Schema)
{
    /// <summary>The tensors and initial weights of an external trainer's model; null for a built-in one.</summary>
    public (ModelLayout Layout, SecureFL.Messages.Primitives.Digest InitialWeights)? External { get; init; }

    /// <summary>The facts of a table.</summary>
    public static DataFacts Of(TableSchema schema)
    {
        ArgumentNullException.ThrowIfNull(schema);
        return new DataFacts(schema.Label.Task, schema.Width, schema.Label.ClassCount, schema);
    }
}
