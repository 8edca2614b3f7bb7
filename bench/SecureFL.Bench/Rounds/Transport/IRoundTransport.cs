using SecureFL.Bench.Rounds.Arms;
using SecureFL.Bench.Rounds.Metering;

namespace SecureFL.Bench.Rounds.Transport;

/// <summary>How bytes go between clients and server. All arms of a run use the same one.</summary>
internal interface IRoundTransport : IAsyncDisposable
{
    /// <summary>For people.</summary>
    string Name { get; }

    /// <summary>
    /// Makes the clients' connections that do not exist yet: in a deployment they outlast a round. Without it,
    /// uploading makes them.
    /// </summary>
    Task ConnectAsync(int clients);

    /// <summary>
    /// Sends one client's messages to the round's server in order; returns when the server has taken the last.
    /// Thread-safe.
    /// </summary>
    /// <returns>Bytes of the messages.</returns>
    Task<long> UploadAsync(IArmRound round, int client, ReadOnlyMemory<float> vector, StageMeter meter);

    /// <summary>Sends an opened round's download to one client; returns when it has all of it.</summary>
    Task DownloadAsync(IRoundDownload download, int client);
}
