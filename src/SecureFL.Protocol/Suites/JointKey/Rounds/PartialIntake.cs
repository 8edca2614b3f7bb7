using SecureFL.Messages.JointKey;
using SecureFL.Messages.Rounds;
using SecureFL.Messages.Violations;
using SecureFL.Protocol.Plans;
using SecureFL.Protocol.Stores;
using SecureFL.Protocol.Suites.JointKey.Layout;
using SecureFL.Protocol.Summation;
using SecureFL.Rlwe.Contributions;
using SecureFL.Rlwe.Digests;

namespace SecureFL.Protocol.Suites.JointKey.Rounds;

/// <summary>
/// Takes one active holder's partial decryptions in order and holds them to the digests of its release. A chunk counts
/// once it is stored, and archived where an archive is asked for; one that is there already changes nothing. Not
/// thread-safe.
/// </summary>
internal sealed class PartialIntake : IDisposable
{
    private readonly AggregationPlan _plan;
    private readonly CertificateProposal _proposal;
    private readonly Release _release;
    private readonly RoundSums _sums;
    private readonly IPartialDecryptionArchive? _archive;
    private LinearDigestBuilder _digest;
    private int _group;
    private long _chunk;

    public PartialIntake(AggregationPlan plan, CertificateProposal proposal, Release release, RoundSums sums,
        IPartialDecryptionArchive? archive = null)
    {
        _plan = plan;
        _proposal = proposal;
        _release = release;
        _sums = sums;
        _archive = archive;
        _digest = NewDigest();
    }

    public bool IsComplete => _group == _proposal.Groups.Length;

    public (int Group, long Chunk)? Next => IsComplete ? null : (_group, _chunk);

    public void Handle(PartialDecryptionChunk partial)
    {
        Party sender = _release.Signer;
        if (IsComplete || partial.Group < _group || (partial.Group == _group && partial.Chunk < _chunk))
        {
            return;
        }

        if (partial.Group != _group || partial.Chunk != _chunk)
        {
            throw new ProtocolViolationException(
                ViolationCode.ChunkOrder, sender, $"chunk {_chunk} of group {_group}",
                $"chunk {partial.Chunk} of group {partial.Group}");
        }

        try
        {
            Take(partial.Packed.Span);
        }
        catch (Exception failure)
        {
            // What was digested cannot be taken back: all of it comes again.
            Begin(0);
            if (failure is CiphertextFormatException refusal)
            {
                throw new ProtocolViolationException(ViolationCode.MalformedCiphertext, sender,
                    $"{refusal.Field}: {refusal.Expected}", refusal.Received);
            }

            throw;
        }

        if (++_chunk == _plan.JointKey.ChunkCount)
        {
            FinishGroup(sender);
        }
    }

    public void Dispose() => _digest.Dispose();

    private void Take(ReadOnlySpan<byte> packed)
    {
        _digest.Append(_chunk, packed);
        _sums.Write(RoundSums.Partial(_proposal.Groups.Length, _group, _release.Holder), _chunk, packed);
        _archive?.WritePartial(_release.Holder, _group, _chunk, packed);
    }

    private void FinishGroup(Party sender)
    {
        LinearDigest computed = _digest.Complete();
        if (!computed.Equals(ContributionDigest.Read(_release.Groups[_group].Span, sender)))
        {
            Begin(0);
            throw new ProtocolViolationException(ViolationCode.WrongPartialDecryption, sender,
                "the partial decryptions whose linear digest it released", "others");
        }

        Begin(_group + 1);
    }

    private void Begin(int group)
    {
        _digest.Dispose();
        _digest = NewDigest();
        (_group, _chunk) = (group, 0);
    }

    private LinearDigestBuilder NewDigest() =>
        LinearDigestBuilder.OfContribution(_plan.DigestKey!, _plan.Parameters);
}
