using System.Buffers.Binary;
using System.Diagnostics;
using Grpc.Core;

namespace SecureFL.Transport.Calls;

/// <summary>
/// The body of a response, with a limit and a clock on every message that has begun: a server that promises gigabytes
/// gets no memory for them, one that sends half of a message holds nobody up. One reader at a time.
/// </summary>
/// <param name="body">Length-prefixed messages: a byte of flags, four bytes of length, big-endian, the
/// message.</param>
/// <param name="options">Size, time and least rate of a message.</param>
internal sealed class GuardedResponse(Stream body, GrpcChannelOptions options) : Stream
{
    private const int PrefixBytes = 5;

    private readonly byte[] _prefix = new byte[PrefixBytes];
    private int _prefixed;
    private long _left;
    private long _began;
    private TimeSpan _allowed;
    private CancellationTokenSource? _timer;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    // Between messages the call's own deadline counts.
    private bool IsWithin => _prefixed > 0;

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (!IsWithin)
        {
            return Count(buffer, await body.ReadAsync(buffer, cancellationToken).ConfigureAwait(false));
        }

        if (_timer is null or { IsCancellationRequested: true })
        {
            _timer?.Dispose();
            _timer = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        }

        try
        {
            ValueTask<int> reading = body.ReadAsync(buffer, _timer.Token);
            if (!reading.IsCompleted)
            {
                TimeSpan left = _allowed - Stopwatch.GetElapsedTime(_began);
                _timer.CancelAfter(left > TimeSpan.Zero ? left : TimeSpan.Zero);
            }

            return Count(buffer, await reading.ConfigureAwait(false));
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new GrpcException(StatusCode.DeadlineExceeded,
                $"a message with {_left} bytes to come is not there after {_allowed.TotalSeconds:0.###} s");
        }
        finally
        {
            _timer.CancelAfter(Timeout.InfiniteTimeSpan);
        }
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override void Flush() => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            // Not the timer: a read that this ends still holds it, and it hangs on nothing but the call's own token.
            body.Dispose();
        }

        base.Dispose(disposing);
    }

    private int Count(ReadOnlyMemory<byte> buffer, int read)
    {
        for (ReadOnlySpan<byte> arrived = buffer.Span[..read]; !arrived.IsEmpty;)
        {
            if (_prefixed < PrefixBytes)
            {
                arrived = arrived[TakePrefix(arrived)..];
            }
            else
            {
                int taken = (int)Math.Min(_left, arrived.Length);
                _left -= taken;
                arrived = arrived[taken..];
            }

            if (_prefixed == PrefixBytes && _left == 0)
            {
                _prefixed = 0;
            }
        }

        return read;
    }

    private int TakePrefix(ReadOnlySpan<byte> arrived)
    {
        if (_prefixed == 0)
        {
            _began = Stopwatch.GetTimestamp();
            _allowed = options.MessageTimeout;
        }

        int taken = Math.Min(PrefixBytes - _prefixed, arrived.Length);
        arrived[..taken].CopyTo(_prefix.AsSpan(_prefixed));
        _prefixed += taken;
        if (_prefixed == PrefixBytes)
        {
            _left = BinaryPrimitives.ReadUInt32BigEndian(_prefix.AsSpan(1));
            if (_left > options.MaxReceiveMessageBytes)
            {
                throw new GrpcException(StatusCode.ResourceExhausted,
                    $"a message of {_left} bytes arrives; the limit is {options.MaxReceiveMessageBytes}");
            }

            _allowed += TimeSpan.FromSeconds((double)_left / options.MinReceiveBytesPerSecond);
        }

        return taken;
    }
}
