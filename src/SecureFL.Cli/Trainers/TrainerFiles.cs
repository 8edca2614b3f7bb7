using System.Text.Json;
using System.Text.Json.Serialization;
using SecureFL.Federated.Data;
using SecureFL.Federated.Data.Tensors;
using SecureFL.Federated.Models;

namespace SecureFL.Cli.Trainers;

/// <summary>What <c>task.json</c> says.</summary>
internal sealed record TrainerTask(string Task, string Site, int Round, long Seed, int Features, int Classes);

/// <summary>Figures of a model on some rows: the mean loss, and how many rows it got right (0 for regression).</summary>
internal sealed record TrainerMetrics(long Samples, double Loss, long Correct);

/// <summary>What <c>result.json</c> says.</summary>
internal sealed record TrainerResult(long Samples, TrainerMetrics? Train, TrainerMetrics? Test);

/// <summary>The files of a trainer's folder.</summary>
internal static class TrainerFiles
{
    private static readonly JsonSerializerOptions Json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        NumberHandling = JsonNumberHandling.Strict,
        MaxDepth = 8,
    };

    internal static void WriteTask(string folder, TrainerTask task) => File.WriteAllText(Path.Combine(folder, "task.json"), JsonSerializer.Serialize(task, Json));

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

    /// <summary>The weights that the trainer left, in the given layout, or in its own where there is none yet.</summary>
    internal static ModelParameters ReadWeights(string folder, ModelLayout? layout)
    {
        const string Name = "trained.safetensors";
        using FileStream stream = OpenLeft(folder, Name);
        SafetensorsContent content = Safetensors.Read(stream, Name);
        return layout is null ? ModelParameters.FromAllTensors(content, Name) : ModelParameters.FromTensors(layout, content, Name);
    }

    internal static TrainerResult ReadResult(string folder)
    {
        const string Name = "result.json";
        using FileStream stream = OpenLeft(folder, Name);
        try
        {
            return JsonSerializer.Deserialize<TrainerResult>(stream, Json) ?? throw new JsonException("null is no result");
        }
        catch (JsonException fault)
        {
            throw new DataFormatException(Name, $"the trainer's result cannot be read: {fault.Message}", inner: fault);
        }
    }

    private static FileStream OpenLeft(string folder, string name)
    {
        string path = Path.Combine(folder, name);
        return File.Exists(path) ? File.OpenRead(path) : throw new DataFormatException(name, "the trainer did not leave this file");
    }
}
