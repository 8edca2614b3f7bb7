using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json.Serialization;
using SecureFL.Learning.Data;
using SecureFL.Learning.Data.Datasets;
using SecureFL.Learning.Settings;

namespace SecureFL.Learning.Models;

/// <summary>The function between hidden layers.</summary>
public enum Activation
{
    /// <summary>max(0, x).</summary>
    Relu,

    /// <summary>Hyperbolic tangent.</summary>
    Tanh,
}

/// <summary>
/// A built-in model: dense layers with an output for the task. Without hidden layers it is linear, logistic or softmax
/// regression; with them a multi-layer perceptron. Losses: squared error (y - f)^2, or cross-entropy of the sigmoid or
/// softmax output.
/// </summary>
public sealed record ModelSpec
{
    /// <summary>The task, which fixes output and loss.</summary>
    public required LearningTask Task { get; init; }

    /// <summary>Features a row.</summary>
    [Within(1)]
    public required int Inputs { get; init; }

    /// <summary>Outputs: 1 for binary and regression, the number of classes for multi-class.</summary>
    [Within(1)]
    public required int Outputs { get; init; }

    /// <summary>Units of every hidden layer; empty for a regression.</summary>
    [Within(1)]
    public ImmutableArray<int> Hidden { get; init; } = [];

    /// <summary>The function after every hidden layer.</summary>
    public Activation Activation { get; init; } = Activation.Relu;

    /// <summary>Classes of the task: 2, <see cref="Outputs"/>, or 0.</summary>
    [JsonIgnore]
    public int ClassCount => Task switch
    {
        LearningTask.Binary => 2,
        LearningTask.MultiClass => Outputs,
        _ => 0,
    };

    /// <summary>Linear regression with squared error.</summary>
    public static ModelSpec Linear(int inputs) =>
        new() { Task = LearningTask.Regression, Inputs = inputs, Outputs = 1 };

    /// <summary>Logistic regression.</summary>
    public static ModelSpec Logistic(int inputs) => new() { Task = LearningTask.Binary, Inputs = inputs, Outputs = 1 };

    /// <summary>Softmax regression.</summary>
    public static ModelSpec Softmax(int inputs, int classes) =>
        new() { Task = LearningTask.MultiClass, Inputs = inputs, Outputs = classes };

    /// <summary>
    /// The regression that fits the data, or a perceptron when <paramref name="hidden"/> names layers.
    /// </summary>
    public static ModelSpec For(Dataset data, params ReadOnlySpan<int> hidden)
    {
        ArgumentNullException.ThrowIfNull(data);
        return new ModelSpec
        {
            Task = data.Task,
            Inputs = data.Width,
            Outputs = data.Task == LearningTask.MultiClass ? data.ClassCount : 1,
            Hidden = [.. hidden],
        };
    }

    /// <summary>The most parameters of a built-in model: two thirds of what one array of numbers can hold.</summary>
    private const int MostParameters = 1_400_000_000;

    /// <summary>Refuses a spec that contradicts itself.</summary>
    /// <exception cref="ArgumentException">Names the rule that was broken.</exception>
    public void Check()
    {
        if (Inputs < 1 || Hidden.IsDefault || Hidden.Any(units => units < 1))
        {
            throw new ArgumentException(
                $"{Inputs} inputs and hidden layers of {(Hidden.IsDefault ? "none" : string.Join(", ", Hidden))}: "
                + $"each must be at least 1");
        }

        double parameters = 0;
        double inputs = Inputs;
        foreach (int units in Hidden.Append(Outputs))
        {
            parameters += (inputs + 1) * units;
            inputs = units;
        }

        if (parameters > MostParameters)
        {
            throw new ArgumentException(
                string.Create(CultureInfo.InvariantCulture,
                    $"hidden layers that make {parameters:G3} parameters: at most {MostParameters}"));
        }

        if (Task == LearningTask.MultiClass ? Outputs < 2 : Outputs != 1)
        {
            throw new ArgumentException($"{Outputs} outputs do not fit a {Task} task");
        }
    }

    /// <summary>
    /// The tensors <c>layers.i.weight</c> (outputs by inputs, as PyTorch's Linear) and <c>layers.i.bias</c>.
    /// </summary>
    public ModelLayout CreateLayout()
    {
        Check();
        List<(string, ImmutableArray<int>)> tensors = [];
        int inputs = Inputs;
        int layer = 0;
        foreach (int outputs in Hidden.Append(Outputs))
        {
            tensors.Add(($"layers.{layer}.weight", [outputs, inputs]));
            tensors.Add(($"layers.{layer}.bias", [outputs]));
            inputs = outputs;
            layer++;
        }

        return new ModelLayout(tensors);
    }
}
