using System.Buffers;
using System.Diagnostics;
using System.IO.Pipelines;
using Google.Protobuf;

namespace SecureFL.Grpc.Framing;

/// <summary>
/// Reads the messages of one stream from a pipe. Memory is what arrived, never what a prefix promises; a message of
/// more than a page is admitted by the byte budget before the rest of it is fetched, and counts until the next one is
/// asked for. One reader at a time.
/// </summary>
internal sealed class MessageReader<T>(
    PipeReader pipe, MessageParser<T> parser, ReadLimits limits, (ByteBudget Budget, string Peer)? admission,
    CancellationToken call, Func<ReadOnlyMemory<byte>, T>? share = null)
    : IDisposable
    where T : class, IMessage<T>
{
    private CancellationTokenSource? _timer;
    private ByteLease _lease;
    private byte[]? _shared;
    private bool _started;

    /// <summary>The next message, or null at the end of the stream.</summary>
    /// <exception cref="GrpcException">The peer broke the framing, a limit or its time, or sent what is no
    /// message.</exception>
    /// <exception cref="OperationCanceledException">The call has ended.</exception>
    public async ValueTask<T?> ReadAsync()
    {
        Release();
        int length = -1;
        long clock = Stopwatch.GetTimestamp();
        TimeSpan allowed = _started ? limits.IdleTimeout : limits.FirstTimeout;
        while (true)
        {
            ReadResult result = await FetchAsync(clock, allowed, length).ConfigureAwait(false);
            ReadOnlySequence<byte> buffer = result.Buffer;
            SequencePosition consumed = buffer.Start, examined = buffer.Start;
            try
            {
                if (length < 0 && MessageFrame.TryReadPrefix(buffer, limits.MaxMessageBytes, out length))
                {
                    // Unexamined bytes give the peer no further window while it waits here.
                    _lease = admission is not var (budget, peer) ? default
                        : await budget.AcquireAsync(peer, length, call).ConfigureAwait(false);
                    clock = Stopwatch.GetTimestamp();
                    allowed = limits.TimeFor(length);
                    _started = true;
                }

                if (length >= 0 && buffer.Length - MessageFrame.PrefixBytes >= length)
                {
                    ReadOnlySequence<byte> body = buffer.Slice(MessageFrame.PrefixBytes, length);
                    T message = Parse(body, length);
                    consumed = examined = body.End;
                    return message;
                }

                if (result.IsCompleted)
                {
                    return buffer.IsEmpty ? null : throw new GrpcException(GrpcStatusCode.Internal,
                        Truncated(length, buffer.Length));
                }

                call.ThrowIfCancellationRequested();
                examined = buffer.End;
            }
            finally
            {
                pipe.AdvanceTo(consumed, examined);
            }
        }
    }

    /// <summary>
    /// The only message of a stream. What it holds and shares stays its own until the reader is disposed.
    /// </summary>
    /// <exception cref="GrpcException">There is none, or more than one (INTERNAL); and what <see cref="ReadAsync"/>
    /// throws.</exception>
    public async ValueTask<T> ReadSingleAsync()
    {
        T message = await ReadAsync().ConfigureAwait(false)
            ?? throw new GrpcException(GrpcStatusCode.Internal, "the stream ended without its one message");
        (ByteLease, byte[]?) held = (_lease, _shared);
        (_lease, _shared) = (default, null);
        try
        {
            return await ReadAsync().ConfigureAwait(false) is null
                ? message
                : throw new GrpcException(GrpcStatusCode.Internal,
                    "more than the one message of a unary stream arrived");
        }
        finally
        {
            Release();
            (_lease, _shared) = held;
        }
    }

    public void Dispose()
    {
        Release();
        _timer?.Dispose();
    }

    private void Release()
    {
        _lease.Dispose();
        _lease = default;
        if (_shared is not null)
        {
            ArrayPool<byte>.Shared.Return(_shared);
            _shared = null;
        }
    }

    private T Parse(in ReadOnlySequence<byte> body, int length)
    {
        try
        {
            if (share is null)
            {
                return parser.ParseFrom(body);
            }

            _shared = ArrayPool<byte>.Shared.Rent(length);
            body.CopyTo(_shared);
            return share(_shared.AsMemory(0, length));
        }
        catch (InvalidProtocolBufferException fault)
        {
            throw new GrpcException(GrpcStatusCode.Internal, $"{length} bytes that are no {typeof(T).Name} message",
                inner: fault);
        }
    }

    private async ValueTask<ReadResult> FetchAsync(long clock, TimeSpan allowed, int length)
    {
        if (pipe.TryRead(out ReadResult ready))
        {
            return ready;
        }

        if (allowed == Timeout.InfiniteTimeSpan)
        {
            return await pipe.ReadAsync(call).ConfigureAwait(false);
        }

        if (_timer is null or { IsCancellationRequested: true })
        {
            _timer?.Dispose();
            _timer = CancellationTokenSource.CreateLinkedTokenSource(call);
        }

        TimeSpan left = allowed - Stopwatch.GetElapsedTime(clock);
        _timer.CancelAfter(left > TimeSpan.Zero ? left : TimeSpan.Zero);
        try
        {
            return await pipe.ReadAsync(_timer.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (_timer.IsCancellationRequested && !call.IsCancellationRequested)
        {
            throw new GrpcException(GrpcStatusCode.DeadlineExceeded, length < 0
                ? $"no message within {allowed.TotalSeconds:0.###} s"
                : $"a message of {length} bytes is not there after {allowed.TotalSeconds:0.###} s");
        }
        finally
        {
            _timer.CancelAfter(Timeout.InfiniteTimeSpan);
        }
    }

    private static string Truncated(int length, long arrived) => length < 0
        ? $"the stream ended within a message's prefix: {arrived} bytes of {MessageFrame.PrefixBytes}"
        : $"the stream ended within a message: {arrived - MessageFrame.PrefixBytes} bytes of {length}";
}
