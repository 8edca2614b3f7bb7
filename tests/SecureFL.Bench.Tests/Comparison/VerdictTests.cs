using System.Text.Json;
using System.Text.Json.Nodes;
using SecureFL.Bench.Comparison;

namespace SecureFL.Bench.Tests.Comparison;

/// <summary>Noise is not a change; bytes are.</summary>
public class VerdictTests
{
    private const string Run = """
        {"schema":1,"machine":{"processor":"p","cores":2},"arms":[{"arm":"one-time-key","measuredParameters":10,"measuredClients":4,"bits":16,"keyHolders":3,"threshold":2,
        "transport":"t","threads":1,"cpuSeconds":1.0,"cpuSpread":0.1,"encryptCpuSeconds":0.5,"encryptSpread":0.05,"wallSeconds":1.0,"wallSpread":0.1,"wanWallSeconds":2.0,"wanSpread":null,
        "wanMegabitsPerSecond":100,"uploadBytesPerClient":100,"keyHolderReceivedBytes":7,"keyHolderSentBytes":8,"peakRssBytes":1000,"sumIsExact":true}]}
        """;

    [Theory]
    [InlineData("cpuSeconds", "1.2", "Same")]
    [InlineData("cpuSeconds", "1.3", "Worse")]
    [InlineData("cpuSeconds", "0.7", "Better")]
    [InlineData("encryptCpuSeconds", "0.57", "Worse")]
    [InlineData("wanWallSeconds", "9", "NotComparable")]
    [InlineData("uploadBytesPerClient", "101", "Worse")]
    [InlineData("uploadBytesPerClient", "99", "Better")]
    [InlineData("keyHolderSentBytes", "8", "Same")]
    [InlineData("peakRssBytes", "1090", "Same")]
    [InlineData("peakRssBytes", "2000", "Worse")]
    [InlineData("sumIsExact", "false", "Worse")]
    public void One_changed_figure(string figure, string value, string verdict)
    {
        JsonNode after = JsonNode.Parse(Run)!;
        after["arms"]![0]![figure] = JsonNode.Parse(value);
        IReadOnlyList<Bench.Comparison.Comparison> all = Verdicts.Of(Element(JsonNode.Parse(Run)!), Element(after));
        Assert.Equal(Enum.Parse<Verdict>(verdict), all.Single(comparison => comparison.Figure == figure).Verdict);
        Assert.DoesNotContain(all,
            comparison => comparison.Figure != figure && (comparison.Verdict is Verdict.Better or Verdict.Worse));
    }

    [Theory]
    [InlineData("machine", "cpuSeconds", "NotComparable")]
    [InlineData("machine", "uploadBytesPerClient", "Worse")]
    [InlineData("bits", "cpuSeconds", "NotComparable")]
    [InlineData("bits", "uploadBytesPerClient", "NotComparable")]
    public void Other_machines_and_sizes_are_not_compared(string difference, string figure, string verdict)
    {
        JsonNode after = JsonNode.Parse(Run)!;
        JsonNode arm = after["arms"]![0]!;
        arm["cpuSeconds"] = 9;
        arm["uploadBytesPerClient"] = 900;
        if (difference == "machine")
        {
            after["machine"]!["cores"] = 64;
        }
        else
        {
            arm["bits"] = 8;
        }

        IReadOnlyList<Bench.Comparison.Comparison> all = Verdicts.Of(Element(JsonNode.Parse(Run)!), Element(after));
        Assert.Equal(Enum.Parse<Verdict>(verdict), all.Single(comparison => comparison.Figure == figure).Verdict);
        Assert.All(all,
            comparison => Assert.Contains("one-time-key", Verdicts.Line(comparison), StringComparison.Ordinal));
    }

    private static JsonElement Element(JsonNode node) => JsonSerializer.SerializeToElement(node);
}
