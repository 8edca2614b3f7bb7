using System.Globalization;
using Grpc.Core;

namespace SecureFL.Transport.Calls;

/// <summary>
/// One call of a caller: its attempts, the waits between them, the time it has left, and what a fault means to him.
/// </summary>
internal sealed class Attempts : IDisposable
{
    private const string PushbackTrailer = "grpc-retry-pushback-ms";

    private readonly GrpcRetryPolicy _policy;
    private readonly GrpcCallOptions _options;
    private readonly CancellationToken _enumeration;
    private readonly CallClock _clock;

    // The library counts a deadline by a clock that somebody may set: this timer is no slower for that.
    private readonly CancellationTokenSource _over;
    private int _made;

    public Attempts(GrpcCallOptions? options, GrpcRetryPolicy channelPolicy, CancellationToken enumeration = default)
    {
        _options = options ?? new GrpcCallOptions();
        _policy = _options.Retry ?? channelPolicy;
        _enumeration = enumeration;
        _clock = CallClock.Start(_options);
        _over = CancellationTokenSource.CreateLinkedTokenSource(_options.Cancellation, enumeration);
        if (_clock.Left is { } left)
        {
            _over.CancelAfter(left > TimeSpan.Zero ? left : TimeSpan.Zero);
        }
    }

    /// <summary>What the next attempt asks for.</summary>
    public CallOptions Next()
    {
        _made++;
        return new CallOptions(_options.Headers, DateTime.UtcNow + _clock.Left, _over.Token);
    }

    /// <summary>What a fault of the call means to its caller.</summary>
    public Exception Explain(Exception fault)
    {
        if (fault is GrpcException)
        {
            return fault;
        }

        RpcException? status = fault as RpcException;
        bool answered = status is { StatusCode: not StatusCode.Cancelled, Status.DebugException: null };
        if (!answered && _over.IsCancellationRequested)
        {
            CancellationToken caller = _options.Cancellation.IsCancellationRequested ? _options.Cancellation
                : _enumeration;
            return caller.IsCancellationRequested
                ? new OperationCanceledException("the call was cancelled", fault, caller)
                : new GrpcException(StatusCode.DeadlineExceeded, "the deadline passed", inner: fault);
        }

        if (status is null)
        {
            return TransportFaults.Map(fault) ?? fault;
        }

        // Codes that nobody has defined yet, or ever will.
        StatusCode code = Enum.IsDefined(status.StatusCode) && status.StatusCode != StatusCode.OK ? status.StatusCode
            : StatusCode.Unknown;
        return (status.Status.DebugException is { } cause ? TransportFaults.Map(cause) : null)
            ?? new GrpcException(code, status.Status.Detail, status.Trailers, status.Status.DebugException);
    }

    /// <summary>
    /// Waits for the next attempt, or throws where there is none: the call is not idempotent, its status is another
    /// than UNAVAILABLE, its attempts are used up, its time is over before the next one, or the server forbids it (gRFC
    /// A6, push back).
    /// </summary>
    public async Task WaitAsync(Exception fault)
    {
        Exception meant = Explain(fault);
        if (!_options.Idempotent || meant is not GrpcException { StatusCode: StatusCode.Unavailable } refusal
            || _made >= _policy.MaxAttempts)
        {
            throw meant;
        }

        // A server may ask for patience, within the policy's largest delay.
        TimeSpan? pushback = Pushback(refusal);
        TimeSpan delay = pushback is { } asked ? (asked < _policy.MaxBackoff ? asked : _policy.MaxBackoff)
            : _policy.DelayAfter(_made);
        if (pushback < TimeSpan.Zero || _clock.Left <= delay)
        {
            throw refusal;
        }

        try
        {
            await Task.Delay(delay, _over.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException cancelled)
        {
            throw Explain(cancelled);
        }
    }

    public void Dispose() => _over.Dispose();

    // What is no number means: do not repeat.
    private static TimeSpan? Pushback(GrpcException fault) => fault.Trailers.GetValue(PushbackTrailer) is not { } text
        ? null
        : TimeSpan.FromMilliseconds(
            int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int milliseconds)
                ? milliseconds : -1);
}
