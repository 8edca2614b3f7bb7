using System.Globalization;

namespace SecureFL.Grpc.Framing;

/// <summary>The grpc-timeout header: at most eight digits and a unit (grpc/doc/PROTOCOL-HTTP2.md, Timeout).</summary>
internal static class TimeoutHeader
{
    private const long MaxValue = 99_999_999;

    // Coarser units only where finer ones do not fit; rounded up, so that the peer never gives up before the caller.
    private static readonly (char Unit, long Ticks)[] Units =
    [
        ('u', TimeSpan.TicksPerMicrosecond), ('m', TimeSpan.TicksPerMillisecond), ('S', TimeSpan.TicksPerSecond),
        ('M', TimeSpan.TicksPerMinute), ('H', TimeSpan.TicksPerHour),
    ];

    /// <summary>
    /// The header's value; null where the timeout is longer than the header can say, which is no timeout.
    /// </summary>
    public static string? Format(TimeSpan timeout)
    {
        long ticks = Math.Max(timeout.Ticks, 1);
        foreach ((char unit, long size) in Units)
        {
            long value = (ticks / size) + (ticks % size == 0 ? 0 : 1);
            if (value <= MaxValue)
            {
                return string.Create(CultureInfo.InvariantCulture, $"{value}{unit}");
            }
        }

        return null;
    }

    /// <summary>Parses a value; false where it breaks the format.</summary>
    public static bool TryParse(string text, out TimeSpan timeout)
    {
        timeout = default;
        if (text.Length is < 2 or > 9 || !long.TryParse(text.AsSpan(0, text.Length - 1), NumberStyles.None,
            CultureInfo.InvariantCulture, out long value))
        {
            return false;
        }

        // 99,999,999 hours are 3.6e18 ticks: below 2^63.
        long? ticks = text[^1] switch
        {
            'H' => value * TimeSpan.TicksPerHour,
            'M' => value * TimeSpan.TicksPerMinute,
            'S' => value * TimeSpan.TicksPerSecond,
            'm' => value * TimeSpan.TicksPerMillisecond,
            'u' => value * TimeSpan.TicksPerMicrosecond,
            'n' => value / TimeSpan.NanosecondsPerTick,
            _ => null,
        };
        timeout = new TimeSpan(ticks ?? 0);
        return ticks is not null;
    }
}
