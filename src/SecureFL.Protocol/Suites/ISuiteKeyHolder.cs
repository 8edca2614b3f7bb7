using SecureFL.Messages.Identity;
using SecureFL.Messages.Rounds;
using SecureFL.Messages.Wire;
using SecureFL.Protocol.Ledgers;
using SecureFL.Protocol.Plans;
using SecureFL.Protocol.Stores;
using SecureFL.Ring.Randomness;

namespace SecureFL.Protocol.Suites;

/// <summary>
/// A key holder's half of a suite. Used under its holder's lock; what it signs is durable in the ledger before it is
/// returned.
/// </summary>
public interface ISuiteKeyHolder : IDisposable
{
    /// <summary>
    /// What the holder's entry for a round publishes: a key, or the hash of one; durable before it is returned.
    /// </summary>
    byte[] CreateEntryKey(ulong round);

    /// <summary>Refuses to repeat an entry whose secret is gone.</summary>
    /// <exception cref="LedgerUnavailableException">As said.</exception>
    void RequireEntryKey(ulong round);

    /// <summary>The shares of a round whose opening has been checked.</summary>
    /// <exception cref="Messages.Violations.ProtocolViolationException">A round under another key than the one in use.
    /// </exception>
    IHolderShares OpenRound(RoundOpening opening);

    /// <summary>What the holder checks before a vote, beyond the rules of all suites.</summary>
    /// <exception cref="Messages.Violations.ProtocolViolationException">A check failed.</exception>
    void RequireVote(CertificateProposal proposal, RoundOpening opening);

    /// <summary>The release of a certified round.</summary>
    /// <exception cref="Messages.Violations.ProtocolViolationException">What it takes must be sent again.</exception>
    Release CreateRelease(CertificateProposal proposal);

    /// <summary>Answers a message that only this suite has.</summary>
    /// <param name="type">Its type.</param>
    /// <param name="message">The whole message.</param>
    /// <returns>The answer's canonical bytes, empty for "done"; null where it is none of this suite's.</returns>
    /// <exception cref="Messages.Violations.ProtocolViolationException">The message breaks the protocol.</exception>
    byte[]? Handle(MessageType type, ReadOnlyMemory<byte> message);

    /// <summary>
    /// A round is over for this holder: erases what is not needed any more. May come again, also after a restart.
    /// </summary>
    void End(ulong round, RoundEnd end);
}

/// <summary>How a round ended for a key holder.</summary>
public enum RoundEnd
{
    /// <summary>This holder has released; parts of its answer may still be asked for.</summary>
    Released,

    /// <summary>This holder has promised never to release, or enough others have.</summary>
    Dead,

    /// <summary>A model version was made of the round's sum: nothing of it will be asked for.</summary>
    Opened,
}

/// <summary>The shares of one round as a suite keeps them; disposing erases them.</summary>
public interface IHolderShares : IDisposable
{
    /// <summary>Refuses a share that is not the one which the client signed.</summary>
    /// <exception cref="Messages.Violations.ProtocolViolationException">As said.</exception>
    void Require(ContributionStatement statement, ReadOnlySpan<byte> share);

    /// <summary>Opens, checks and keeps a client's share.</summary>
    /// <exception cref="Messages.Violations.ProtocolViolationException">It does not open, or is not consistent.
    /// </exception>
    void Take(ContributionStatement statement, ReadOnlySpan<byte> share);
}

/// <summary>What a key holder's half works with.</summary>
/// <param name="Plan">The plan.</param>
/// <param name="Holder">The holder's plan index.</param>
/// <param name="Identity">Signs.</param>
/// <param name="Ledger">The holder's ledger.</param>
/// <param name="Storage">Everything that the holder keeps.</param>
/// <param name="Entropy">Secret randomness.</param>
/// <param name="RequireFresh">Refuses where peers have not confirmed the ledger yet.</param>
/// <param name="Round">An undecided round whose opening the holder took; refuses where there is none.</param>
public sealed record SuiteKeyHolderSettings(AggregationPlan Plan, int Holder, SigningIdentity Identity,
    DecryptionLedger Ledger, HolderStorage Storage, IEntropySource Entropy, Action RequireFresh,
    Func<ulong, HolderRound> Round);
