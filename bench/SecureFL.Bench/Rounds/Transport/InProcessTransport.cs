using SecureFL.Bench.Rounds.Arms;
using SecureFL.Bench.Rounds.Metering;

namespace SecureFL.Bench.Rounds.Transport;

/// <summary>The canonical bytes of every message are handed from role to role.</summary>
internal sealed class InProcessTransport : IRoundTransport
{
    private readonly Lock _server = new();

    public string Name => "in process";

    public Task ConnectAsync(int clients) => Task.CompletedTask;

    public Task<long> UploadAsync(IArmRound round, int client, ReadOnlyMemory<float> vector, StageMeter meter)
    {
        long bytes = 0;
        foreach (ReadOnlyMemory<byte> message in round.Contribute(client, vector, meter))
        {
            bytes += message.Length;
            lock (_server)
            {
                round.Receive(client, message, meter);
            }
        }

        return Task.FromResult(bytes);
    }

    public Task DownloadAsync(IRoundDownload download, int client)
    {
        byte[] piece = new byte[1 << 18];
        for (long first = 0; first < download.Length; first += piece.Length)
        {
            Span<byte> part = piece.AsSpan(0, (int)Math.Min(piece.Length, download.Length - first));
            download.Read(first, part);
            download.Write(first, part);
        }

        return Task.CompletedTask;
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
