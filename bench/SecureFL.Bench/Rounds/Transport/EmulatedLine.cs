using System.Buffers;
using System.Net;
using System.Net.Sockets;
using System.Threading.Channels;
using SecureFL.Bench.Rounds.Metering;

namespace SecureFL.Bench.Rounds.Transport;

/// <summary>
/// A line with a rate, a delay and losses, in user space: a relay on loopback that forwards bytes when they would have arrived. Bytes leave at the rate,
/// arrive a delay later, and the sender is held back once 50 ms of them wait, as by a router's queue. A lost segment of 1,460 bytes holds back everything
/// after it by a round trip, as a fast retransmission does. Slow start is not emulated: the line is fully used from the first byte. For one connection.
/// </summary>
internal sealed class EmulatedLine : ILink
{
    private const int BufferBytes = 16 << 10;
    private const double SegmentBytes = 1460;
    private static readonly long Queue = (long)TimeSpan.FromMilliseconds(50).TotalNanoseconds;

    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _closed = new();
    private readonly Task _relay;

    private EmulatedLine(int serverPort, LinkSpec spec)
    {
        _listener.Start();
        Port = ((IPEndPoint)_listener.LocalEndpoint).Port;
        _relay = RelayAsync(serverPort, spec);
    }

    public int Port { get; }

    internal static EmulatedLine Start(int serverPort, LinkSpec spec) => new(serverPort, spec);

    public async ValueTask DisposeAsync()
    {
        await _closed.CancelAsync().ConfigureAwait(false);
        _listener.Dispose();
        await _relay.ConfigureAwait(false);
        _closed.Dispose();
    }

    private async Task RelayAsync(int serverPort, LinkSpec spec)
    {
        try
        {
            using Socket near = await _listener.AcceptSocketAsync(_closed.Token).ConfigureAwait(false);
            using Socket far = new(SocketType.Stream, ProtocolType.Tcp);
            near.NoDelay = far.NoDelay = true;
            await far.ConnectAsync(IPAddress.Loopback, serverPort, _closed.Token).ConfigureAwait(false);
            await Task.WhenAll(new Direction(near, far, spec, seed: 1).RunAsync(_closed.Token), new Direction(far, near, spec, seed: 2).RunAsync(_closed.Token))
                .ConfigureAwait(false);
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // The line is cut when its client is done with it.
        }
    }

    /// <summary>One way.</summary>
    private sealed class Direction(Socket from, Socket to, LinkSpec spec, int seed)
    {
        private readonly Channel<(byte[] Buffer, int Length, long Arrival)> _inFlight =
            Channel.CreateUnbounded<(byte[], int, long)>(new UnboundedChannelOptions { SingleReader = true, SingleWriter = true });

        private readonly Random _random = new(seed);

        internal Task RunAsync(CancellationToken cancellation) => Task.WhenAll(SendAsync(cancellation), DeliverAsync(cancellation));

        private async Task SendAsync(CancellationToken cancellation)
        {
            double nanosecondsPerByte = 8000 / spec.MegabitsPerSecond;
            long delay = (long)spec.Delay.TotalNanoseconds;
            long free = 0;
            long held = 0;
            while (true)
            {
                await UntilAsync(free - Queue, cancellation).ConfigureAwait(false);
                byte[] buffer = ArrayPool<byte>.Shared.Rent(BufferBytes);
                int length = await from.ReceiveAsync(buffer.AsMemory(0, BufferBytes), cancellation).ConfigureAwait(false);
                if (length == 0)
                {
                    _inFlight.Writer.Complete();
                    return;
                }

                free = Math.Max(free, StageMeter.WallNow()) + (long)(length * nanosecondsPerByte);
                long arrival = free + delay;
                if (spec.Loss > 0 && _random.NextDouble() < 1 - Math.Pow(1 - spec.Loss, length / SegmentBytes))
                {
                    held = arrival + (2 * delay);
                }

                _inFlight.Writer.TryWrite((buffer, length, Math.Max(arrival, held)));
            }
        }

        private async Task DeliverAsync(CancellationToken cancellation)
        {
            await foreach ((byte[] buffer, int length, long arrival) in _inFlight.Reader.ReadAllAsync(cancellation).ConfigureAwait(false))
            {
                await UntilAsync(arrival, cancellation).ConfigureAwait(false);
                for (int sent = 0; sent < length;)
                {
                    sent += await to.SendAsync(buffer.AsMemory(sent, length - sent), cancellation).ConfigureAwait(false);
                }

                ArrayPool<byte>.Shared.Return(buffer);
            }

            to.Shutdown(SocketShutdown.Send);
        }

        // Timers are coarse: whatever is due within their grain goes at once, and lateness does not add up because times are absolute.
        private static async ValueTask UntilAsync(long time, CancellationToken cancellation)
        {
            long left = time - StageMeter.WallNow();
            if (left > 1_000_000)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(left / 1_000_000), cancellation).ConfigureAwait(false);
            }
        }
    }
}
