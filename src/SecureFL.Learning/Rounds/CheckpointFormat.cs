using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using SecureFL.Learning.Data;
using SecureFL.Learning.Data.Tensors;
using SecureFL.Messages.Text;

namespace SecureFL.Learning.Rounds;

/// <summary>
/// A checkpoint as a safetensors file: the vectors as tensors, the rest as JSON in the metadata. Thread-safe.
/// </summary>
public static class CheckpointFormat
{
    private const string StateKey = "securefl.checkpoint";
    private const string VersionPrefix = "version.";
    private const string ResidualPrefix = "residual.";

    // A run that diverges has infinite losses and norms, and is stored like any other.
    private static readonly JsonSerializerOptions Json = new()
    { NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals };

    /// <summary>Writes <paramref name="checkpoint"/>.</summary>
    public static void Write(Stream stream, TrainingCheckpoint checkpoint)
    {
        ArgumentNullException.ThrowIfNull(checkpoint);
        List<KeyValuePair<string, TensorData>> tensors =
        [
            Named("weights", checkpoint.Weights),
            Named("first_moment", checkpoint.FirstMoment),
            Named("second_moment", checkpoint.SecondMoment),
            Named("average", checkpoint.Average),
            .. checkpoint.OlderVersions.Select(
                pair => Named(VersionPrefix + pair.Key.ToString(CultureInfo.InvariantCulture), pair.Value)),
            .. checkpoint.Residuals.Select(pair => KeyValuePair.Create(
                ResidualPrefix + pair.Key.ToString(CultureInfo.InvariantCulture),
                TensorData.FromInt64(pair.Value, pair.Value.Length))),
        ];
        State state = new(
            checkpoint.RunDigest, checkpoint.Version, checkpoint.WeightUnit, checkpoint.SimulatedSeconds,
            checkpoint.History, checkpoint.InFlight, checkpoint.Preparation);
        Safetensors.Write(stream, tensors,
            new Dictionary<string, string> { [StateKey] = JsonSerializer.Serialize(state, Json) });
    }

    /// <summary>Reads a checkpoint; <paramref name="source"/> is the name used in messages.</summary>
    /// <exception cref="DataFormatException">Not a checkpoint, a damaged one, or one that no run wrote
    /// (<see cref="CheckpointRules"/>).</exception>
    public static TrainingCheckpoint Read(Stream stream, string source)
    {
        SafetensorsContent content = Safetensors.Read(stream, source);
        if (!content.Metadata.TryGetValue(StateKey, out string? json))
        {
            throw new DataFormatException(source, "the file is no checkpoint");
        }

        try
        {
            State state = JsonSerializer.Deserialize<State>(json, Json)
                ?? throw new JsonException("null is no checkpoint");
            TrainingCheckpoint checkpoint = new()
            {
                RunDigest = state.RunDigest ?? throw new JsonException("the run's digest is missing"),
                Version = state.Version,
                Weights = Take(content, "weights", source),
                FirstMoment = Take(content, "first_moment", source),
                SecondMoment = Take(content, "second_moment", source),
                Average = Take(content, "average", source),
                WeightUnit = state.WeightUnit,
                SimulatedSeconds = state.SimulatedSeconds,
                History = state.History.IsDefault ? [] : state.History,
                InFlight = state.InFlight.IsDefault ? [] : state.InFlight,
                Preparation = state.Preparation.IsDefault ? [] : state.Preparation,
                OlderVersions = Numbered(content, VersionPrefix, tensor => tensor.ToFloats()),
                Residuals = Numbered(content, ResidualPrefix, tensor => tensor.ToInt64()),
            };
            CheckpointRules.Require(checkpoint, source);
            return checkpoint;
        }
        catch (Exception fault) when (fault is JsonException or FormatException and not DataFormatException
            or OverflowException)
        {
            throw new DataFormatException(source, $"the checkpoint's state cannot be read: {FaultText.Of(fault)}",
                inner: fault, wayOut: "the file was changed or is damaged: start the run anew without it");
        }
    }

    private static KeyValuePair<string, TensorData> Named(string name, float[] values) =>
        new(name, TensorData.FromFloats(values, values.Length));

    private static ImmutableSortedDictionary<int, T> Numbered<T>(SafetensorsContent content, string prefix,
        Func<TensorData, T> read) => content.Tensors
        .Where(pair => pair.Key.StartsWith(prefix, StringComparison.Ordinal))
        .ToImmutableSortedDictionary(
            pair => int.Parse(pair.Key.AsSpan(prefix.Length), NumberStyles.None, CultureInfo.InvariantCulture),
            pair => read(pair.Value));

    private static float[] Take(SafetensorsContent content, string name, string source) =>
        (content.Find(name) ?? throw new DataFormatException(source, $"tensor {name} is missing")).ToFloats();

    private sealed record State(
        string RunDigest,
        int Version,
        double WeightUnit,
        double SimulatedSeconds,
        ImmutableArray<RoundRecord> History,
        ImmutableArray<InFlightTask> InFlight,
        ImmutableArray<long> Preparation);
}
