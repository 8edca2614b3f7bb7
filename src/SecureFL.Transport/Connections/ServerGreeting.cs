using SecureFL.Messages.Primitives;
using SecureFL.Protocol.Plans;
using SecureFL.Transport.Calls;
using SecureFL.Transport.Contracts;

namespace SecureFL.Transport.Connections;

/// <summary>
/// The first question on a connection: which plan does the server run? A party that approved another one, or whose
/// certificate the server does not take, learns it here and leaves, instead of asking for ever. Not thread-safe.
/// </summary>
/// <param name="link">The server.</param>
internal sealed class ServerGreeting(ServerLink link)
{
    // TLS 1.3 tells a client nothing about its own certificate: a server that refuses it closes the connection that
    // stood already. A server that restarts does so once, not each of so many times.
    private const int MostUnanswered = 5;

    private bool _answered;
    private int _unanswered;

    /// <summary>Asks, and compares with the plan that this party approved.</summary>
    /// <param name="plan">That plan's digest.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="WrongPlanException">The server runs another plan.</exception>
    /// <exception cref="CertificateRefusedException">This party's certificate does not stand, or the server's
    /// does not.</exception>
    /// <exception cref="GrpcException">The server does not answer, or refuses this party.</exception>
    internal async Task RequireSamePlanAsync(Digest plan, CancellationToken cancellationToken)
    {
        GetPlanReply reply = await AskAsync(cancellationToken).ConfigureAwait(false);
        Digest theirs = AggregationPlan.Parse(reply.PlanMessage.Span).Digest;
        if (theirs != plan)
        {
            throw new WrongPlanException(theirs, plan);
        }
    }

    /// <summary>Asks for the server's plan.</summary>
    /// <exception cref="CertificateRefusedException">As above.</exception>
    /// <exception cref="GrpcException">The server does not answer, or refuses this party.</exception>
    internal async Task<GetPlanReply> AskAsync(CancellationToken cancellationToken)
    {
        link.RequireOwnCertificate();
        int handshakes = link.Handshakes;
        try
        {
            GetPlanReply reply = await link.GetPlanAsync(cancellationToken).ConfigureAwait(false);
            _answered = true;
            return reply;
        }
        catch (GrpcException fault) when (!_answered && fault.InnerException is not null
            && !cancellationToken.IsCancellationRequested)
        {
            if (link.ServerRefusal is string refusal)
            {
                throw new CertificateRefusedException(refusal,
                    "check the address; a server that was set up anew needs a certificate of this party's authority, "
                    + "and a party of another authority needs one of the server's (identity import)");
            }

            _unanswered = link.Handshakes > handshakes ? _unanswered + 1 : 0;
            if (_unanswered == MostUnanswered)
            {
                throw new CertificateRefusedException(
                    $"the server took {MostUnanswered} connections and closed each one when it had seen this party's "
                    + $"certificate: it was revoked, has expired by the server's clock, or is not of its authority",
                    "the server's log says which (Handshake: ...); ask the consortium's certificate authority for a "
                    + "new one: securefl identity issue, then identity import");
            }

            throw;
        }
    }
}

/// <summary>The server runs another plan than the one that this party approved.</summary>
/// <param name="server">Digest of the server's plan.</param>
/// <param name="approved">Digest of this party's plan.</param>
public sealed class WrongPlanException(Digest server, Digest approved) : Exception(
    $"the server runs plan {SpokenDigest.Of(server)}, this party approved {SpokenDigest.Of(approved)}");

/// <summary>One side's certificate is not what the other takes, and another attempt does not change that.</summary>
/// <param name="message">Whose certificate, and why.</param>
/// <param name="hint">What to do.</param>
public sealed class CertificateRefusedException(string message, string hint) : Exception(message)
{
    /// <summary>What to do.</summary>
    public string Hint { get; } = hint;
}
