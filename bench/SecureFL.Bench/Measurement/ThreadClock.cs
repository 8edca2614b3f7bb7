using System.Diagnostics;
using System.Runtime.InteropServices;

namespace SecureFL.Bench.Measurement;

/// <summary>
/// Processor time of the calling thread in nanoseconds on Linux, where neighbours on the machine do not count; wall
/// time elsewhere.
/// </summary>
internal static class ThreadClock
{
    private const int ThreadCpuTime = 3;

    internal static string Kind => OperatingSystem.IsLinux() ? "thread CPU time" : "wall time";

    internal static long Now()
    {
        if (!OperatingSystem.IsLinux() || ClockGetTime(ThreadCpuTime, out TimeSpec time) != 0)
        {
            return (long)(Stopwatch.GetTimestamp() * (1e9 / Stopwatch.Frequency));
        }

        return (time.Seconds * 1_000_000_000) + time.Nanoseconds;
    }

    [DllImport("libc", EntryPoint = "clock_gettime")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int ClockGetTime(int clock, out TimeSpec time);

    [StructLayout(LayoutKind.Sequential)]
    private struct TimeSpec
    {
        public nint Seconds;
        public nint Nanoseconds;
    }
}
