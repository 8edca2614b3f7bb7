using SecureFL.Messages.JointKey;
using SecureFL.Messages.Primitives;
using SecureFL.Messages.Rounds;
using SecureFL.Messages.Violations;
using SecureFL.Protocol.Plans;
using SecureFL.Protocol.Stores;
using SecureFL.Protocol.Suites.JointKey.Layout;
using SecureFL.Rlwe.JointKey;

namespace SecureFL.Protocol.Suites.JointKey.Rounds;

/// <summary>
/// Takes one active holder's partial decryptions in order and holds them to the roots of its release. A chunk counts
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
    private readonly PackedPolynomialSum _scratch;
    private HalfRoot _root;
    private int _group;

    public PartialIntake(AggregationPlan plan, CertificateProposal proposal, Release release, RoundSums sums,
        IPartialDecryptionArchive? archive = null)
    {
        _plan = plan;
        _proposal = proposal;
        _release = release;
        _sums = sums;
        _archive = archive;
        _scratch = new PackedPolynomialSum(plan.JointKey.Ckks);
        _root = NewRoot();
    }

    public bool IsComplete => _group == _proposal.Groups.Length;

    public (int Group, long Chunk)? Next => IsComplete ? null : (_group, _root.Next);

    public void Handle(PartialDecryptionChunk partial)
    {
        Party sender = _release.Signer;
        if (IsComplete || partial.Group < _group || (partial.Group == _group && partial.Chunk < _root.Next))
        {
            return;
        }

        if (partial.Group != _group || partial.Chunk != _root.Next)
        {
            throw new ProtocolViolationException(
                ViolationCode.ChunkOrder, sender, $"chunk {_root.Next} of group {_group}",
                $"chunk {partial.Chunk} of group {partial.Group}");
        }

        _scratch.Clear();
        JointKeyLayout.Add(_scratch, partial.Packed.Span, sender);

        _sums.Write(RoundSums.Partial(_proposal.Groups.Length, _group, _release.Holder), partial.Chunk,
            partial.Packed.Span);
        _archive?.WritePartial(_release.Holder, _group, partial.Chunk, partial.Packed.Span);
        _root.Append(JointKeyHashes.Half(partial.Packed.Span));
        if (_root.IsComplete)
        {
            FinishGroup(sender);
        }
    }

    public void Dispose()
    {
        _root.Dispose();
        _scratch.Dispose();
    }

    private void FinishGroup(Party sender)
    {
        Digest root = _root.Finish();
        _root.Dispose();
        _root = NewRoot();
        Digest released = new(_release.Groups[_group].Span);
        if (root != released)
        {
            _group = 0;
            throw new ProtocolViolationException(
                ViolationCode.WrongPartialDecryption, sender,
                $"the partial decryptions {released.ToShortString()} that it released", root.ToShortString());
        }

        _group++;
    }

    private HalfRoot NewRoot() => new(HalfRoot.PartialDomain, _plan.JointKey.ChunkCount);
}
