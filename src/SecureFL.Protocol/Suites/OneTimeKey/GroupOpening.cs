using SecureFL.Messages.Primitives;
using SecureFL.Messages.Rounds;
using SecureFL.Protocol.Plans;
using SecureFL.Protocol.Rules;
using SecureFL.Protocol.Stores;
using SecureFL.Protocol.Summation;
using SecureFL.Rlwe.Contributions;
using SecureFL.Rlwe.Parameters;
using SecureFL.Rlwe.Planning;

namespace SecureFL.Protocol.Suites.OneTimeKey;

/// <summary>
/// Opens one group's sum, the same at server, client and auditor: c - a s is Delta m + noise, whose variance is
/// n sigma^2 where the key is right, chunk by chunk; <see cref="GroupJudgement"/> judges it. Not thread-safe.
/// </summary>
internal sealed class GroupOpening : IDisposable
{
    private readonly AggregationParameters _parameters;
    private readonly int _clients;
    private readonly SumOpener _opener;
    private readonly GroupJudgement _judgement;

    /// <summary>Nothing is opened yet.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="opening">The round.</param>
    /// <param name="key">The group and its key sum, within bound.</param>
    /// <param name="clients">Contributions in the group.</param>
    /// <param name="sink">Receives the sums.</param>
    public GroupOpening(AggregationPlan plan, RoundOpening opening, GroupKey key, int clients, ISumSink sink)
    {
        _parameters = plan.Parameters;
        _clients = clients;
        _opener = new SumOpener(_parameters, PublicSeed.Of(opening), key.KeySum.AsSpan());
        _judgement = new GroupJudgement(_parameters, key.Group, clients, sink);
    }

    /// <summary>Whether a chunk was found that no honest group has: further ones are not looked at.</summary>
    public bool IsSpoiled { get; private set; }

    /// <summary>Opens the next chunk, given as lazy or unreduced words.</summary>
    public void Take(long chunk, ReadOnlySpan<ulong> words)
    {
        if (!IsSpoiled)
        {
            _opener.OpenChunk(chunk, words, _judgement.Piece(chunk));
            IsSpoiled = !_judgement.Accept(chunk, _opener.InsideLanes);
        }
    }

    /// <summary>What became of the group, once all chunks were taken, or one spoiled it.</summary>
    public (GroupStatus Status, Digest Digest) Finish()
    {
        if (IsSpoiled)
        {
            return (GroupStatus.LaneOutOfRange, default);
        }

        double coefficients = (double)_parameters.ChunkCount * _parameters.RingDegree;
        return _judgement.Finish(_opener.NoiseVariance,
            GroupJudgement.LargestVariance(_clients * _parameters.Ckks.Error.Variance(), coefficients));
    }

    public void Dispose()
    {
        _opener.Dispose();
        _judgement.Dispose();
    }
}
