using System.Text.Json;
using SecureFL.Consortium.Plans;
using SecureFL.Learning.Data.Tensors;
using SecureFL.Learning.Models;
using SecureFL.Protocol.Plans;
using SecureFL.Server.State;
using SecureFL.Transport.Contracts;
using SecureFL.Transport.Formats;

namespace SecureFL.Server.Rounds;

/// <summary>An opened sum as files, where no model is made of it.</summary>
internal sealed class SumFiles(AggregationPlan plan, ServerFolder folder, SumTerms? terms)
{
    private static readonly JsonSerializerOptions Json = new() { WriteIndented = true };

    /// <summary>Brings a sum from the plan's scale to that of its tensors, in place: once.</summary>
    public void Scale(float[] sum) => terms?.FromPlanScale(sum, plan.Parameters.Clip);

    /// <summary>Writes a scaled sum, as often as it takes.</summary>
    public void Write(RoundSummary summary, float[] sum, long[] counters)
    {
        ulong round = summary.Round;
        if (terms is { Layout: ModelLayout layout })
        {
            KeyValuePair<string, TensorData>[] tensors = [.. new ModelParameters(layout, sum).ToTensors()];
            WholeFile.Write(folder.Sum(round, "safetensors"), stream => Safetensors.Write(stream, tensors));
            WholeFile.Write(folder.Sum(round, "npz"), stream => NumpyArchive.Write(stream, tensors));
        }

        WholeFile.Write(folder.Sum(round, "f32"), stream => FloatFile.Write(stream, sum));
        Dictionary<string, long> named =
            plan.Settings.Counters.Counters.Select((counter, i) => (counter.Name, counters[i]))
            .ToDictionary(pair => pair.Name, pair => pair.Item2);
        WholeFile.Write(
            folder.Sum(round, "json"),
            stream => JsonSerializer.Serialize(stream,
                new
                {
                    version = 1,
                    round,
                    contributors = summary.Contributors,
                    elements = sum.Length,
                    counters = named
                }, Json));
    }
}
