using System.Runtime.InteropServices;
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

    public Task<long> DownloadAsync(IArmRound round, int client)
    {
        float[] model = new float[1 << 16];
        ReadOnlyMemory<float> means = round.Means;
        for (int first = 0; first < means.Length; first += model.Length)
        {
            ReadOnlySpan<float> part = means.Span[first..Math.Min(means.Length, first + model.Length)];
            byte[] message = MemoryMarshal.AsBytes(part).ToArray();
            MemoryMarshal.Cast<byte, float>(message).CopyTo(model);
        }

        return Task.FromResult((long)means.Length * sizeof(float));
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
