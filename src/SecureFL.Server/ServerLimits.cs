using SecureFL.Transport.Server.Limits;

namespace SecureFL.Server;

/// <summary>What the server grants its peers. docs/limits.md says why each default is what it is.</summary>
public sealed record ServerLimits
{
    /// <summary>Bytes of chunks between two acknowledgements: 4 MiB.</summary>
    public int WindowBytes { get; init; } = 4 << 20;

    /// <summary>Bytes of uploads in flight, over all clients: 64 MiB.</summary>
    public long BytesInFlight { get; init; } = 64L << 20;

    /// <summary>Uploads that may wait for their turn: 4,096, as many as connections.</summary>
    public int WaitingUploads { get; init; } = 4096;

    /// <summary>Connections at once: 4,096.</summary>
    public int Connections { get; init; } = 4096;

    /// <summary>Calls of one party at once: 16.</summary>
    public int CallsPerParty { get; init; } = 16;

    /// <summary>Calls of one party a second, on average: 20.</summary>
    public double CallsPerSecond { get; init; } = 20;

    /// <summary>Calls of one party at one go: 100.</summary>
    public int CallBurst { get; init; } = 100;

    /// <summary>Time in which the next message of an upload must come: 30 s.</summary>
    public TimeSpan UploadIdleTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// Least rate of an upload that has its place, on average, bytes a second: 16 KiB. What came of one that is slower
    /// for longer than <see cref="UploadGrace"/> is kept, its place is another's, and it may be resumed.
    /// </summary>
    public int MinUploadBytesPerSecond { get; init; } = 16 << 10;

    /// <summary>Time for which an upload may be behind its least rate: 60 s, in which a line comes back.</summary>
    public TimeSpan UploadGrace { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>
    /// Time after which an upload, however fast, leaves its place to one that waits, and gets in line again: 5 minutes.
    /// </summary>
    public TimeSpan UploadTurn { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>Time in which uploads and calls may end when the server stops: 5 s.</summary>
    public TimeSpan StopTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Refuses limits that contradict each other.</summary>
    /// <exception cref="ArgumentException">Names the limit.</exception>
    public void Check()
    {
        if (WindowBytes < 1 << 16 || 2L * FlowWindowBytes > BytesInFlight || WaitingUploads < 0 || Connections < 1
            || CallsPerParty < 4 || !(CallsPerSecond > 0) || CallBurst < 1 || MinUploadBytesPerSecond < 1
            || UploadGrace < TimeSpan.Zero || UploadTurn <= TimeSpan.Zero)
        {
            throw new ArgumentException(
                $"limits: a window of {WindowBytes} bytes (64 KiB to a third of bytesInFlight), {BytesInFlight} "
                + $"bytes in flight, {WaitingUploads} waiting, {Connections} connections, "
                + $"{CallsPerParty} calls a party (at least 4), {CallsPerSecond} a second, uploads of at least "
                + $"{MinUploadBytesPerSecond} bytes a second beyond {UploadGrace}, turns of {UploadTurn}");
        }
    }

    /// <summary>
    /// Flow-control window of a stream and of a connection: one and a half windows. Kestrel gives a window back in
    /// halves, so three quarters of a window are under way at any time: 3 MiB a round trip.
    /// </summary>
    internal int FlowWindowBytes => WindowBytes + (WindowBytes / 2);

    internal GrpcTransportLimits Transport => new()
    { MaxConnections = Connections, StreamWindowBytes = FlowWindowBytes, ConnectionWindowBytes = FlowWindowBytes };
}
