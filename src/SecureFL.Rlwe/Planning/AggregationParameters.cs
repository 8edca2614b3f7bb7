using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Numerics;
using System.Security.Cryptography;
using SecureFL.Ring.Kernels;
using SecureFL.Rlwe.JointKey;
using SecureFL.Rlwe.Packing;
using SecureFL.Rlwe.Parameters;
using SecureFL.Rlwe.Quantization;

namespace SecureFL.Rlwe.Planning;

/// <summary>
/// Everything that fixes how a vector becomes ciphertexts and back. Two parties that compare <see cref="Digest"/>
/// compare all of it. Immutable, thread-safe. The vector is cut into chunks of N * L elements; element e of a chunk
/// stands in lane floor(e/512) mod L of coefficient 512 * floor(e/(512 L)) + e mod 512.
/// </summary>
public sealed class AggregationParameters
{
    /// <summary>Longest vector.</summary>
    public const long MaxFloatLength = 1_000_000_000;

    /// <summary>Most integer elements.</summary>
    public const int MaxIntegerLength = 1_000_000;

    /// <summary>Most clients in one sum.</summary>
    public const int MaxClientsLimit = 65536;

    /// <summary>Bits of a word of a sum that is not reduced (the digest rule).</summary>
    public const int SummedWordBits = 63;

    /// <summary>
    /// Every coefficient's message must leave this fraction of q unused: 2^-20, so that the wrap count of the
    /// recombination is certain.
    /// </summary>
    internal const int MarginBits = 20;

    /// <summary>Bytes of an uncompressed SEAL ciphertext besides its 64-bit residues.</summary>
    private const int SealOverheadBytes = 113;

    private readonly byte[] _digest;

    /// <summary>Checks that the lanes hold the sums and the modulus holds the lanes.</summary>
    /// <param name="ckks">Ring, primes, scale, distributions.</param>
    /// <param name="layout">The lanes of a coefficient.</param>
    /// <param name="floatLength">Model elements.</param>
    /// <param name="integerLength">Integer elements after them.</param>
    /// <param name="bits">b.</param>
    /// <param name="clip">The clipping bound.</param>
    /// <param name="maxClients">n.</param>
    /// <param name="jointKey">What the joint-key suite adds; null for one-time keys.</param>
    /// <exception cref="ArgumentException">A rule is broken; the message names it. With a special prime the security
    /// rule counts it too.</exception>
    public AggregationParameters(
        CkksParameters ckks, LaneLayout layout, long floatLength, int integerLength, int bits, float clip,
        int maxClients, JointKeyParameters? jointKey = null)
    {
        ArgumentNullException.ThrowIfNull(ckks);
        ArgumentNullException.ThrowIfNull(layout);
        CheckRanges(floatLength, integerLength, bits, clip, maxClients);
        if (layout.Radices.Any(r => (BigInteger)r < LaneRadix(maxClients, bits)))
        {
            throw new ArgumentException(
                $"lane rule: a sum of {maxClients} values of {bits} bits needs radix {LaneRadix(maxClients, bits)}",
                nameof(layout));
        }

        CheckSuite(ckks, maxClients, jointKey);
        int minLogScale = jointKey?.MinLogScale ?? MinLogScale(maxClients, ckks.Error);
        if (ckks.LogScale < minLogScale)
        {
            throw new ArgumentException(
                $"scale rule: {maxClients} clients need scale 2^{minLogScale}, not 2^{ckks.LogScale}", nameof(ckks));
        }

        if (!Fits(ckks.Basis.Product, ckks.LogScale, layout.Range))
        {
            throw new ArgumentException(
                "modulus rule: q > scale * (product of lane radices + 1) * (1 + 2^-20) does not hold", nameof(ckks));
        }

        if (ckks.Basis.Product / ckks.Moduli.Min(p => p.Value) >= layout.Range << ckks.LogScale)
        {
            throw new ArgumentException("modulus rule: one prime more than the lanes need", nameof(ckks));
        }

        Ckks = ckks;
        Layout = layout;
        FloatLength = floatLength;
        IntegerLength = integerLength;
        Bits = bits;
        Clip = clip;
        MaxClients = maxClients;
        JointKey = jointKey;
        KeySet = jointKey is { SpecialPrime: not 0 } key
            ? new CkksParameters(ckks.RingDegree, [.. Primes, key.SpecialPrime], ckks.LogScale, ckks.Error, ckks.Secret)
            : ckks;
        PolynomialBytes = ckks.Moduli.Sum(p => WordKernel.PackedBytes(ckks.RingDegree, p.Bits));
        ChunkBytes = Polynomials * PolynomialBytes;
        WireChunkBytes = TravelsAsSeal
            ? SealOverheadBytes + (Polynomials * ckks.RingDegree * ckks.Moduli.Length * sizeof(ulong)) : ChunkBytes;
        _digest = ComputeDigest();
    }

