using System.Buffers;
using System.Diagnostics;
using System.Net.Sockets;
using System.Threading.Channels;

namespace SecureFL.Testing;

/// <summary>
/// One connection through an emulated network: two directions, each a queue of bytes with the times at which they are
/// due.
/// </summary>
internal sealed class EmulatedConnection(EmulatedNetwork network, Socket client, Socket server, LinkProfile profile)
{
    private const int PieceBytes = 64 << 10;
    private const int RatedPieceBytes = 16 << 10;
    private const double SegmentBytes = 1460;

    /// <summary>Carries bytes until one side ends; a half-closed connection goes on in the other direction.</summary>
    public async Task RunAsync(CancellationToken cancellation)
    {
        client.NoDelay = server.NoDelay = true;
        await Task.WhenAll(
            CarryAsync(client, server, profile.CutAfterBytes ?? long.MaxValue, new Random(1), cancellation),
            CarryAsync(server, client, long.MaxValue, new Random(2), cancellation)).ConfigureAwait(false);
    }

    /// <summary>Closes both sides; what has been delivered still arrives.</summary>
    public void Close()
    {
        client.Dispose();
        server.Dispose();
    }

    /// <summary>Resets both sides.</summary>
    public void Cut()
    {
        foreach (Socket socket in (Socket[])[client, server])
        {
            try
            {
                // Zero seconds of lingering: a reset instead of a farewell.
                socket.LingerState = new LingerOption(true, 0);
            }
            catch (Exception fault) when (fault is SocketException or ObjectDisposedException)
            {
                // Gone already.
            }

            socket.Dispose();
        }
    }

    private async Task CarryAsync(Socket from, Socket to, long cutAfter, Random losses, CancellationToken cancellation)
    {
        Channel<Piece> underWay = Channel.CreateUnbounded<Piece>(
            new UnboundedChannelOptions { SingleReader = true, SingleWriter = true });
        using SemaphoreSlim room = new(Math.Max(1, profile.BytesUnderWay / PieceBytes));
        try
        {
            await Task.WhenAll(
                TakeAsync(from, underWay.Writer, room, cutAfter, losses, cancellation),
                DeliverAsync(to, underWay.Reader, room, cancellation)).ConfigureAwait(false);
        }
        catch (Exception fault) when (fault is SocketException or ObjectDisposedException)
        {
            Cut();
        }
    }

    private async Task TakeAsync(Socket from, ChannelWriter<Piece> underWay, SemaphoreSlim room, long cutAfter,
        Random losses, CancellationToken cancellation)
    {
        long free = Stopwatch.GetTimestamp(), held = 0, taken = 0;
        long delay = Ticks(profile.OneWayDelay);
        try
        {
            while (true)
            {
                await room.WaitAsync(cancellation).ConfigureAwait(false);
                int most = PieceBytes;
                if (profile.BytesPerSecond is not null)
                {
                    await UntilAsync(free - Ticks(profile.Queue), cancellation).ConfigureAwait(false);
                    most = RatedPieceBytes;
                }

                byte[] buffer = ArrayPool<byte>.Shared.Rent(most);
                int count = await from.ReceiveAsync(buffer.AsMemory(0, most), cancellation).ConfigureAwait(false);
                taken += count;
                if (taken >= cutAfter)
                {
                    Cut();
                    return;
                }

                // The line is busy for as long as these bytes take at its rate; then they travel.
                long now = Stopwatch.GetTimestamp();
                free = Math.Max(free, now) + (profile.BytesPerSecond is { } rate
                    ? count * Stopwatch.Frequency / rate : 0);
                long due = free + delay;
                if (profile.Loss > 0 && losses.NextDouble() < 1 - Math.Pow(1 - profile.Loss, count / SegmentBytes))
                {
                    held = due + (2 * delay);
                }

                underWay.TryWrite(new Piece(buffer, count, Math.Max(due, held)));
                if (count == 0)
                {
                    return;
                }
            }
        }
        finally
        {
            underWay.TryComplete();
        }
    }

    private async Task DeliverAsync(Socket to, ChannelReader<Piece> underWay, SemaphoreSlim room,
        CancellationToken cancellation)
    {
        await foreach (Piece piece in underWay.ReadAllAsync(cancellation).ConfigureAwait(false))
        {
            await UntilAsync(piece.Due, cancellation).ConfigureAwait(false);
            await network.FlowsAsync(cancellation).ConfigureAwait(false);
            if (piece.Count == 0)
            {
                to.Shutdown(SocketShutdown.Send);
                return;
            }

            for (int sent = 0; sent < piece.Count;)
            {
                sent += await to.SendAsync(piece.Buffer.AsMemory(sent, piece.Count - sent), cancellation)
                    .ConfigureAwait(false);
            }

            ArrayPool<byte>.Shared.Return(piece.Buffer);
            room.Release();
        }
    }

    private static long Ticks(TimeSpan time) => (long)(time.TotalSeconds * Stopwatch.Frequency);

    // Timers count milliseconds: what is due within one goes out with its forerunner, or each piece of a burst would
    // wait for a tick of its own. Lateness does not add up, because times are absolute.
    private static async ValueTask UntilAsync(long time, CancellationToken cancellation)
    {
        TimeSpan early = Stopwatch.GetElapsedTime(Stopwatch.GetTimestamp(), time);
        if (early > TimeSpan.FromMilliseconds(1))
        {
            await Task.Delay(early, cancellation).ConfigureAwait(false);
        }
    }

    private readonly record struct Piece(byte[] Buffer, int Count, long Due);
}
