using Google.Protobuf;
using Grpc.Core;

namespace SecureFL.Transport.Server.Calls;

/// <summary>
/// The request messages of one call, in order; a second enumeration goes on where the first was left. A peer that
/// leaves ends the enumeration with a cancellation.
/// </summary>
internal sealed class RequestStream<T>(IAsyncStreamReader<Received<T>> requests, GrpcCall call)
    : IAsyncEnumerable<T>, IDisposable
    where T : class, IMessage<T>
{
    private Received<T>? _current;

    public async IAsyncEnumerator<T> GetAsyncEnumerator(CancellationToken cancellationToken = default)
    {
        while (true)
        {
            Dispose();
            cancellationToken.ThrowIfCancellationRequested();
            call.Cancellation.ThrowIfCancellationRequested();
            try
            {
                if (!await requests.MoveNext(CancellationToken.None).ConfigureAwait(false))
                {
                    yield break;
                }
            }
            catch (InvalidOperationException late) when (call.Cancellation.IsCancellationRequested)
            {
                throw new OperationCanceledException("the peer has left", late, call.Cancellation);
            }

            _current = requests.Current;
            yield return _current.Message;
        }
    }

    public void Dispose()
    {
        _current?.Dispose();
        _current = null;
    }
}
