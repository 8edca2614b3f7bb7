using SecureFL.Messages.Rounds;

namespace SecureFL.Protocol.Plans;

/// <summary>
/// What a suite reads out of a key holder's ledger. Rebuilt by replaying its records; not thread-safe.
/// </summary>
public interface ISuiteLedger
{
    /// <summary>Takes up a record of the suite's own, as it was written or as it is read again.</summary>
    /// <param name="type">The record's type: 8 to 127.</param>
    /// <param name="body">What follows the type.</param>
    /// <param name="plan">The ledger's plan.</param>
    /// <returns>Whether it is a record of this suite.</returns>
    bool Apply(byte type, ReadOnlySpan<byte> body, AggregationPlan plan);

    /// <summary>Takes up a vote.</summary>
    void Apply(RoundOpening opening, CertificateProposal proposal);
}
