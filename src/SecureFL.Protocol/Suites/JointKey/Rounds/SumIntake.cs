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
/// An active key holder's one pass over what it is asked to decrypt: the summed c1, group by group, in a group chunk by
/// chunk. Words that no such sum has are refused at once; all of a group must have the digest that the signed
/// statements of its contributions add up to, and, modulo the primes, the root that the certificate names: only then is
/// a partial decryption of it believed to be one of the certified sum. Nothing leaves before the pass is over. Memory:
/// one chunk; the sums go to the store. Not thread-safe.
/// </summary>
internal sealed class SumIntake : IDisposable
{
    private readonly AggregationPlan _plan;
    private readonly CertificateProposal _proposal;
    private readonly PartialRelease _release;
    private readonly ISumStore _store;
    private readonly LinearDigest[] _digests;
    private readonly UnreducedSum _reduction;
    private readonly byte[] _reduced;
    private DigestedSum? _sum;

    /// <summary>Nothing has come yet.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="proposal">The set that this holder voted for.</param>
    /// <param name="round">The listed contributions' statements and digests.</param>
    /// <param name="release">Takes the sum once it is checked; this object does not dispose it.</param>
    /// <param name="store">Keeps the sum.</param>
    /// <exception cref="ProtocolViolationException">A listed contribution was not delivered.</exception>
    public SumIntake(AggregationPlan plan, CertificateProposal proposal, HolderRound round, PartialRelease release,
        ISumStore store)
    {
        _plan = plan;
        _proposal = proposal;
        _release = release;
        _store = store;
        _digests = [.. proposal.Groups.Select(round.SecondDigestSum)];
        _reduction = new UnreducedSum(plan.Parameters);
        _reduced = new byte[plan.JointKey.PolynomialBytes];
    }

    /// <summary>What is decrypted as it comes.</summary>
    public PartialRelease Release => _release;

    /// <summary>Takes the next chunk.</summary>
    /// <exception cref="ProtocolViolationException">Out of order, malformed, or not the sum of the certified
    /// contributions: the pass is over, and another one may begin.</exception>
    public void Handle(SummedCiphertext summed)
    {
        if (_release.Next is not (int group, long chunk) || summed.Group != group || summed.Chunk != chunk)
        {
            throw new ProtocolViolationException(ViolationCode.ChunkOrder, Party.Server,
                _release.Next is (int due, long next) ? $"chunk {next} of the sum of group {due}" : "no more chunks",
                $"chunk {summed.Chunk} of group {summed.Group}");
        }

        int clients = _proposal.Groups[group].Length;
        _sum ??= new DigestedSum(_plan, clients, $"sum of c1 of group {group}");
        _reduction.Reduce(_sum.Take(chunk, summed.Packed.Span), _reduced);
        _store.Write(_proposal.Context.Round, group, chunk, _reduced);
        if (chunk == _plan.JointKey.ChunkCount - 1)
        {
            RequireDigest(group, clients);
        }

        _release.Take(_reduced);
    }

    /// <summary>
    /// Stores a chunk again that was checked before this holder released: whoever reads it hashes it.
    /// </summary>
    /// <exception cref="ProtocolViolationException">No such chunk, or malformed.</exception>
    public static void Restore(AggregationPlan plan, CertificateProposal proposal, SummedCiphertext summed,
        ISumStore store)
    {
        if (summed.Group >= proposal.Groups.Length)
        {
            throw new ProtocolViolationException(ViolationCode.OutOfRange, Party.Server,
                $"group 0 to {proposal.Groups.Length - 1}", $"{summed.Group}");
        }

        using DigestedSum sum = new(plan, proposal.Groups[summed.Group].Length, $"sum of c1 of group {summed.Group}");
        using UnreducedSum reduction = new(plan.Parameters);
        byte[] reduced = new byte[plan.JointKey.PolynomialBytes];
        reduction.Reduce(sum.Take(summed.Chunk, summed.Packed.Span), reduced);
        store.Write(proposal.Context.Round, summed.Group, summed.Chunk, reduced);
    }

    public void Dispose()
    {
        _sum?.Dispose();
        _reduction.Dispose();
    }

    private void RequireDigest(int group, int clients)
    {
        LinearDigest computed = _sum!.Finish();
        _sum.Dispose();
        _sum = null;
        if (!computed.Equals(_digests[group]))
        {
            throw new ProtocolViolationException(ViolationCode.WrongSummedCiphertext, Party.Server,
                $"the sum of c1 of the {clients} contributions of group {group}, by the linear digests that their "
                + "clients signed", "another");
        }
    }
}
