using System.Diagnostics;
using SecureFL.Bench.Measurement;

namespace SecureFL.Bench.Rounds.Metering;

/// <summary>
/// Processor and wall time of one round by stage. Synchronous work is measured by the clock of its own thread, so
/// neighbours do not count and overlapping stages do not mix. Thread-safe.
/// </summary>
internal sealed class StageMeter
{
    private readonly long[] _cpu = new long[Enum.GetValues<Stage>().Length];
    private readonly long[] _wall = new long[Enum.GetValues<Stage>().Length];
    private long _excludedCpu;
    private long _excludedWall;

    /// <summary>Nanoseconds that belong to the benchmark, not to the round: making inputs.</summary>
    internal long ExcludedCpu => _excludedCpu;

    internal long ExcludedWall => _excludedWall;

    internal long Cpu(Stage stage) => Volatile.Read(ref _cpu[(int)stage]);

    internal long Wall(Stage stage) => Volatile.Read(ref _wall[(int)stage]);

    /// <summary>Measures until the scope is disposed, on the same thread.</summary>
    internal Scope Enter(Stage stage) => new(this, (int)stage);

    /// <summary>Leaves out until the scope is disposed.</summary>
    internal Scope Exclude() => new(this, -1);

    internal void Add(Stage stage, long cpu, long wall)
    {
        Interlocked.Add(ref _cpu[(int)stage], cpu);
        Interlocked.Add(ref _wall[(int)stage], wall);
    }

    /// <summary>Work that was measured as one stage, but is another.</summary>
    internal void Move(Stage from, Stage to, long cpu, long wall)
    {
        Add(to, cpu, wall);
        Add(from, -cpu, -wall);
    }

    internal static long WallNow() => (long)(Stopwatch.GetTimestamp() * (1e9 / Stopwatch.Frequency));

    /// <summary>Processor nanoseconds of the whole process.</summary>
    internal static long ProcessCpu() => Environment.CpuUsage.TotalTime.Ticks * 100;

    /// <summary>One measured piece of work.</summary>
    internal readonly struct Scope(StageMeter meter, int stage) : IDisposable
    {
        private readonly long _cpu = ThreadClock.Now();
        private readonly long _wall = WallNow();

        public void Dispose()
        {
            long cpu = ThreadClock.Now() - _cpu;
            long wall = WallNow() - _wall;
            if (stage >= 0)
            {
                meter.Add((Stage)stage, cpu, wall);
            }
            else
            {
                Interlocked.Add(ref meter._excludedCpu, cpu);
                Interlocked.Add(ref meter._excludedWall, wall);
            }
        }
    }
}
