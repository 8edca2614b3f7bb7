using System.Collections.Immutable;
using SecureFL.Messages.Primitives;
using SecureFL.Messages.Rounds;
using SecureFL.Protocol.Plans;
using SecureFL.Protocol.Stores;
using SecureFL.Protocol.Summation;
using SecureFL.Rlwe.Contributions;
using SecureFL.Rlwe.Planning;

namespace SecureFL.Protocol.Suites.JointKey.Rounds;

/// <summary>
/// Opens one group's sum, the same at server, client and auditor: c0 + the sum of the partial decryptions is Delta m +
/// noise, whose variance is that of n_max ciphertexts and t smudging noises, chunk by chunk;
/// <see cref="GroupJudgement"/> judges it. Not thread-safe.
/// </summary>
internal sealed class JointGroupOpening : IDisposable
{
    private readonly AggregationParameters _parameters;
    private readonly JointKeyOpener _opener;
    private readonly GroupJudgement _judgement;
    private bool _isSpoiled;

    private JointGroupOpening(AggregationPlan plan, int group, int clients, ISumSink sink)
    {
        _parameters = plan.Parameters;
        _opener = new JointKeyOpener(_parameters);
        _judgement = new GroupJudgement(_parameters, group, clients, sink);
    }

    /// <summary>Opens all groups of a round.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="proposal">The certified set.</param>
    /// <param name="sink">Receives the sums.</param>
    /// <param name="open">Gives all chunks of a group to its opening.</param>
    public static AggregationResult OpenAll(AggregationPlan plan, CertificateProposal proposal, ISumSink sink,
        Action<int, JointGroupOpening> open)
    {
        GroupResult[] groups = new GroupResult[proposal.Groups.Length];
        for (int group = 0; group < groups.Length; group++)
        {
            ImmutableArray<int> clients = [.. proposal.Groups[group].Select(entry => entry.Client)];
            using JointGroupOpening opening = new(plan, group, clients.Length, sink);
            open(group, opening);
            (GroupStatus status, Digest digest) = opening.Finish();
            groups[group] = new GroupResult(group, clients, status, digest);
        }

        return new AggregationResult(plan, proposal.Context, proposal.Hash, [.. groups], []);
    }

    /// <summary>Opens the next chunk, given as unreduced words; none after one that spoiled the group.</summary>
    /// <param name="chunk">The chunk.</param>
    /// <param name="first">The summed c0.</param>
    /// <param name="partials">The sum of the partial decryptions.</param>
    public void Take(long chunk, ReadOnlySpan<ulong> first, ReadOnlySpan<ulong> partials)
    {
        if (!_isSpoiled)
        {
            _opener.OpenChunk(chunk, first, partials, _judgement.Piece(chunk));
            _isSpoiled = !_judgement.Accept(chunk, _opener.InsideLanes);
        }
    }

    public void Dispose()
    {
        _opener.Dispose();
        _judgement.Dispose();
    }

    private (GroupStatus Status, Digest Digest) Finish()
    {
        double deviation = _parameters.JointKey!.OpeningDeviation;
        return _isSpoiled ? (GroupStatus.LaneOutOfRange, default)
            : _judgement.Finish(_opener.NoiseVariance,
                GroupJudgement.LargestVariance(deviation * deviation, _parameters.CoefficientsPerOpening));
    }
}
