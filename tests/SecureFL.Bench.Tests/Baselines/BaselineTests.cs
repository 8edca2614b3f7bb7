using SecureFL.Bench.Baselines;

namespace SecureFL.Bench.Tests.Baselines;

/// <summary>
/// Bytes and allocations are the same on every machine. A change is meant, or it is a mistake:
/// <c>bench baselines --write bench/baselines/figures.json</c>.
/// </summary>
public class BaselineTests
{
    [Fact]
    public async Task Bytes_and_allocations_are_those_on_record() =>
        Assert.Equal(Repository.Read("bench/baselines/figures.json"),
            BaselinesCommand.Text(await BaselineFigures.ComputeAsync()));
}