    /// <summary>Ring, primes, scale, errors.</summary>
    public CkksParameters Ckks { get; }

    /// <summary>What the joint-key suite adds; null under one-time keys.</summary>
    public JointKeyParameters? JointKey { get; }

    /// <summary>
    /// The set of the joint public key: that of the ciphertexts, and the special prime where there is one.
    /// </summary>
    public CkksParameters KeySet { get; }

    /// <summary>Whether ciphertexts travel as SEAL objects; bit-packed if not.</summary>
    public bool TravelsAsSeal => JointKey is { Wire: WireMode.Seal };

    /// <summary>
    /// Polynomials of a ciphertext that travel: c alone under one-time keys, (c0, c1) under a joint key.
    /// </summary>
    public int Polynomials => JointKey is null ? 1 : 2;

    /// <summary>
    /// Bytes of one packed polynomial; under a joint key also those of one partial decryption of a chunk.
    /// </summary>
    public int PolynomialBytes { get; }

    /// <summary>
    /// Coefficients that opening one sum of the whole vector decrypts: N for every chunk. Under a joint key they count
    /// against M.
    /// </summary>
    public long CoefficientsPerOpening => checked(ChunkCount * RingDegree);

    /// <summary>Lanes of a coefficient.</summary>
    public LaneLayout Layout { get; }

    /// <summary>Model elements.</summary>
    public long FloatLength { get; }

    /// <summary>Integer elements after them.</summary>
    public int IntegerLength { get; }

    /// <summary>All elements.</summary>
    public long VectorLength => FloatLength + IntegerLength;

    /// <summary>b.</summary>
    public int Bits { get; }

    /// <summary>Largest quantised value, 2^(b-1) - 1.</summary>
    public int MaxQuantised => (1 << (Bits - 1)) - 1;

    /// <summary>The clipping bound.</summary>
    public float Clip { get; }

    /// <summary>The value of one quantisation step, Clip / (2^(b-1) - 1).</summary>
    public double Step => (double)Clip / MaxQuantised;

    /// <summary>n.</summary>
    public int MaxClients { get; }

    /// <summary>N.</summary>
    public int RingDegree => Ckks.RingDegree;

    /// <summary>The primes.</summary>
    public ImmutableArray<ulong> Primes => [.. Ckks.Moduli.Select(p => p.Value)];

    /// <summary>log2 Delta.</summary>
    public int LogDelta => Ckks.LogScale;

    /// <summary>L.</summary>
    public int Lanes => Layout.Lanes;

    /// <summary>Elements of a full chunk, N * L.</summary>
    public int ElementsPerChunk => RingDegree * Lanes;

    /// <summary>Chunks of a contribution.</summary>
    public long ChunkCount => (VectorLength + ElementsPerChunk - 1) / ElementsPerChunk;

    /// <summary>Bytes of one packed chunk, the last one too; under a joint key packed c0, then packed c1.</summary>
    public int ChunkBytes { get; }

    /// <summary>Bytes of one chunk as it travels: <see cref="ChunkBytes"/>, or those of a SEAL ciphertext.</summary>
    public int WireChunkBytes { get; }

    /// <summary>Bytes of all chunks of a contribution as they travel.</summary>
    public long UploadBytes => checked(ChunkCount * WireChunkBytes);

    /// <summary>Bytes of all packed chunks of a contribution.</summary>
    public long CiphertextBytes => checked(ChunkCount * ChunkBytes);

    /// <summary>Classical security in bits, and where it comes from: <see cref="SecurityTable"/>.</summary>
    public int SecurityBits { get; } = SecurityTable.SecurityBits;

    /// <summary>SHA-256 over every field.</summary>
    public ReadOnlySpan<byte> Digest => _digest;

