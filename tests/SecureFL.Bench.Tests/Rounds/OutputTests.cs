using System.Text.Json;
using SecureFL.Bench.Rounds;
using SecureFL.Bench.Rounds.Output;
using SecureFL.Messages.Primitives;

namespace SecureFL.Bench.Tests.Rounds;

/// <summary>
/// The files that others read: names, flatness, agreement of JSON and CSV, and what the ratios may say.
/// </summary>
public class OutputTests
{
    [Fact]
    public async Task Json_has_the_agreed_fields_and_csv_the_same()
    {
        RoundsOutcome outcome = await SmallRun.OutcomeAsync();
        string folder = Directory.CreateTempSubdirectory("bench-").FullName;
        FileInfo json = new(Path.Combine(folder, "new", "r.json"));
        FileInfo csv = new(Path.Combine(folder, "r.csv"));
        RoundsFiles.WriteJson(json, outcome);
        RoundsFiles.WriteCsv(csv, outcome);
        using JsonDocument document = JsonDocument.Parse(File.ReadAllText(json.FullName));
        string[] lines = File.ReadAllLines(csv.FullName);
        Directory.Delete(folder, recursive: true);
        JsonElement root = document.RootElement;
        Assert.Equal(1, root.GetProperty("schema").GetInt32());
        Assert.True(root.GetProperty("machine").GetProperty("cores").GetInt32() > 0);
        JsonElement[] arms = [.. root.GetProperty("arms").EnumerateArray()];
        Assert.Equal(outcome.Arms.Select(arm => arm.Arm), arms.Select(arm => arm.GetProperty("arm").GetString()));
        string[] agreed =
        [
            "arm", "measuredParameters", "measuredClients", "cpuSeconds", "encryptCpuSeconds", "wallSeconds",
            "wanWallSeconds", "uploadBytesPerClient", "sumIsExact", "maxError",
            "peakRssBytes", "securityBits", "downloadBytesPerParameter", "downloadCpuSecondsPerClient",
            "verifyCpuSecondsPerClient",
        ];
        foreach (JsonElement arm in arms)
        {
            Assert.All(agreed,
                name => Assert.True(arm.TryGetProperty(name, out JsonElement value)
                    && value.ValueKind != JsonValueKind.Null, name));
            Assert.All(arm.EnumerateObject(),
                field => Assert.True(field.Value.ValueKind is not (JsonValueKind.Object or JsonValueKind.Array),
                    field.Name));
            Assert.True(arm.GetProperty("cpuSeconds").GetDouble() > 0);
            Assert.True(arm.GetProperty("wanWallSeconds").GetDouble() > 0);
        }

        Assert.Equal(arms[0].EnumerateObject().Select(field => field.Name), lines[0].Split(','));
        Assert.Equal(arms.Length + 1, lines.Length);
        Assert.Equal(arms.Length * outcome.Settings.Repeat, root.GetProperty("samples").GetArrayLength());
    }

    [Fact]
    public async Task Table_names_every_arm_and_stage()
    {
        StringWriter text = new();
        RoundsTable.Write(text, await SmallRun.OutcomeAsync());
        foreach (string word in (string[])["plaintext", "masked-int", "ckks-slots", SuiteNames.OneTimeKey, "quantise",
            "key holders", "download", "verify", "down B/param", "WAN s", "upload bytes a parameter"])
        {
            Assert.Contains(word, text.ToString(), StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData(2.0, 0.1, 1.0, 0.1, true)]
    [InlineData(1.15, 0.1, 1.0, 0.1, false)]
    [InlineData(0.5, 0.1, 1.0, 0.1, true)]
    [InlineData(0.87, 0.1, 1.0, 0.1, false)]
    [InlineData(9.0, null, 1.0, 0.1, false)]
    [InlineData(9.0, 0.1, 1.0, null, false)]
    public void A_ratio_smaller_than_the_spread_is_not_quoted(double a, double? spreadA, double b, double? spreadB,
        bool quoted)
    {
        double? ratio = Ratios.Quotable(a, spreadA, b, spreadB);
        Assert.Equal(quoted ? a / b : null, ratio);
    }

    [Theory]
    [InlineData("--clients 3")]
    [InlineData("--bits 25")]
    [InlineData("--model no-such-model")]
    [InlineData("--arms plaintext,none")]
    [InlineData("--transport pigeon")]
    [InlineData("--threshold 4")]
    [InlineData("--wan-loss 0.9")]
    [InlineData("--sweep all")]
    public async Task Wrong_options_are_refused_before_anything_runs(string options) =>
        Assert.Equal(2, await RoundsCommand.Create().Parse(options)
            .InvokeAsync(cancellationToken: TestContext.Current.CancellationToken));
}
