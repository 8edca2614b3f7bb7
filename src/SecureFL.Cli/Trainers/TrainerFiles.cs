using System.Text.Json;
using System.Text.Json.Serialization;
using SecureFL.Learning.Data;
using SecureFL.Learning.Data.Datasets;
using SecureFL.Learning.Data.Tensors;
using SecureFL.Learning.Metrics;
using SecureFL.Learning.Models;
using SecureFL.Messages.Text;
using SecureFL.Transport.Formats;

namespace SecureFL.Cli.Trainers;

/// <summary>What <c>task.json</c> says.</summary>
internal sealed record TrainerTask(string Task, string Site, int Round, long Seed, int Features, int Classes);

/// <summary>
/// Figures of a model on some rows: the mean loss, and how many rows it got right (0 for regression).
/// </summary>
internal sealed record TrainerMetrics(long Samples, double Loss, long Correct);

/// <summary>What <c>result.json</c> says.</summary>
internal sealed record TrainerResult(long Samples, TrainerMetrics? Train, TrainerMetrics? Test);

/// <summary>What a model says of some rows: as many columns a row as it has outputs.</summary>
/// <param name="Values">Row-major: values, or probabilities.</param>
/// <param name="Columns">1 for a regression and for the probability of class 1, else the classes.</param>
internal sealed record Predictions(float[] Values, int Columns)
{
    /// <summary>The counters of an evaluation on the rows that were predicted.</summary>
    internal EvaluationCounts Count(Dataset data) => Evaluator.CountPredictions(Values, Columns, data);
}

/// <summary>The files of a trainer's folder.</summary>
internal static class TrainerFiles
{
    private static readonly JsonSerializerOptions Json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        NumberHandling = JsonNumberHandling.Strict,
        MaxDepth = 8,
    };

    internal static void WriteTask(string folder, TrainerTask task) =>
        File.WriteAllText(Path.Combine(folder, "task.json"), JsonSerializer.Serialize(task, Json));

    internal static void WriteWeights(string folder, string name, ModelParameters parameters)
    {
        using FileStream stream = File.Create(Path.Combine(folder, name));
        Safetensors.Write(stream, parameters.ToTensors());
    }

    internal static void WriteData(string folder, string name, Dataset data)
    {
        using FileStream stream = File.Create(Path.Combine(folder, name));
        NumpyArchive.Write(stream, TensorDataset.ToArrays(data));
    }

    internal static void WriteFeatures(string folder, string name, Dataset rows)
    {
        using FileStream stream = File.Create(Path.Combine(folder, name));
        NumpyArchive.Write(stream, TensorDataset.ToArrays(rows)
            .Where(array => array.Key == TensorDataset.FeaturesName));
    }

    /// <summary>
    /// The weights that the trainer left, in the given layout, or in its own where there is none yet.
    /// </summary>
    internal static ModelParameters ReadWeights(string folder, ModelLayout? layout)
    {
        const string Name = "trained.safetensors";
        using FileStream stream = OpenLeft(folder, Name);
        SafetensorsContent content = Safetensors.Read(stream, Name);
        return layout is null ? ModelParameters.FromAllTensors(content, Name)
            : ModelParameters.FromTensors(layout, content, Name);
    }

    /// <summary>
    /// The predictions that the trainer left in <c>predictions.npz</c>: array <c>p</c> of one value a row (regression;
    /// the probability of class 1 where there are two classes), or of one probability a class.
    /// </summary>
    internal static Predictions ReadPredictions(string folder, int rows, int classes)
    {
        const string Name = "predictions.npz";
        using FileStream stream = OpenLeft(folder, Name);
        if (!NumpyArchive.Read(stream, Name).TryGetValue("p", out TensorData? array))
        {
            throw new DataFormatException(Name, "the trainer left no array p in it");
        }

        int columns = array.Shape.Length == 2 ? array.Shape[1] : 1;
        bool fits = array.Shape.Length is 1 or 2 && array.Shape[0] == rows
            && (classes == 0 ? columns == 1 : columns == classes || (columns == 1 && classes == 2));
        if (!fits)
        {
            string due = classes == 0 ? $"({rows},)" : $"({rows}, {classes})";
            throw new DataFormatException(Name, $"array p has shape ({string.Join(", ", array.Shape)}), due is {due}");
        }

        float[] values = array.ToFloats();
        int bad = Array.FindIndex(values,
            value => classes == 0 ? !float.IsFinite(value) : !(value is >= 0 and <= 1.0001f));
        return bad < 0
            ? new Predictions(values, columns)
            : throw new DataFormatException(Name,
                $"array p holds {values[bad]} in row {bad / columns}: "
                + $"{(classes == 0 ? "finite numbers" : "probabilities")} are due");
    }

    internal static TrainerResult ReadResult(string folder)
    {
        const string Name = "result.json";
        using FileStream stream = OpenLeft(folder, Name);
        try
        {
            return JsonSerializer.Deserialize<TrainerResult>(stream, Json)
                ?? throw new JsonException("null is no result");
        }
        catch (JsonException fault)
        {
            throw new DataFormatException(Name, $"the trainer's result cannot be read: {FaultText.Of(fault)}",
                inner: fault);
        }
    }

    private static FileStream OpenLeft(string folder, string name)
    {
        string path = Path.Combine(folder, name);
        return File.Exists(path) ? OrdinaryFile.Open(path)
            : throw new DataFormatException(name, "the trainer did not leave this file");
    }
}
