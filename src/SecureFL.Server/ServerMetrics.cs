using System.Diagnostics;
using System.Diagnostics.Metrics;
using SecureFL.Transport.Contracts;

namespace SecureFL.Server;

/// <summary>The server's instruments: counts, sizes and times alone. Thread-safe.</summary>
internal static class ServerMetrics
{
    /// <summary>Name of meter and activity source.</summary>
    public const string Name = "SecureFL.Server";

    private static readonly Meter Instruments = new(Name, "1");
    private static readonly Counter<long> Received =
        Instruments.CreateCounter<long>("securefl.upload.received", "By", "Bytes of chunks and headers received");
    private static readonly Counter<long> Sent =
        Instruments.CreateCounter<long>("securefl.model.sent", "By", "Bytes of models sent");
    private static readonly Counter<long> Accepted =
        Instruments.CreateCounter<long>("securefl.contributions", "{contribution}", "Accepted contributions");
    private static readonly Counter<long> Refusals =
        Instruments.CreateCounter<long>("securefl.refusals", "{message}", "Refused messages, by code");
    private static readonly Counter<long> Rounds =
        Instruments.CreateCounter<long>("securefl.rounds", "{round}", "Decided rounds");
    private static readonly Histogram<double> RoundSeconds =
        Instruments.CreateHistogram<double>("securefl.round.duration", "s", "From the round's begin to its opening");
    private static readonly Histogram<double> AckMilliseconds =
        Instruments.CreateHistogram<double>("securefl.upload.ack", "ms", "From a full window to its acknowledgement");

    /// <summary>Spans of uploads and openings.</summary>
    public static ActivitySource Traces { get; } = new(Name, "1");

    public static void BytesReceived(long bytes) => Received.Add(bytes);

    public static void BytesSent(long bytes) => Sent.Add(bytes);

    public static void ContributionAccepted() => Accepted.Add(1);

    public static void Refused(int code) => Refusals.Add(1, new KeyValuePair<string, object?>("code", code));

    public static void Acknowledged(TimeSpan time) => AckMilliseconds.Record(time.TotalMilliseconds);

    public static void RoundEnded(RoundSummary summary)
    {
        Rounds.Add(1, new KeyValuePair<string, object?>("outcome", summary.Outcome.ToString()),
            new KeyValuePair<string, object?>("kind", summary.Kind.ToString()));
        RoundSeconds.Record(summary.Seconds);
    }
}
