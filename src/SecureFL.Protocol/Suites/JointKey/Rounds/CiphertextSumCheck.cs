using System.Collections.Immutable;
using SecureFL.Messages.JointKey;
using SecureFL.Messages.Primitives;
using SecureFL.Messages.Rounds;
using SecureFL.Messages.Violations;
using SecureFL.Protocol.Plans;
using SecureFL.Protocol.Rules;
using SecureFL.Protocol.Stores;
using SecureFL.Protocol.Suites.JointKey.Layout;
using SecureFL.Rlwe.JointKey;

namespace SecureFL.Protocol.Suites.JointKey.Rounds;

/// <summary>
/// An active key holder's check of what it is asked to decrypt: the halves c1 of exactly the listed contributions,
/// streamed chunk by chunk, each bound to its client's signed root, added up and compared with the proposal. Group by
/// group, in a group chunk by chunk, in a chunk client by client in the proposal's order. Memory: one chunk and a hash
/// state a client; the summed chunks go to the store. Not thread-safe.
/// </summary>
public sealed class CiphertextSumCheck : IDisposable
{
    private readonly AggregationPlan _plan;
    private readonly CertificateProposal _proposal;
    private readonly Func<CertificateEntry, ContributionStatement> _statements;
    private readonly ISumStore _store;
    private readonly Action<CertificateProposal> _passed;
    private readonly PackedPolynomialSum _sum;
    private readonly byte[] _packed;
    private ChunkDigests? _digests;
    private int _group;
    private int _member;
    private long _chunk;

    internal CiphertextSumCheck(
        AggregationPlan plan,
        CertificateProposal proposal,
        Func<CertificateEntry, ContributionStatement> statements,
        ISumStore store,
        Action<CertificateProposal> passed)
    {
        _plan = plan;
        _proposal = proposal;
        _statements = statements;
        _store = store;
        _passed = passed;
        _sum = new PackedPolynomialSum(plan.JointKey.Ckks);
        _packed = new byte[plan.JointKey.PolynomialBytes];
        foreach (CertificateEntry entry in proposal.Entries)
        {
            statements(entry);
        }
    }

    /// <summary>The round whose sum is checked.</summary>
    public ulong Round => _proposal.Context.Round;

    /// <summary>Whether everything was there and right: the holder can vote.</summary>
    public bool IsComplete => _group == _proposal.Groups.Length;

    /// <summary>Takes the next ciphertext.</summary>
    /// <exception cref="ProtocolViolationException">
    /// Out of order, malformed, not what its client signed, or the sum is not the proposal's. The check is then over; a
    /// new one may be started.
    /// </exception>
    public void Handle(ListedCiphertext ciphertext)
    {
        ArgumentNullException.ThrowIfNull(ciphertext);
        _proposal.Context.Require(ciphertext.Context, Party.Server);
        Require(ciphertext.Certificate == _proposal.Hash, ViolationCode.WrongCertificate,
            _proposal.Hash.ToShortString(), ciphertext.Certificate.ToShortString());
        Require(!IsComplete, ViolationCode.ChunkOrder, "no more ciphertexts", "another one");
        ImmutableArray<CertificateEntry> group = _proposal.Groups[_group];
        CertificateEntry entry = group[_member];
        Require(
            ciphertext.Group == _group && ciphertext.Chunk == _chunk && ciphertext.Client == entry.Client,
            ViolationCode.ChunkOrder,
            $"chunk {_chunk} of client {entry.Client} in group {_group}",
            $"chunk {ciphertext.Chunk} of client {ciphertext.Client} in group {ciphertext.Group}");
        _digests ??= new ChunkDigests(_plan, group.Length);
        JointKeyLayout.Add(_sum, ciphertext.Packed.Span, Party.Client(entry.Client));

        _digests.Add(_member, ciphertext.OtherHalf, ciphertext.Packed.Span);
        if (++_member == group.Length)
        {
            FinishChunk(group);
        }
    }

    /// <summary>Releases working memory.</summary>
    public void Dispose()
    {
        _sum.Dispose();
        _digests?.Dispose();
    }

    private void FinishChunk(ImmutableArray<CertificateEntry> group)
    {
        _sum.Encode(_packed);
        _sum.Clear();
        _store.Write(_proposal.Context.Round, _group, _chunk, _packed);
        _digests!.AddSum(_packed);
        _member = 0;
        if (++_chunk < _plan.JointKey.ChunkCount)
        {
            return;
        }

        FinishGroup(group);
        _chunk = 0;
        if (++_group == _proposal.Groups.Length)
        {
            _passed(_proposal);
        }
    }

    private void FinishGroup(ImmutableArray<CertificateEntry> group)
    {
        for (int member = 0; member < group.Length; member++)
        {
            ContributionStatement statement = _statements(group[member]);
            Digest root = _digests!.RootOf(member);
            if (root != statement.Root)
            {
                throw new ProtocolViolationException(
                    ViolationCode.RootMismatch, Party.Server,
                    $"the ciphertext {statement.Root.ToShortString()} that {statement.Signer} signed",
                    root.ToShortString());
            }
        }

        Digest sum = _digests!.SumRoot();
        Digest named = _proposal.JointKey!.Sums[_group].Second;
        Require(sum == named, ViolationCode.WrongSummedCiphertext, $"the sum {sum.ToShortString()} of group {_group}",
            named.ToShortString());
        _digests.Dispose();
        _digests = null;
    }

    private static void Require(bool holds, ViolationCode code, string expected, string received)
    {
        if (!holds)
        {
            throw new ProtocolViolationException(code, Party.Server, expected, received);
        }
    }

    /// <summary>The roots of a group's members and of its sum, as chunks stream by.</summary>
    private sealed class ChunkDigests : IDisposable
    {
        private readonly ContributionRoot[] _roots;
        private readonly HalfRoot _sum;

        public ChunkDigests(AggregationPlan plan, int members)
        {
            _roots = [.. Enumerable.Range(0, members).Select(_ => new ContributionRoot(plan))];
            _sum = new HalfRoot(HalfRoot.SumDomain, plan.JointKey.ChunkCount);
        }

        public void Add(int member, Digest first, ReadOnlySpan<byte> second) =>
            _roots[member].Append(
                JointKeyHashes.ContributionChunk(_roots[member].Next, first, JointKeyHashes.Half(second)));

        public void AddSum(ReadOnlySpan<byte> packed) => _sum.Append(JointKeyHashes.Half(packed));

        public Digest RootOf(int member) => _roots[member].Finish();

        public Digest SumRoot() => _sum.Finish();

        public void Dispose()
        {
            _sum.Dispose();
            foreach (ContributionRoot root in _roots)
            {
                root.Dispose();
            }
        }
    }
}
