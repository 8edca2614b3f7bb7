using System.Net;
using Grpc.Core;
using SecureFL.Messages.Primitives;
using SecureFL.Messages.Violations;
using SecureFL.Protocol.Plans;
using SecureFL.Transport.Calls;
using SecureFL.Transport.Identity;
using SecureFL.Transport.Server.Calls;
using SecureFL.Transport.Tls;

namespace SecureFL.Server.Services;

/// <summary>Who calls, by certificate, and its place in the plan.</summary>
/// <param name="Peer">Role and name.</param>
/// <param name="Index">Plan index of a client or key holder, -1 of an operator.</param>
internal readonly record struct Caller(PeerIdentity Peer, int Index)
{
    public Party Party => Peer.Role switch
    {
        PeerRole.Client => Party.Client(Index),
        PeerRole.KeyHolder => Party.KeyHolder(Index),
        _ => Party.Peer,
    };
}

/// <summary>
/// Binds callers to the plan's enrolment: a certificate's role and name, nothing that the caller says. Thread-safe.
/// </summary>
/// <param name="plan">The plan.</param>
/// <param name="consortium">The consortium.</param>
/// <param name="tls">Judges certificates again at every call, so that a revocation ends open connections; null on
/// plaintext loopback.</param>
/// <param name="limits">Rates.</param>
/// <param name="clock">For rates.</param>
internal sealed class Callers(AggregationPlan plan, string consortium, TlsSettings? tls, ServerLimits limits,
    TimeProvider clock)
{
    private readonly Dictionary<string, int> _clients = ByName(plan.Enrolment.Clients);
    private readonly Dictionary<string, int> _holders = ByName(plan.Enrolment.KeyHolders);
    private readonly CallRates _rates = new(limits.CallsPerSecond, limits.CallBurst, clock);

    /// <summary>Refuses a call of anybody but the given roles, before a byte of its request is read.</summary>
    public void Require(GrpcCall call, params ReadOnlySpan<PeerRole> roles)
    {
        Limit(call);
        Caller caller = Of(call);
        if (!roles.Contains(caller.Peer.Role))
        {
            throw new GrpcException(StatusCode.PermissionDenied,
                $"{call.Method} is not for a {PeerRoles.NameOf(caller.Peer.Role)}");
        }

        if (tls?.Refusal(call.PeerCertificate) is string refusal)
        {
            throw new GrpcException(StatusCode.Unauthenticated, $"{caller.Peer} is refused: {refusal}");
        }
    }

    /// <summary>Counts a call, whatever becomes of it, and refuses one too many.</summary>
    /// <exception cref="GrpcException">RESOURCE_EXHAUSTED.</exception>
    public void Limit(GrpcCall call)
    {
        PeerIdentity? peer = Peer(call) is { } named && IndexOf(named) is not null ? named : null;
        if (!_rates.TryTake(peer))
        {
            throw new GrpcException(
                StatusCode.ResourceExhausted,
                $"more than {limits.CallsPerSecond} calls a second (and {limits.CallBurst} at one go) of "
                + (peer?.ToString() ?? "callers that the plan does not enrol, together"));
        }
    }

    /// <summary>A guard for services that answer whoever has come through TLS: it counts calls.</summary>
    public ValueTask Anybody(GrpcCall call)
    {
        Limit(call);
        return ValueTask.CompletedTask;
    }

    /// <summary>A guard for services of one role.</summary>
    public Func<GrpcCall, ValueTask> Only(PeerRole role) => call =>
    {
        Require(call, role);
        return ValueTask.CompletedTask;
    };

    /// <summary>Who calls.</summary>
    /// <exception cref="GrpcException">UNAUTHENTICATED where nobody is named, PERMISSION_DENIED where the plan does not
    /// enrol the name.</exception>
    public Caller Of(GrpcCall call)
    {
        PeerIdentity peer = Peer(call)
            ?? throw new GrpcException(StatusCode.Unauthenticated,
                "the caller states no identity of this consortium");
        return IndexOf(peer) is { } index ? new Caller(peer, index)
            : throw new GrpcException(StatusCode.PermissionDenied,
                $"{peer} is not enrolled in the server's plan {SpokenDigest.Of(plan.Digest)}");
    }

    // -1 of an operator; null where the plan does not enrol the name.
    private int? IndexOf(PeerIdentity peer) => peer.Role switch
    {
        PeerRole.Client when _clients.TryGetValue(peer.Name, out int client) => client,
        PeerRole.KeyHolder when _holders.TryGetValue(peer.Name, out int holder) => holder,
        PeerRole.Operator => -1,
        _ => null,
    };

    private PeerIdentity? Peer(GrpcCall call)
    {
        if (tls is null)
        {
            IPAddress? address = IPEndPoint.TryParse(call.Peer, out IPEndPoint? end) ? end.Address : Address(call.Peer);
            return InsecureLoopback.Parse(call.RequestHeaders[InsecureLoopback.Header], consortium, address);
        }

        PeerIdentity? peer = call.PeerCertificate is { } certificate ? PeerIdentity.Of(certificate) : null;
        return peer?.Consortium == consortium ? peer : null;
    }

    // An IPv6 address with a port, but without brackets.
    private static IPAddress? Address(string peer) =>
        IPAddress.TryParse(peer[..Math.Max(0, peer.LastIndexOf(':'))], out IPAddress? address) ? address : null;

    private static Dictionary<string, int> ByName(IReadOnlyList<EnrolledParty> parties) =>
        parties.Select((party, index) => (party.Name, index))
        .ToDictionary(pair => pair.Name, pair => pair.index, StringComparer.Ordinal);
}
