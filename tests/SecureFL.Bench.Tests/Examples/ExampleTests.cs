using SecureFL.Bench.Rounds.Arms;
using SecureFL.Bench.Rounds.Output;
using SecureFL.Bench.Rounds.Running;
using SecureFL.Bench.Tests.Rounds;

namespace SecureFL.Bench.Tests.Examples;

/// <summary>The documentation's example is this project's code, so it compiles; and it works.</summary>
public class ExampleTests
{
    [Fact]
    public void Documentation_shows_the_example_as_it_is()
    {
        string code = Repository.Read("tests/SecureFL.Bench.Tests/Examples/HalfPrecisionArm.cs");
        Assert.Contains($"```csharp\n{code}```", Repository.Read("docs/benchmark.md"), StringComparison.Ordinal);
        Assert.InRange(code.Count(c => c == '\n'), 1, 30);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true, Traits = ["Category", "Slow"])]
    public async Task Example_runs_beside_plaintext(bool compileFirst)
    {
        RoundsSettings settings = SmallRun.Settings(100_000, new PlaintextArm(), new HalfPrecisionArm()) with
        { Link = null, CompileFirst = compileFirst };
        RoundsOutcome outcome = await new RoundsRun(settings, _ => { }).RunAsync();
        ArmFigures half = outcome.Arms[1];
        Assert.Equal(200_000, half.UploadBytesPerClient);
        Assert.Equal(400_000, outcome.Arms[0].UploadBytesPerClient);
        // Values below 1 have 11 significant bits: half a unit in the last place is 2^-12.
        Assert.InRange(half.MaxError, outcome.Arms[0].MaxError, 1.0 / 4096);
    }
}
