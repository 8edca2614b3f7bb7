using System.Net;
using System.Net.Sockets;

namespace SecureFL.Testing;

/// <summary>
/// A slow, long or broken network in user space: a TCP proxy on loopback in front of a server's port. Delays and rates
/// apply to each connection and direction. Safe for concurrent use.
/// </summary>
internal sealed class EmulatedNetwork : IAsyncDisposable
{
    private readonly Socket _listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private readonly Lock _gate = new();
    private readonly HashSet<EmulatedConnection> _connections = [];
    private readonly CancellationTokenSource _stop = new();
    private readonly int _target;
    private readonly Task _accepting;
    private volatile TaskCompletionSource? _pause;

    /// <summary>Starts a network in front of a server.</summary>
    /// <param name="targetPort">The server's port on loopback.</param>
    /// <param name="profile">What it does to the bytes of connections made from now on.</param>
    public EmulatedNetwork(int targetPort, LinkProfile profile)
    {
        _target = targetPort;
        Profile = profile;
        _listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _listener.Listen(4096);
        Port = ((IPEndPoint)_listener.LocalEndPoint!).Port;
        _accepting = AcceptAsync();
    }

    /// <summary>The port that clients connect to instead of the server's.</summary>
    public int Port { get; }

    /// <summary>What happens to connections made from now on.</summary>
    public LinkProfile Profile { get; set; }

    /// <summary>Connections that were made so far.</summary>
    public int Connections { get; private set; }

    /// <summary>Resets every connection; new ones are accepted.</summary>
    public void Cut()
    {
        EmulatedConnection[] all;
        lock (_gate)
        {
            all = [.. _connections];
        }

        foreach (EmulatedConnection connection in all)
        {
            connection.Cut();
        }
    }

    /// <summary>Loses every byte's way: connections stay open, nothing arrives until <see cref="Resume"/>.</summary>
    public void Pause() => _pause ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Ends a pause; what was held back arrives.</summary>
    public void Resume() => Interlocked.Exchange(ref _pause, null)?.SetResult();

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Dispose();
        Resume();
        await _accepting;
        Cut();
        _stop.Dispose();
    }

    /// <summary>Completes when the network carries bytes.</summary>
    internal Task FlowsAsync(CancellationToken cancellation) =>
        _pause?.Task.WaitAsync(cancellation) ?? Task.CompletedTask;

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                Socket client = await _listener.AcceptAsync(_stop.Token).ConfigureAwait(false);
                Connections++;
                _ = CarryAsync(client);
            }
        }
        catch (Exception fault) when (fault is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // Closed.
        }
    }

    private async Task CarryAsync(Socket client)
    {
        Socket server = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        EmulatedConnection connection = new(this, client, server, Profile);
        lock (_gate)
        {
            _connections.Add(connection);
        }

        try
        {
            await FlowsAsync(_stop.Token).ConfigureAwait(false);
            await server.ConnectAsync(IPAddress.Loopback, _target, _stop.Token).ConfigureAwait(false);
            await connection.RunAsync(_stop.Token).ConfigureAwait(false);
            connection.Close();
        }
        catch (Exception fault) when (fault is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // A server that is not there is a reset, as it would be without this network.
        }
        finally
        {
            connection.Cut();
            lock (_gate)
            {
                _connections.Remove(connection);
            }
        }
    }
}
