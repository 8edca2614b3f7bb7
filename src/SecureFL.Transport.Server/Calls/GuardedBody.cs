using System.Buffers;
using System.Buffers.Binary;
using System.Diagnostics;
using System.IO.Pipelines;
using System.Runtime.CompilerServices;
using Grpc.Core;
using Microsoft.AspNetCore.Http.Features;
using SecureFL.Transport.Calls;
using SecureFL.Transport.Server.Limits;

namespace SecureFL.Transport.Server.Calls;

/// <summary>
/// The body of a request, with a guard at every message: its size, its time, and the byte budget, which admits a
/// message of more than a page before the rest of it is fetched and counts it until the next one is asked for. Memory
/// is what arrived, never what a prefix promises. The reader takes whole messages, or nothing. One reader at a time.
/// </summary>
/// <param name="pipe">Length-prefixed messages: a byte of flags, four bytes of length, big-endian, the message
/// (grpc/doc/PROTOCOL-HTTP2.md).</param>
/// <param name="call">Whose body it is.</param>
/// <param name="single">Whether one message is due, which counts until the call ends.</param>
internal sealed class GuardedBody(PipeReader pipe, GrpcCall call, bool single)
    : PipeReader, IRequestBodyPipeFeature, IDisposable
{
    private const int PrefixBytes = 5;

    private readonly ReadLimits _limits = call.Limits.Reading;
    private CancellationTokenSource? _timer;
    private ByteLease _lease;
    private SequencePosition _start;
    private long _clock;
    private TimeSpan _allowed;
    private int _length = -1;

    // The next message is due: the last one was taken, or there was none yet.
    private bool _taken = true;

    // Some bytes of its prefix are there.
    private bool _begun;

    /// <inheritdoc/>
    public PipeReader Reader => this;

    /// <summary>What has arrived of the message that is due, and, where that is all, the end of the stream.</summary>
    /// <exception cref="GrpcException">The peer broke the framing, a limit or its time.</exception>
    /// <exception cref="OperationCanceledException">The call has ended, or the peer has left.</exception>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public override async ValueTask<ReadResult> ReadAsync(CancellationToken cancellationToken = default)
    {
        call.Cancellation.ThrowIfCancellationRequested();
        if (_taken && !(single && _length >= 0))
        {
            Release();
            _allowed = _length < 0 ? _limits.FirstTimeout : _limits.IdleTimeout;
            (_taken, _begun, _length, _clock) = (false, false, -1, Stopwatch.GetTimestamp());
        }

        ReadResult result = await FetchAsync().ConfigureAwait(false);
        _start = result.Buffer.Start;
        if (_length >= 0)
        {
            return result;
        }

        try
        {
            if (TryReadPrefix(result.Buffer))
            {
                // Unexamined bytes give the peer no further window while it waits here.
                _lease = await call.Limits.InFlight.AcquireAsync(call.PeerKey, _length, call.Cancellation)
                    .ConfigureAwait(false);
                (_clock, _allowed) = (Stopwatch.GetTimestamp(), _limits.TimeFor(_length));
            }
            else if (!result.Buffer.IsEmpty && !_begun)
            {
                Begin();
            }

            return result;
        }
        catch
        {
            pipe.AdvanceTo(_start);
            throw;
        }
    }

    /// <summary>
    /// Waits until something lies unread, or nothing more comes; takes nothing, and no time limit of a message runs.
    /// </summary>
    /// <param name="cancellation">Ends the waiting; the body can be read as before.</param>
    /// <returns>Whether something is there.</returns>
    /// <exception cref="OperationCanceledException">It was ended, or the peer has left.</exception>
    public async Task<bool> HasMoreAsync(CancellationToken cancellation)
    {
        try
        {
            ReadResult result = await pipe.ReadAsync(cancellation).ConfigureAwait(false);
            bool more = !result.Buffer.IsEmpty;
            pipe.AdvanceTo(result.Buffer.Start);
            return more;
        }
        catch (IOException gone)
        {
            throw new OperationCanceledException("the peer has left", gone, cancellation);
        }
    }

    /// <inheritdoc/>
    public override void AdvanceTo(SequencePosition consumed) => AdvanceTo(consumed, consumed);

    /// <inheritdoc/>
    public override void AdvanceTo(SequencePosition consumed, SequencePosition examined)
    {
        if (!_taken && !consumed.Equals(_start))
        {
            // A single message may be followed by nothing but the end, within the time between two messages.
            (_taken, _clock, _allowed) = (true, Stopwatch.GetTimestamp(), _limits.IdleTimeout);
        }

        pipe.AdvanceTo(consumed, examined);
    }

    /// <inheritdoc/>
    public override bool TryRead(out ReadResult result) =>
        throw new NotSupportedException("a guarded body is awaited");

    /// <inheritdoc/>
    public override void CancelPendingRead() => pipe.CancelPendingRead();

    /// <inheritdoc/>
    public override void Complete(Exception? exception = null) => pipe.Complete(exception);

    public void Dispose()
    {
        Release();
        _timer?.Dispose();
    }

    private void Release()
    {
        _lease.Dispose();
        _lease = default;
    }

    // The first bytes of a prefix are a message under way: the rest of it may take no longer than a message of its
    // length, nor than the message had to begin.
    private void Begin()
    {
        _begun = true;
        TimeSpan rest = _limits.TimeFor(PrefixBytes);
        if (rest == Timeout.InfiniteTimeSpan)
        {
            return;
        }

        TimeSpan passed = Stopwatch.GetElapsedTime(_clock);
        if (_allowed == Timeout.InfiniteTimeSpan || _allowed - passed > rest)
        {
            (_clock, _allowed) = (Stopwatch.GetTimestamp(), rest);
        }
    }

    // Nothing is allocated: the length only bounds how far the reader goes on.
    private bool TryReadPrefix(in ReadOnlySequence<byte> buffer)
    {
        if (buffer.Length < PrefixBytes)
        {
            return false;
        }

        Span<byte> prefix = stackalloc byte[PrefixBytes];
        buffer.Slice(0, PrefixBytes).CopyTo(prefix);
        if (prefix[0] != 0)
        {
            throw new GrpcException(StatusCode.Internal, prefix[0] == 1
                ? "a compressed message, though its stream declares no encoding"
                : $"the flags of a message are 0 or 1; {prefix[0]} arrived");
        }

        uint declared = BinaryPrimitives.ReadUInt32BigEndian(prefix[1..]);
        if (declared > (uint)_limits.MaxMessageBytes)
        {
            throw new GrpcException(StatusCode.ResourceExhausted,
                $"a message of {declared} bytes arrives; the limit is {_limits.MaxMessageBytes}");
        }

        _length = (int)declared;
        return true;
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<ReadResult> FetchAsync()
    {
        CancellationToken token = call.Cancellation;
        try
        {
            if (pipe.TryRead(out ReadResult ready))
            {
                return ready;
            }

            if (_allowed != Timeout.InfiniteTimeSpan)
            {
                token = StartTimer();
            }

            return await pipe.ReadAsync(token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (token.IsCancellationRequested
            && !call.Cancellation.IsCancellationRequested)
        {
            throw new GrpcException(StatusCode.DeadlineExceeded, _length < 0 || _taken
                ? $"no message within {_allowed.TotalSeconds:0.###} s"
                : $"a message of {_length} bytes is not there after {_allowed.TotalSeconds:0.###} s");
        }
        catch (IOException gone)
        {
            // The transport says in several ways that the connection or the stream is gone.
            throw new OperationCanceledException("the peer has left", gone, call.Cancellation);
        }
        finally
        {
            _timer?.CancelAfter(Timeout.InfiniteTimeSpan);
        }
    }

    private CancellationToken StartTimer()
    {
        if (_timer is null or { IsCancellationRequested: true })
        {
            _timer?.Dispose();
            _timer = CancellationTokenSource.CreateLinkedTokenSource(call.Cancellation);
        }

        TimeSpan left = _allowed - Stopwatch.GetElapsedTime(_clock);
        _timer.CancelAfter(left > TimeSpan.Zero ? left : TimeSpan.Zero);
        return _timer.Token;
    }
}