    /// <summary>Elements of that chunk that belong to the vector.</summary>
    public int ElementsIn(long chunk)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(chunk);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(chunk, ChunkCount);
        return (int)Math.Min(ElementsPerChunk, VectorLength - (chunk * ElementsPerChunk));
    }

    /// <summary>Model elements of that chunk: they come first.</summary>
    public int FloatsIn(long chunk) => (int)Math.Clamp(FloatLength - (chunk * ElementsPerChunk), 0, ElementsIn(chunk));

    /// <summary>Integer elements of that chunk.</summary>
    public int IntegersIn(long chunk) => ElementsIn(chunk) - FloatsIn(chunk);

    /// <summary>B = 2 n (2^(b-1) - 1) + 1: exactly the values that a sum of n quantised values can take.</summary>
    internal static long LaneRadix(int maxClients, int bits) =>
        checked((2L * maxClients * ((1L << (bits - 1)) - 1)) + 1);

    /// <summary>
    /// The smallest k with 2^(k-1) &gt;= 16 sigma sqrt(n): a rounding by 2^k is wrong with probability below 2^-128. In
    /// integers: 4^(k-1) * 100 &gt;= 25600 sigma^2 n.
    /// </summary>
    internal static int MinLogScale(int maxClients, ErrorDistribution error)
    {
        // sigma^2 is 42/4 or 6.4^2 = 4096/100.
        long scaled = checked((error == ErrorDistribution.CenteredBinomial ? 256L * 1050 : 256L * 4096) * maxClients);
        int k = 1;
        while ((100L << (2 * (k - 1))) < scaled)
        {
            k++;
        }

        return k;
    }

    /// <summary>q &gt; Delta (R + 1)(1 + 2^-20), R the product of the lane radices.</summary>
    internal static bool Fits(BigInteger modulus, int logScale, BigInteger range) =>
        modulus << MarginBits > ((range + 1) << logScale) * ((BigInteger.One << MarginBits) + 1);

    private static void CheckRanges(long floatLength, int integerLength, int bits, float clip, int maxClients)
    {
        string? broken =
            floatLength is < 0 or > MaxFloatLength
            ? $"length rule: 0 to {MaxFloatLength} model elements, not {floatLength}"
            : integerLength is < 0 or > MaxIntegerLength
            ? $"length rule: 0 to {MaxIntegerLength} integer elements, not {integerLength}"
            : floatLength + integerLength == 0 ? "length rule: the vector has no element"
            : bits is < 4 or > 24 ? $"bits rule: 4 to 24 bits, not {bits}"
            : !Quantizer.IsUsableClip(bits, clip)
            ? $"clip rule: finite and positive, with a step that single precision can hold, not {clip}"
            : maxClients is < 1 or > MaxClientsLimit ? $"clients rule: 1 to {MaxClientsLimit} clients, not {maxClients}"
            : null;
        if (broken is not null)
        {
            throw new ArgumentException(broken);
        }
    }

    private static void CheckSuite(CkksParameters ckks, int maxClients, JointKeyParameters? jointKey)
    {
        if ((jointKey is not null) != (ckks.Secret == SecretDistribution.Ternary))
        {
            throw new ArgumentException(
                $"secret rule: one-time keys are Gaussian and joint keys ternary, not {ckks.Secret}", nameof(ckks));
        }

        if (jointKey is not null && (jointKey.RingDegree != ckks.RingDegree || jointKey.MaxClients != maxClients))
        {
            throw new ArgumentException(
                $"joint key rule: its noise is computed for N = {jointKey.RingDegree} and {jointKey.MaxClients} "
                + $"clients, not N = {ckks.RingDegree} and {maxClients}", nameof(jointKey));
        }

        if (jointKey is not null && ckks.Error != ErrorDistribution.CenteredBinomial)
        {
            throw new ArgumentException("error rule: the joint-key suite has centred binomial errors", nameof(ckks));
        }
    }

    private byte[] ComputeDigest()
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(JointKey is null ? "SecureFL v2 aggregation-parameters"u8
            : "SecureFL v2 joint-key aggregation-parameters"u8);
        hash.AppendData(Ckks.Digest);
        Span<byte> word = stackalloc byte[sizeof(long)];
        long[] fields = [FloatLength, IntegerLength, Bits, BitConverter.SingleToInt32Bits(Clip), MaxClients, Lanes,
            .. Layout.Radices, .. JointKeyFields()];
        foreach (long field in fields)
        {
            BinaryPrimitives.WriteInt64LittleEndian(word, field);
            hash.AppendData(word);
        }

        return hash.GetHashAndReset();
    }

    private long[] JointKeyFields() =>
        JointKey is null ? []
        : JointKey.Wire == WireMode.Packed
        ? [JointKey.KeyHolders, JointKey.Threshold, JointKey.Smudging, JointKey.MaxCoefficientsPerKey]
        : [JointKey.KeyHolders, JointKey.Threshold, JointKey.Smudging, JointKey.MaxCoefficientsPerKey,
            (long)JointKey.SpecialPrime];
}
