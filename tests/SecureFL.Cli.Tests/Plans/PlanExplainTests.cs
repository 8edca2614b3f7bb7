using System.Text.Json;
using SecureFL.Cli.Tests.Support;

namespace SecureFL.Cli.Tests.Plans;

public sealed class PlanExplainTests
{
    [Fact]
    public void Explains_the_default_plan_word_for_word()
    {
        (int exit, string output, string error) = Securefl.Run("plan", "explain");
        Assert.Equal(0, exit);
        Assert.Empty(error);
        Assert.Equal(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Golden", "plan-explain.txt"))
            .ReplaceLineEndings("\n"), output);
    }

    [Fact]
    public void Writes_the_parameters_as_json()
    {
        string file = Path.GetTempFileName();
        (int exit, _, _) = Securefl.Run("plan", "explain", "--parameters", "10000000", "--clients", "100", "--bits",
            "16", "--json", file);
        Assert.Equal(0, exit);
        using JsonDocument json = JsonDocument.Parse(File.ReadAllText(file));
        Assert.Equal(8192, json.RootElement.GetProperty("ringDegree").GetInt32());
        Assert.Equal(8, json.RootElement.GetProperty("lanes").GetInt32());
        Assert.InRange(json.RootElement.GetProperty("bytesPerValue").GetDouble(), 2.9, 3.06);
        File.Delete(file);
    }

    [Fact]
    public void Explains_seal_ciphertexts_before_anyone_has_a_plan()
    {
        string file = Path.GetTempFileName();
        (int exit, string output, string error) = Securefl.Run(
            "plan", "explain", "--parameters", "10000000", "--key-holders", "5", "--threshold", "3", "--suite",
            "joint-key", "--wire", "seal", "--json", file);
        Assert.True(exit == 0, error);
        Assert.Contains("any SEAL program can encrypt", output, StringComparison.Ordinal);
        Assert.Contains("q times the special prime within the limit of ePrint 2024/463 for ternary secrets", output,
            StringComparison.Ordinal);
        using JsonDocument json = JsonDocument.Parse(File.ReadAllText(file));
        Assert.Equal("seal", json.RootElement.GetProperty("jointKey").GetProperty("wire").GetString());
        int primes = json.RootElement.GetProperty("primes").GetArrayLength();
        Assert.Equal(113 + (16 * primes * json.RootElement.GetProperty("ringDegree").GetInt32()),
            json.RootElement.GetProperty("chunkBytes").GetInt32());
        Assert.InRange(json.RootElement.GetProperty("bytesPerValue").GetDouble(), 8, 11);
        File.Delete(file);
    }

    [Theory]
    [InlineData("--bits", "3", "securefl: bits rule: 3 bits\nhint: 4 to 24 fit\n")]
    [InlineData("--clip", "0", "securefl: clip rule: clip 0\nhint: a finite positive bound fits, for example 8\n")]
    [InlineData("--min-clients", "2", "securefl: ")]
    [InlineData("--threshold", "1", "securefl: ")]
    [InlineData("--colluding-key-holders", "2", "securefl: ")]
    public void A_request_that_cannot_be_met_names_the_rule(string option, string value, string expected)
    {
        (int exit, string output, string error) = Securefl.Run("plan", "explain", option, value);
        Assert.Equal(2, exit);
        Assert.Empty(output);
        Assert.StartsWith(expected, error, StringComparison.Ordinal);
        Assert.Contains("\nhint: ", error, StringComparison.Ordinal);
        Assert.Equal(2, error.Count(c => c == '\n'));
    }
}
