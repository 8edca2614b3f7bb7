using Google.Protobuf;
using SecureFL.Grpc.Framing;

namespace SecureFL.Grpc.Server;

/// <summary>The request messages of one call, read once and in order. A peer that leaves ends the enumeration with a cancellation.</summary>
internal sealed class RequestStream<T>(GrpcCall call, MessageParser<T> parser) : IAsyncEnumerable<T>, IDisposable
    where T : class, IMessage<T>
{
    private readonly MessageReader<T> _reader = new(call.Http.Request.BodyReader, parser, call.Limits.Reading, call.Limits.InFlight, call.Cancellation);
    private int _taken;

    public async Task<T> SingleAsync()
    {
        try
        {
            return await _reader.ReadSingleAsync().ConfigureAwait(false);
        }
        catch (Exception fault) when (IsDeparture(fault))
        {
            throw new OperationCanceledException("the peer has left", fault, call.Cancellation);
        }
    }

    public async IAsyncEnumerator<T> GetAsyncEnumerator(CancellationToken cancellationToken = default)
    {
        if (Interlocked.Exchange(ref _taken, 1) != 0)
        {
            throw new InvalidOperationException("the requests of a call are read once");
        }

        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            T? message;
            try
            {
                message = await _reader.ReadAsync().ConfigureAwait(false);
            }
            catch (Exception fault) when (IsDeparture(fault))
            {
                throw new OperationCanceledException("the peer has left", fault, call.Cancellation);
            }

            if (message is null)
            {
                yield break;
            }

            yield return message;
        }
    }

    public void Dispose() => _reader.Dispose();

    // The transport says in several ways that the connection or the stream is gone.
    private static bool IsDeparture(Exception fault) => fault is IOException and not EndOfStreamException;
}
