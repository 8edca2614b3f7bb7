using SecureFL.Ring.Memory;
using SecureFL.Rlwe.JointKey;
using SecureFL.Rlwe.Kernels;
using SecureFL.Rlwe.Planning;

namespace SecureFL.Rlwe.Contributions;

/// <summary>
/// Combines the t partial decryptions of a summed ciphertext and opens it: Delta m + e = c0 + sum_j d_j, rounded by
/// Delta; exact. For every chunk <see cref="OpenChunk"/>; or in order
/// <see cref="BeginChunk(long, ContributionAccumulator)"/>, <see cref="AddPartialDecryption"/> t times, one of the two
/// Finish methods. Also measures the noise. Not thread-safe; no allocation per chunk.
/// </summary>
public sealed class JointKeyOpener : IDisposable
{
    private readonly JointKeyParameters _jointKey;
    private readonly AlignedBuffer<ulong> _sums;
    private readonly AlignedBuffer<ulong> _noMask;
    private readonly ChunkCodec _codec;
    private long _chunk = -1;
    private int _added;
    private long _coefficients;
    private double _squares;

    /// <summary>An opener for sums under these parameters.</summary>
    /// <exception cref="ArgumentException">They are not of the joint-key suite.</exception>
    public JointKeyOpener(AggregationParameters parameters)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        _jointKey = parameters.JointKey
            ?? throw new ArgumentException("these parameters are not of the joint-key suite", nameof(parameters));
        Parameters = parameters;
        _codec = new ChunkCodec(parameters);
        _sums = new AlignedBuffer<ulong>(ResiduePacking.Words(parameters.Ckks));
        _noMask = new AlignedBuffer<ulong>(_sums.Length);
    }

    /// <summary>The parameters of the round.</summary>
    public AggregationParameters Parameters { get; }

    /// <summary>
    /// False once a message lay outside its lanes: a contribution, a key or a partial decryption did not follow the
    /// protocol, and the sums mean nothing.
    /// </summary>
    public bool InsideLanes { get; private set; } = true;

    /// <summary>
    /// False once a coefficient's noise reached <see cref="JointKeyParameters.NoiseBound"/>, which honest parties'
    /// noise does with probability below 2^-128.
    /// </summary>
    public bool WithinNoiseBound => NoiseMaximum < _jointKey.NoiseBound;

    /// <summary>
    /// Variance of the noise of all coefficients opened so far; about <see cref="JointKeyParameters.OpeningDeviation"/>
    /// squared at n clients.
    /// </summary>
    public double NoiseVariance => _coefficients == 0 ? 0 : _squares / _coefficients;

    /// <summary>Largest noise of a coefficient so far; rounding is right while it is below Delta/2.</summary>
    public double NoiseMaximum { get; private set; }

    /// <summary>Opens a chunk of sums, given as words that need not be reduced.</summary>
    /// <param name="chunk">The chunk.</param>
    /// <param name="first">The summed c0: N words for each prime, each below 2^63.</param>
    /// <param name="partials">The sum of all t partial decryptions, likewise.</param>
    /// <param name="sums">Receives ElementsIn(chunk) integers.</param>
    public void OpenChunk(long chunk, ReadOnlySpan<ulong> first, ReadOnlySpan<ulong> partials, Span<long> sums)
    {
        Begin(chunk);
        Span<ulong> words = _sums.Span;
        for (int i = 0; i < words.Length; i++)
        {
            words[i] = first[i] + partials[i];
        }

        _added = _jointKey.Threshold;
        Finish(sums, default, 0);
    }

    /// <summary>Starts a chunk from the server's sum.</summary>
    /// <exception cref="ArgumentException">The accumulator is of other parameters, or there is no such
    /// chunk.</exception>
    public void BeginChunk(long chunk, ContributionAccumulator accumulator)
    {
        ArgumentNullException.ThrowIfNull(accumulator);
        if (!accumulator.Parameters.Digest.SequenceEqual(Parameters.Digest))
        {
            throw new ArgumentException(
                $"accumulator of parameters {Short(accumulator.Parameters)}, opener of {Short(Parameters)}",
                nameof(accumulator));
        }

        Begin(chunk);
        accumulator.Sums(chunk).CopyTo(_sums.Span);
        _codec.Reduce(_sums.Span);
    }

    /// <summary>
    /// Starts a chunk from an encoded sum (<see cref="ContributionAccumulator.EncodeSum"/>), of which it takes c0.
    /// </summary>
    /// <exception cref="CiphertextFormatException">Wrong length, or a residue that is not below its prime.</exception>
    public void BeginChunk(long chunk, ReadOnlySpan<byte> encodedSum)
    {
        if (encodedSum.Length != Parameters.ChunkBytes)
        {
            throw new CiphertextFormatException("chunk length", $"{Parameters.ChunkBytes} bytes",
                $"{encodedSum.Length} bytes");
        }

        Begin(chunk);
        _sums.Span.Clear();
        Add(encodedSum[..Parameters.PolynomialBytes], "c0");
    }

    /// <summary>Adds one active holder's partial decryption of the chunk.</summary>
    /// <exception cref="CiphertextFormatException">Wrong length, or a residue that is not below its prime; nothing was
    /// added.</exception>
    /// <exception cref="InvalidOperationException">No chunk was begun, or t partial decryptions have been
    /// added.</exception>
    public void AddPartialDecryption(ReadOnlySpan<byte> packed)
    {
        if (_chunk < 0 || _added == _jointKey.Threshold)
        {
            throw new InvalidOperationException(
                $"{_added} of {_jointKey.Threshold} partial decryptions have been added to chunk {_chunk}");
        }

        if (packed.Length != Parameters.PolynomialBytes)
        {
            throw new CiphertextFormatException("partial decryption length", $"{Parameters.PolynomialBytes} bytes",
                $"{packed.Length} bytes");
        }

        Add(packed, "partial decryption");
        _added++;
    }

    /// <summary>Opens the chunk to integer sums, ElementsIn(chunk) of them.</summary>
    /// <exception cref="InvalidOperationException">Not t partial decryptions have been added.</exception>
    public void FinishChunk(Span<long> sums) => Finish(sums, default, 0);

    /// <summary>
    /// Opens the chunk to means in the units of the model: sum * step / contributors, FloatsIn(chunk) of them, rounded
    /// once to single precision.
    /// </summary>
    /// <exception cref="InvalidOperationException">Not t partial decryptions have been added.</exception>
    public void FinishChunk(int contributors, Span<float> means)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(contributors, 1);
        Finish(default, means, Parameters.Step / contributors);
    }

    /// <summary>Releases working memory.</summary>
    public void Dispose() => _codec.Dispose();

    private static string Short(AggregationParameters parameters) => Convert.ToHexString(parameters.Digest[..8]);

    private void Begin(long chunk)
    {
        _ = Parameters.ElementsIn(chunk);
        _chunk = chunk;
        _added = 0;
    }

    private void Add(ReadOnlySpan<byte> packed, string field)
    {
        // A reduced sum and eight residues below 2^60 stay below 2^64.
        if ((_added & 7) == 7)
        {
            _codec.Reduce(_sums.Span);
        }

        if (_codec.Add(packed, default, default, default, _sums.Span) is { } bad)
        {
            throw new CiphertextFormatException(
                $"{field}, residue {bad.Coefficient} modulo prime {bad.Prime} of chunk {_chunk}",
                $"below {Parameters.Ckks.Moduli[bad.Prime]}", "a larger residue");
        }
    }

    private void Finish(Span<long> sums, Span<float> means, double step)
    {
        if (_chunk < 0 || _added != _jointKey.Threshold)
        {
            throw new InvalidOperationException(
                $"{_added} of {_jointKey.Threshold} partial decryptions have been added");
        }

        if (sums.Length > Parameters.ElementsIn(_chunk) || means.Length > Parameters.FloatsIn(_chunk))
        {
            throw new ArgumentException(
                $"chunk {_chunk} has {Parameters.ElementsIn(_chunk)} elements, {Parameters.FloatsIn(_chunk)} of "
                + $"them of the model");
        }

        ChunkOpening opening = _codec.Open(_sums.Span, _noMask.Span, sums, means, step);
        InsideLanes &= opening.InsideLanes;
        NoiseMaximum = Math.Max(NoiseMaximum, opening.NoiseMaximum);
        _squares += opening.NoiseSquares;
        _coefficients += Parameters.RingDegree;
        _chunk = -1;
    }
}
