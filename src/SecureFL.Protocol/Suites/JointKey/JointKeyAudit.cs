using System.Collections.Immutable;
using SecureFL.Messages.JointKey;
using SecureFL.Messages.Rounds;
using SecureFL.Messages.Violations;
using SecureFL.Messages.Wire;
using SecureFL.Protocol.Plans;
using SecureFL.Protocol.Stores;
using SecureFL.Protocol.Suites.JointKey.KeyGeneration;
using SecureFL.Protocol.Suites.JointKey.Layout;
using SecureFL.Protocol.Suites.JointKey.Rounds;
using SecureFL.Protocol.Summation;
using SecureFL.Protocol.Transcripts;

namespace SecureFL.Protocol.Suites.JointKey;

/// <summary>
/// An auditor's half of the joint-key suite: the recorded keys, the coefficients decrypted under each, and the partial
/// decryptions. Not thread-safe.
/// </summary>
internal sealed class JointKeyAudit(AggregationPlan plan) : ISuiteAudit
{
    private KeyEpochRecord? _key;
    private long _decrypted;

    /// <summary>Takes a key epoch; refuses one that is not newer or not confirmed by every key holder.</summary>
    public bool Handle(MessageType type, ReadOnlySpan<byte> payload)
    {
        if (type != MessageType.KeyEpochRecord)
        {
            return false;
        }

        KeyEpochRecord record = KeyEpochRecord.Parse(payload, plan.Limits);
        EpochRules.Require(record, plan);
        if (_key is not null && record.Context.Round <= _key.Context.Round)
        {
            throw new ProtocolViolationException(ViolationCode.WrongKeyEpoch, Party.Server,
                $"an epoch after {_key.Context.Round}", $"{record.Context.Round}");
        }

        _key = record;
        _decrypted = 0;
        return true;
    }

    /// <summary>Refuses a round under another key than the newest recorded one.</summary>
    public void Require(RoundOpening opening)
    {
        if (_key is null || opening.KeyEpoch != _key.Hash)
        {
            throw new ProtocolViolationException(
                ViolationCode.WrongKeyEpoch, Party.Server,
                $"a round under the recorded key {_key?.Hash.ToShortString() ?? "(none)"}",
                opening.KeyEpoch.ToShortString());
        }
    }

    /// <summary>Refuses a count that forgets rounds.</summary>
    public void Handle(CertificateProposal proposal)
    {
        long least = checked(_decrypted + JointKeyRules.Cost(proposal, plan));
        if (proposal.JointKey!.Decrypted < least)
        {
            throw new ProtocolViolationException(
                ViolationCode.KeyExhausted, Party.Server, $"a count of at least {least} decrypted coefficients",
                $"{proposal.JointKey.Decrypted}");
        }

        _decrypted = proposal.JointKey.Decrypted;
    }

    /// <summary>Refuses a release of a holder that is not active.</summary>
    public void Require(Release release, CertificateProposal proposal) =>
        JointKeyRules.RequireActive(release, proposal);

    /// <summary>Refuses a round that some active holder has not released.</summary>
    public ISuiteAuditedRound Reconstruct(CertificateProposal proposal, IReadOnlyCollection<Release> releases)
    {
        JointKeyRules.RequireAll(releases, proposal);
        return new AuditedRound(plan, proposal, releases);
    }

    private sealed class AuditedRound(AggregationPlan plan, CertificateProposal proposal,
        IReadOnlyCollection<Release> releases) : ISuiteAuditedRound
    {
        public ImmutableArray<int> Liars => [];

        public bool Allows(int group, GroupStatus status) => true;

        /// <summary>
        /// Sums the recorded ciphertexts, holds c1 to the certificate and the partial decryptions to the releases, and
        /// opens the sum.
        /// </summary>
        public AggregationResult Recompute(RoundOpening opening, IContributionStore store, ICiphertextSource source,
            ISumSink sink)
        {
            RoundSums sums = new(new InMemorySumStore(), proposal.Context.Round);
            sums.Recompute(plan, store, proposal);
            byte[] packed = new byte[plan.JointKey.PolynomialBytes];
            foreach (Release release in releases)
            {
                using PartialIntake intake = new(plan, proposal, release, sums);
                while (intake.Next is { } next)
                {
                    if (!source.TryReadPartial(proposal.Context.Round, release.Holder, next.Group, next.Chunk, packed))
                    {
                        throw new ProtocolViolationException(
                            ViolationCode.Truncated, release.Signer,
                            $"partial decryption {next.Chunk} of group {next.Group}, {packed.Length} bytes",
                            "none, or another length");
                    }

                    intake.Handle(
                        new PartialDecryptionChunk(proposal.Context, proposal.Hash, release.Holder, next.Group,
                        next.Chunk, packed));
                }
            }

            return sums.Open(plan, proposal, sink, ciphertexts: null, certified: []);
        }
    }
}
