using System.Net;
using System.Net.Sockets;

namespace SecureFL.Server.Hosting;

/// <summary>Looks at the addresses that a server is to listen on before anything of it starts.</summary>
internal static class ListenAddresses
{
    /// <summary>Refuses the first address that cannot be had.</summary>
    /// <exception cref="AddressUnavailableException">It is in use, not this machine's, or not permitted.</exception>
    internal static void RequireFree(IEnumerable<IPEndPoint> addresses)
    {
        foreach (IPEndPoint address in addresses)
        {
            try
            {
                using Socket socket = new(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
                socket.Bind(address);
                socket.Listen(1);
            }
            catch (SocketException fault)
            {
                throw new AddressUnavailableException(address, fault);
            }
        }
    }
}

/// <summary>An address that a server cannot listen on.</summary>
/// <param name="address">Address and port.</param>
/// <param name="fault">What the system says.</param>
internal sealed class AddressUnavailableException(IPEndPoint address, SocketException fault)
    : IOException($"cannot listen on {address}: {Words(fault)}", fault)
{
    /// <summary>What to do.</summary>
    internal string Hint { get; } = fault.SocketErrorCode switch
    {
        SocketError.AddressAlreadyInUse =>
            $"another process listens there (ss -ltnp 'sport = :{address.Port}' names it): end it, or give another "
            + $"--listen",
        SocketError.AddressNotAvailable =>
            "give --listen an address of this machine (ip address shows them), or 0.0.0.0 or [::] for all",
        SocketError.AccessDenied => "ports below 1024 need a privilege: give --listen a port from 1024 on",
        _ => "give --listen another address or port",
    };

    private static string Words(SocketException fault) => fault.SocketErrorCode switch
    {
        SocketError.AddressAlreadyInUse => "the port is in use",
        SocketError.AddressNotAvailable => "the address is not one of this machine",
        SocketError.AccessDenied => "this user may not listen there",
        _ => fault.Message,
    };
}
