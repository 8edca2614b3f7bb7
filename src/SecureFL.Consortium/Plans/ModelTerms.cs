using System.Collections.Immutable;
using System.Text.Json.Serialization;
using SecureFL.Learning.Data;
using SecureFL.Learning.Metrics;
using SecureFL.Learning.Models;
using SecureFL.Learning.Settings;
using SecureFL.Messages.Primitives;

namespace SecureFL.Consortium.Plans;

/// <summary>One tensor of an external trainer's model.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Shape">The length of every axis.</param>
public sealed record TensorTerms(string Name, ImmutableArray<int> Shape);

/// <summary>
/// The model that is trained: a built-in architecture, or the tensors of one that only the sites' external trainers
/// understand. The terms never name the command of a trainer: what runs at a site is the site's own decision.
/// </summary>
public sealed record ModelTerms
{
    /// <summary>The built-in architecture; null for an external trainer.</summary>
    public ModelSpec? BuiltIn { get; init; }

    /// <summary>
    /// The tensors of an external trainer's model; empty for a built-in one, whose architecture fixes them.
    /// </summary>
    public ImmutableArray<TensorTerms> Tensors { get; init; } = [];

    /// <summary>The task.</summary>
    public required LearningTask Task { get; init; }

    /// <summary>Classes of the task, 0 for regression.</summary>
    [Within(0)]
    public required int Classes { get; init; }

    /// <summary>Features a row.</summary>
    [Within(0)]
    public required int Inputs { get; init; }

    /// <summary>
    /// The stamp's digest of the weights before the first round (version 0), where they are brought in a file; null
    /// where a built-in model draws them from the seed. An external trainer's model always has one.
    /// </summary>
    public Digest? InitialWeights { get; init; }

    /// <summary>The tensors as they lie in the flat vector.</summary>
    [JsonIgnore]
    public ModelLayout Layout => BuiltIn?.CreateLayout()
        ?? new ModelLayout(Tensors.Select(tensor => (tensor.Name, tensor.Shape)));

    /// <summary>The counters of an evaluation.</summary>
    [JsonIgnore]
    public MetricLayout Metrics => new(Task, Classes);

    /// <summary>The terms of a built-in model that starts from the seed.</summary>
    public static ModelTerms Of(ModelSpec spec)
    {
        ArgumentNullException.ThrowIfNull(spec);
        return new ModelTerms { BuiltIn = spec, Task = spec.Task, Classes = spec.ClassCount, Inputs = spec.Inputs };
    }

    /// <summary>The most features a row: a short text must not make a long list.</summary>
    public const int MostInputs = 1 << 22;

    /// <summary>Refuses terms that contradict themselves.</summary>
    /// <exception cref="ArgumentException">Names the rule that was broken.</exception>
    public void Check()
    {
        if (Tensors.IsDefault || Tensors.Any(tensor => tensor.Shape.IsDefault) || (BuiltIn is null) == Tensors.IsEmpty)
        {
            throw new ArgumentException(
                "a model has either a built-in architecture or the tensors of an external trainer");
        }

        if (BuiltIn is ModelSpec spec)
        {
            spec.Check();
            if (spec.Task != Task || spec.ClassCount != Classes || spec.Inputs != Inputs)
            {
                throw new ArgumentException(
                    $"task {Task} with {Classes} classes and {Inputs} inputs, the architecture has {spec.Task}, "
                    + $"{spec.ClassCount} and {spec.Inputs}");
            }
        }
        else if (InitialWeights is null)
        {
            throw new ArgumentException("an external trainer's model needs the digest of its initial weights");
        }

        bool classesFit = Task switch
        {
            LearningTask.Regression => Classes == 0,
            LearningTask.Binary => Classes == 2,
            _ => Classes is >= 2 and <= 1 << 20
        };
        if (!classesFit || Inputs is < 1 or > MostInputs)
        {
            throw new ArgumentException(
                $"{Classes} classes and {Inputs} inputs (at most {MostInputs}) do not fit a {Task} task");
        }

        _ = Layout;
    }
}
