using System.Numerics.Tensors;
using SecureFL.Messages.Primitives;
using SecureFL.Messages.Rounds;
using SecureFL.Protocol.Stores;
using SecureFL.Rlwe.Planning;

namespace SecureFL.Protocol.Summation;

/// <summary>
/// Judges one group while its sum is opened chunk by chunk, the same in every suite: every sum within n (2^(b-1) - 1),
/// nothing above the lanes, and the noise no wider than honest noise. What passes goes to the sink; a group that does
/// not is discarded there. Not thread-safe.
/// </summary>
internal sealed class GroupJudgement(AggregationParameters parameters, int group, int clients, ISumSink sink)
    : IDisposable
{
    private readonly GroupSumHash _hash = new(group);
    private readonly long _bound = (long)clients * parameters.MaxQuantised;
    private readonly long[] _sums = new long[parameters.ElementsPerChunk];

    /// <summary>
    /// The largest variance of the noise that passes: the honest one times 1 + 16 sqrt(2/M) over M coefficients, which
    /// honest noise exceeds with probability below 2^-100 for M of 1024 and more (Laurent and Massart 2000, lemma 1);
    /// noise that is uniform over Delta, which a wrong key or answer leaves, has at least 85 times the honest one.
    /// </summary>
    public static double LargestVariance(double honest, double coefficients) =>
        honest * (1 + (16 * Math.Sqrt(2 / coefficients)));

    /// <summary>Where the sums of a chunk are opened into.</summary>
    public Span<long> Piece(long chunk) => _sums.AsSpan(0, parameters.ElementsIn(chunk));

    /// <summary>Judges the chunk in <see cref="Piece"/>.</summary>
    /// <param name="chunk">The chunk; in order.</param>
    /// <param name="insideLanes">Whether nothing stands above the lanes.</param>
    /// <returns>Whether it passes; else the group is over.</returns>
    public bool Accept(long chunk, bool insideLanes)
    {
        Span<long> piece = Piece(chunk);
        if (!insideLanes || TensorPrimitives.Max<long>(piece) > _bound || TensorPrimitives.Min<long>(piece) < -_bound)
        {
            sink.Discard(group);
            return false;
        }

        _hash.Append(piece);
        sink.Accept(group, chunk * parameters.ElementsPerChunk, piece);
        return true;
    }

    /// <summary>Judges the noise of the whole group, once every chunk has passed.</summary>
    public (GroupStatus Status, Digest Digest) Finish(double variance, double largest)
    {
        if (variance > largest)
        {
            sink.Discard(group);
            return (GroupStatus.ResidualVariance, default);
        }

        return (GroupStatus.Opened, _hash.Finish());
    }

    public void Dispose() => _hash.Dispose();
}
