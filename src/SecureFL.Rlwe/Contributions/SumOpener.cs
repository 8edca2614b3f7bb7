using SecureFL.Ring.Randomness;
using SecureFL.Rlwe.Kernels;
using SecureFL.Rlwe.OneTimeKey;
using SecureFL.Rlwe.Planning;

namespace SecureFL.Rlwe.Contributions;

/// <summary>
/// Opens a sum of ciphertexts with the sum of the one-time keys: Delta*m + e = sum c - a*S, rounded by Delta; exact.
/// Also measures the noise, which tells contributions that did not follow the protocol. Not thread-safe; no allocation
/// per chunk.
/// </summary>
public sealed class SumOpener : IDisposable
{
    private readonly KeyPolynomial _key;
    private readonly MaskGenerator _masks;
    private readonly SecretBuffer<ulong> _mask;
    private readonly ChunkCodec _codec;
    private long _coefficients;
    private double _squares;

    /// <summary>An opener for sums under these parameters.</summary>
    /// <param name="parameters">The parameters of the round.</param>
    /// <param name="publicSeed">The 32-byte seed of the round.</param>
    /// <param name="keySum">S: N coefficients, |S_k| &lt;= 80 n.</param>
    public SumOpener(AggregationParameters parameters, ReadOnlySpan<byte> publicSeed, ReadOnlySpan<int> keySum)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        Parameters = parameters;
        _key = new KeyPolynomial(parameters.Ckks, keySum);
        _masks = MaskGenerator.ForOpening(_key, publicSeed);
        _mask = new SecretBuffer<ulong>(_masks.MaskWords);
        _codec = new ChunkCodec(parameters);
    }

    /// <summary>The parameters of the round.</summary>
    public AggregationParameters Parameters { get; }

    /// <summary>
    /// False once a message lay outside its lanes: some contribution did not follow the protocol, and the sums mean
    /// nothing.
    /// </summary>
    public bool InsideLanes { get; private set; } = true;

    /// <summary>
    /// Variance of the noise of all coefficients opened so far; about n times the variance of one error.
    /// </summary>
    public double NoiseVariance => _coefficients == 0 ? 0 : _squares / _coefficients;

    /// <summary>Largest noise of a coefficient so far; rounding is right while it is below Delta/2.</summary>
    public double NoiseMaximum { get; private set; }

    /// <summary>Opens a chunk to integer sums, ElementsIn(chunk) of them.</summary>
    public void OpenChunk(long chunk, ContributionAccumulator accumulator, Span<long> sums) =>
        Open(chunk, SumsOf(accumulator, chunk), sums, default, 0);

    /// <summary>Opens a chunk of a sum, given as words that need not be reduced.</summary>
    /// <param name="chunk">The chunk.</param>
    /// <param name="words">N for each prime, [prime][coefficient].</param>
    /// <param name="sums">Receives ElementsIn(chunk) integers.</param>
    public void OpenChunk(long chunk, ReadOnlySpan<ulong> words, Span<long> sums) =>
        Open(chunk, words, sums, default, 0);

    /// <summary>
    /// Opens a chunk to means in the units of the model: sum * step / contributors, FloatsIn(chunk) of them, rounded
    /// once to single precision.
    /// </summary>
    public void OpenChunk(long chunk, ContributionAccumulator accumulator, int contributors, Span<float> means)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(contributors, 1);
        Open(chunk, SumsOf(accumulator, chunk), default, means, Parameters.Step / contributors);
    }

    /// <summary>Erases the key sum.</summary>
    public void Dispose()
    {
        _key.Dispose();
        _masks.Dispose();
        _mask.Dispose();
        _codec.Dispose();
    }

    private ReadOnlySpan<ulong> SumsOf(ContributionAccumulator accumulator, long chunk)
    {
        ArgumentNullException.ThrowIfNull(accumulator);
        if (!accumulator.Parameters.Digest.SequenceEqual(Parameters.Digest))
        {
            throw new ArgumentException(
                $"accumulator of parameters {Short(accumulator.Parameters)}, opener of {Short(Parameters)}",
                nameof(accumulator));
        }

        _ = Parameters.ElementsIn(chunk);
        return accumulator.Sums(chunk);
    }

    private void Open(long chunk, ReadOnlySpan<ulong> words, Span<long> sums, Span<float> means, double step)
    {
        if (words.Length != SummedChunkPacking.Words(Parameters))
        {
            throw new ArgumentException($"{words.Length} words, a chunk has {SummedChunkPacking.Words(Parameters)}",
                nameof(words));
        }

        if (sums.Length > Parameters.ElementsIn(chunk) || means.Length > Parameters.FloatsIn(chunk))
        {
            throw new ArgumentException(
                $"chunk {chunk} has {Parameters.ElementsIn(chunk)} elements, {Parameters.FloatsIn(chunk)} of them "
                + $"of the model");
        }

        _masks.Generate(0, (ulong)chunk, _mask.Span);
        ChunkOpening opening = _codec.Open(words, _mask.Span, sums, means, step);
        InsideLanes &= opening.InsideLanes;
        NoiseMaximum = Math.Max(NoiseMaximum, opening.NoiseMaximum);
        _squares += opening.NoiseSquares;
        _coefficients += Parameters.RingDegree;
    }

    private static string Short(AggregationParameters parameters) => Convert.ToHexString(parameters.Digest[..8]);
}
