using Microsoft.Extensions.Logging;
using SecureFL.Transport.Tls;

namespace SecureFL.Server.Hosting;

/// <summary>
/// Refused handshakes in the log: one line a second at most, since whoever has no certificate can try as often as it
/// likes. Thread-safe.
/// </summary>
internal sealed class HandshakeLog(ILogger log, TimeProvider clock)
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);
    private readonly Lock _gate = new();
    private long? _last;
    private long _unsaid;

    /// <summary>Takes what <see cref="TlsSettings.Refused"/> says.</summary>
    internal void Tell(string refusal)
    {
        long unsaid;
        lock (_gate)
        {
            if (_last is long last && clock.GetElapsedTime(last) < Pause)
            {
                _unsaid++;
                return;
            }

            (_last, unsaid, _unsaid) = (clock.GetTimestamp(), _unsaid, 0);
        }

        Log.HandshakeRefused(log, refusal, unsaid);
    }
}
