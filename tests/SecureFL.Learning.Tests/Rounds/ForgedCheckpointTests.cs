using System.Text;
using SecureFL.Learning.Data;
using SecureFL.Learning.Data.Tensors;
using SecureFL.Learning.Rounds;

namespace SecureFL.Learning.Tests.Rounds;

/// <summary>Checkpoints that somebody changed are refused by file and member.</summary>
public class ForgedCheckpointTests
{
    private static readonly TrainingCheckpoint Good = new()
    {
        RunDigest = "run",
        Version = 2,
        Weights = [1, 2],
        WeightUnit = 338.6,
        SimulatedSeconds = 3,
        History =
        [
            new RoundRecord { Round = 1, Contributors = ["north", "lake"], SimulatedSeconds = 1 },
            new RoundRecord { Round = 2, Contributors = ["north"], LeftBehind = ["lake"], UpdateNorm = double.NaN },
        ],
        InFlight = [new InFlightTask(0, 1, 1, 4)],
    };

    private static TrainingCheckpoint Changed(string from, string to)
    {
        using MemoryStream written = new();
        CheckpointFormat.Write(written, Good);
        written.Position = 0;
        SafetensorsContent content = Safetensors.Read(written, "good");
        Dictionary<string, string> metadata = content.Metadata.ToDictionary(pair => pair.Key, pair => pair.Value);
        string json = metadata["securefl.checkpoint"];
        int at = json.IndexOf(from, StringComparison.Ordinal);
        Assert.True(at >= 0, json);
        metadata["securefl.checkpoint"] = string.Concat(json.AsSpan(0, at), to, json.AsSpan(at + from.Length));
        using MemoryStream forged = new();
        Safetensors.Write(forged, content.Tensors.ToList(), metadata);
        forged.Position = 0;
        return CheckpointFormat.Read(forged, "run/checkpoint.safetensors");
    }

    [Fact]
    public void What_a_run_wrote_is_read() => Assert.Equal(2, Changed("338.6", "338.5").Version);

    [Theory]
    [InlineData("\"Version\":2", "\"Version\":-5", "Version: -5, from 0")]
    [InlineData("\"Version\":2", "\"Version\":2147483647", "History: 2 rounds at Version 2147483647")]
    [InlineData("338.6", "1e308", "WeightUnit: 1E+308, above 0")]
    [InlineData("338.6", "\"NaN\"", "WeightUnit: NaN, above 0")]
    [InlineData("338.6", "0", "WeightUnit: 0, above 0")]
    [InlineData("\"SimulatedSeconds\":3", "\"SimulatedSeconds\":-1e308", "SimulatedSeconds: -1E+308 is no time")]
    [InlineData("\"SimulatedSeconds\":1", "\"SimulatedSeconds\":\"Infinity\"", "History[0].SimulatedSeconds: ")]
    [InlineData("\"History\":[", "\"History\":[null,", "History: 3 rounds at Version 2")]
    [InlineData("\"Round\":2", "\"Round\":7", "History[1].Round: 7, 2 is meant")]
    [InlineData("[\"north\",\"lake\"]", "null", "the checkpoint's state cannot be read")]
    [InlineData("[\"north\",\"lake\"]", "[null]", "History[0]: the name of a site: null")]
    [InlineData("\"north\"", "\"\\u001b[2Jevil\"", "History[0]: the name of a site: ")]
    [InlineData("\"Task\":1", "\"Task\":0", "InFlight[0]: ")]
    [InlineData("\"BaseVersion\":1", "\"BaseVersion\":3", "InFlight[0]: ")]
    [InlineData("\"InFlight\":[", "\"InFlight\":[null,", "InFlight[0]: null at Version 2")]
    public void Other_checkpoints_are_refused_by_file_and_member(string from, string to, string message)
    {
        DataFormatException fault = Assert.Throws<DataFormatException>(() => Changed(from, to));
        Assert.StartsWith("run/checkpoint.safetensors", fault.Message, StringComparison.Ordinal);
        Assert.Contains(message, fault.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\u001b', fault.Message);
        Assert.NotNull(fault.WayOut);
    }

    [Fact]
    public void A_round_that_is_null_is_no_round()
    {
        TrainingCheckpoint forged = Good with { History = [null!, Good.History[1]] };
        using MemoryStream stream = new();
        CheckpointFormat.Write(stream, forged);
        stream.Position = 0;
        Assert.Contains("History[0]: null is no round",
            Assert.Throws<DataFormatException>(() => CheckpointFormat.Read(stream, "c")).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void Tensors_of_other_lengths_are_refused_by_name()
    {
        foreach ((TrainingCheckpoint forged, string name) in new[]
        {
            (Good with { Average = [1] }, "tensor average"), (Good with { FirstMoment = [1] }, "tensor first_moment"),
            (Good with { SecondMoment = [1, 2, 3] }, "tensor second_moment"),
            (Good with { OlderVersions = Good.OlderVersions.Add(1, [1]) }, "tensor version.1"),
            (Good with { Residuals = Good.Residuals.Add(4, [1]) }, "tensor residual.4"),
        })
        {
            using MemoryStream stream = new();
            CheckpointFormat.Write(stream, forged);
            stream.Position = 0;
            Assert.Contains(name, Assert.Throws<DataFormatException>(() => CheckpointFormat.Read(stream, "c")).Message,
                StringComparison.Ordinal);
        }
    }
}
