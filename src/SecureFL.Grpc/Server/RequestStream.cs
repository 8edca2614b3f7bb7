using Google.Protobuf;
using SecureFL.Grpc.Framing;

namespace SecureFL.Grpc.Server;

/// <summary>
/// The request messages of one call, in order; a second enumeration goes on where the first was left. A peer that
/// leaves ends the enumeration with a cancellation.
/// </summary>
internal sealed class RequestStream<T>(GrpcCall call, MessageParser<T> parser, Func<ReadOnlyMemory<byte>, T>? share)
    : IAsyncEnumerable<T>, IDisposable
    where T : class, IMessage<T>
{
    private readonly MessageReader<T> _reader =
        new(call.Http.Request.BodyReader, parser, call.Limits.Reading, (call.Limits.InFlight, call.PeerKey),
            call.Cancellation, share);
    private int _reads;

    public async Task<T> SingleAsync()
    {
        try
        {
            return await _reader.ReadSingleAsync().ConfigureAwait(false);
        }
        catch (Exception fault) when (IsDeparture(fault))
        {
            throw Departed(fault);
        }
    }

    public async IAsyncEnumerator<T> GetAsyncEnumerator(CancellationToken cancellationToken = default)
    {
        while (await NextAsync(cancellationToken).ConfigureAwait(false) is { } message)
        {
            yield return message;
        }
    }

    public void Dispose() => _reader.Dispose();

    private async ValueTask<T?> NextAsync(CancellationToken cancellation)
    {
        if (Interlocked.Exchange(ref _reads, 1) != 0)
        {
            throw new InvalidOperationException("the requests of a call are read by one task at a time");
        }

        try
        {
            cancellation.ThrowIfCancellationRequested();
            call.Cancellation.ThrowIfCancellationRequested();
            return await _reader.ReadAsync().ConfigureAwait(false);
        }
        catch (Exception fault) when (IsDeparture(fault))
        {
            throw Departed(fault);
        }
        finally
        {
            Volatile.Write(ref _reads, 0);
        }
    }

    private OperationCanceledException Departed(Exception fault) => new("the peer has left", fault, call.Cancellation);

    // The transport says in several ways that the connection or the stream is gone.
    private static bool IsDeparture(Exception fault) => fault is IOException and not EndOfStreamException;
}
