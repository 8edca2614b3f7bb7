using SecureFL.Storage.Clients;
using SecureFL.Storage.Devices;

namespace SecureFL.Storage.Tests;

/// <summary>
/// What error feedback keeps survives any loss of power as it was before or as it should be, and damage is noticed.
/// </summary>
public sealed class DurableResidualTests
{
    private static readonly string Folder = Path.GetFullPath("/residual");

    [Fact]
    public void It_is_read_back_and_erased()
    {
        SimulatedDisk disk = new();
        DurableResidual residual = new(Folder, 3, disk);
        Assert.Equal((null, 0, 0), (residual.PendingRound, residual.Settled.Length, residual.Pending.Length));
        residual.Promise(4, [], [1, -2, 3]);
        residual.Promise(5, [1, -2, 3], [long.MinValue, 0, long.MaxValue]);
        DurableResidual again = new(Folder, 3, disk);
        Assert.Equal(5UL, again.PendingRound);
        Assert.Equal([1, -2, 3], again.Settled);
        Assert.Equal([long.MinValue, 0, long.MaxValue], again.Pending);
        Assert.Throws<ArgumentException>(() => again.Promise(6, [1], [1, 2, 3]));
        Assert.Throws<ArgumentException>(() => again.Promise(6, [], []));
        again.Erase();
        Assert.Empty(disk.List(Folder));
        Assert.Null(new DurableResidual(Folder, 3, disk).PendingRound);
    }

    [Fact]
    public void No_loss_of_power_leaves_anything_between()
    {
        SimulatedDisk counting = new();
        new DurableResidual(Folder, 100, counting).Promise(0, [], Numbers(0));
        int operations = counting.Operations;
        Assert.InRange(operations, 4, 20);
        for (int seed = 0; seed < 10; seed++)
        {
            for (int operation = 0; operation <= operations; operation++)
            {
                SimulatedDisk disk = new();
                new DurableResidual(Folder, 100, disk).Promise(1, [], Numbers(1));
                DurableResidual residual = new(Folder, 100, disk);
                disk.FailAt(operation, seed);
                bool returned = true;
                try
                {
                    residual.Promise(2, Numbers(1), Numbers(2));
                }
                catch (PowerFailure)
                {
                    returned = false;
                }

                disk.Reboot();
                DurableResidual after = new(Folder, 100, disk);
                Assert.True(after.PendingRound is 2 || (after.PendingRound is 1 && !returned),
                    $"operation {operation}, seed {seed}: round {after.PendingRound}");
                Assert.Equal(Numbers((long)after.PendingRound!), after.Pending);
                Assert.Equal(after.PendingRound == 2 ? Numbers(1) : [], after.Settled);
            }
        }
    }

    [Fact]
    public void Damage_and_another_plan_are_named()
    {
        SimulatedDisk disk = new();
        new DurableResidual(Folder, 3, disk).Promise(4, [], [1, 2, 3]);
        Assert.Contains("of another plan",
            Assert.Throws<IOException>(() => new DurableResidual(Folder, 4, disk)).Message, StringComparison.Ordinal);
        using (IDeviceFile file = disk.OpenExclusive(Path.Combine(Folder, "residual")))
        {
            file.Write(40, [9]);
        }

        Assert.Contains("is damaged", Assert.Throws<IOException>(() => new DurableResidual(Folder, 3, disk)).Message,
            StringComparison.Ordinal);
    }

    private static long[] Numbers(long seed) => [.. Enumerable.Range(0, 100).Select(i => (seed * 1000) + i)];
}
