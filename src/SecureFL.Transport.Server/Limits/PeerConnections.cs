using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http.Features;

namespace SecureFL.Transport.Server.Limits;

/// <summary>Bounds the connections of one certificate on an endpoint. Safe for concurrent use.</summary>
internal sealed class PeerConnections(int limit)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, int> _open = new(StringComparer.Ordinal);

    public async Task RunAsync(ConnectionContext connection, ConnectionDelegate next)
    {
        if (connection.Features.Get<ITlsConnectionFeature>()?.ClientCertificate?.Thumbprint is not { } peer)
        {
            await next(connection).ConfigureAwait(false);
            return;
        }

        if (!Enter(peer))
        {
            connection.Abort(new ConnectionAbortedException($"this peer has {limit} connections already, the limit"));
            return;
        }

        try
        {
            await next(connection).ConfigureAwait(false);
        }
        finally
        {
            Leave(peer);
        }
    }

    private bool Enter(string peer)
    {
        lock (_gate)
        {
            int open = _open.GetValueOrDefault(peer);
            if (open >= limit)
            {
                return false;
            }

            _open[peer] = open + 1;
            return true;
        }
    }

    private void Leave(string peer)
    {
        lock (_gate)
        {
            if (--_open[peer] == 0)
            {
                _open.Remove(peer);
            }
        }
    }
}
