using System.Diagnostics;
using System.Globalization;

namespace SecureFL.Bench.Rounds.Metering;

/// <summary>
/// The largest resident set of this process since the last reset. On Linux the kernel keeps it and can reset it;
/// elsewhere it only grows.
/// </summary>
internal static class PeakMemory
{
    private const string Status = "/proc/self/status";
    private const string ClearReferences = "/proc/self/clear_refs";

    /// <summary>
    /// Collects garbage and starts a new peak. Free memory is given back, so that the peak is the round's own, unless
    /// it is to be kept: memory that the kernel has to map anew costs time in the round, and the more by parameter the
    /// shorter the round.
    /// </summary>
    internal static void Reset(bool keepMemory = false)
    {
        GC.Collect(GC.MaxGeneration, keepMemory ? GCCollectionMode.Forced : GCCollectionMode.Aggressive, blocking: true,
            compacting: !keepMemory);
        if (OperatingSystem.IsLinux())
        {
            try
            {
                File.WriteAllText(ClearReferences, "5");
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // A container may forbid it: the peak is then that of the process so far, which is never too small.
            }
        }
    }

    internal static long Bytes()
    {
        if (OperatingSystem.IsLinux() && File.ReadLines(Status)
            .FirstOrDefault(line => line.StartsWith("VmHWM:", StringComparison.Ordinal)) is { } line)
        {
            return long.Parse(line.AsSpan(6).Trim()[..^3], CultureInfo.InvariantCulture) * 1024;
        }

        using Process self = Process.GetCurrentProcess();
        return self.PeakWorkingSet64;
    }
}
