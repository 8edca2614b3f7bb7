using System.Globalization;
using SecureFL.Grpc.Framing;

namespace SecureFL.Grpc.Client;

/// <summary>Counts the attempts of one call and waits between them.</summary>
internal sealed class Attempts(GrpcCallOptions options, GrpcRetryPolicy channelPolicy)
{
    private readonly GrpcRetryPolicy _policy = options.Retry ?? channelPolicy;
    private int _made = 1;

    public GrpcCallOptions Options { get; } = options;

    public CallClock Clock { get; } = CallClock.Start(options);

    /// <summary>
    /// Whether the call may be sent again: it is idempotent, nobody answered it, and the server did not forbid it (gRFC
    /// A6, push back).
    /// </summary>
    public bool MayRepeat(GrpcException fault) =>
        Options.Idempotent && fault.Status == GrpcStatusCode.Unavailable && _made < _policy.MaxAttempts &&
        !(Pushback(fault) is { } pushback && pushback < TimeSpan.Zero);

    public async Task WaitAsync(GrpcException fault, CancellationToken cancellation = default)
    {
        // A server may ask for patience, within the policy's largest delay.
        TimeSpan delay = Pushback(fault) is { } pushback
            ? (pushback < _policy.MaxBackoff ? pushback : _policy.MaxBackoff) : _policy.DelayAfter(_made);
        if (Clock.Left is { } left && left <= delay)
        {
            throw fault;
        }

        _made++;
        using CancellationTokenSource both =
            CancellationTokenSource.CreateLinkedTokenSource(Options.Cancellation, cancellation);
        await Task.Delay(delay, both.Token).ConfigureAwait(false);
    }

    private static TimeSpan? Pushback(GrpcException fault)
    {
        if (fault.Trailers.Get(WireNames.RetryPushback) is not { } text)
        {
            return null;
        }

        // What is no number means: do not repeat.
        return int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int milliseconds)
            ? TimeSpan.FromMilliseconds(milliseconds)
            : TimeSpan.FromMilliseconds(-1);
    }
}
