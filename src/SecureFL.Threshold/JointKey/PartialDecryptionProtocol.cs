using System.Buffers.Binary;
using System.Security.Cryptography;
using SecureFL.Ring.Kernels;
using SecureFL.Ring.Memory;
using SecureFL.Ring.Randomness;
using SecureFL.Ring.Sampling;
using SecureFL.Rlwe.JointKey;
using SecureFL.Rlwe.Parameters;

namespace SecureFL.Threshold.JointKey;

/// <summary>
/// One active holder's partial decryptions of one summed ciphertext: d_j = lambda_j share_j c1 + noise_j, lambda_j its
/// Lagrange coefficient in the active set, the noise added after it, at full width (<see cref="SmudgingShape"/>). c0 +
/// sum_j d_j = Delta m + noise. Not thread-safe; no allocation per chunk.
/// </summary>
/// <remarks>
/// The caller's ledger sees to it that a ciphertext is answered once, ever: two answers, even under different active
/// sets, give the key away. The noise is a function of the secret seed, the context, the active set, the chunk and c1
/// itself, so that a retry gives the same bytes, and no two different ciphertexts are ever answered with the same
/// noise.
/// </remarks>
public sealed class PartialDecryptionProtocol : IDisposable
{
    /// <summary>Bytes of the smudging seed and of the context.</summary>
    public const int SeedSize = 32;

    private const int HmacBlock = 64;

    private readonly CkksParameters _parameters;
    private readonly SecretBuffer<ulong> _key;
    private readonly SecretBuffer<byte> _inner;
    private readonly SecretBuffer<byte> _outer;
    private readonly SecretBuffer<ulong> _limbs;
    private readonly SecretBuffer<ulong> _result;
    private readonly SecretBuffer<byte> _streamKey;
    private readonly AlignedBuffer<ulong> _second;
    private readonly int[] _noErrors;
    private readonly ulong[] _offsets;
    private readonly int _chunkAt;
    private readonly SmudgingSampler _sampler;
    private readonly Keystream _stream = new(new byte[Keystream.KeySize]);

    /// <summary>Prepares a holder's answers to one certificate.</summary>
    /// <param name="jointKey">The plan's smudging.</param>
    /// <param name="share">The holder's share; whole.</param>
    /// <param name="active">The active set; the holder is in it.</param>
    /// <param name="smudgingSeed">32 secret bytes of this holder, kept beside its share: from the operating system's
    /// generator.</param>
    /// <param name="context">32 bytes that name the certificate: plan, round, summed ciphertext, active set.</param>
    /// <exception cref="ArgumentException">A share that is not whole, of another sharing, or not active; or a wrong
    /// length.</exception>
    public PartialDecryptionProtocol(JointKeyParameters jointKey, ThresholdKeyShare share, ActiveSet active,
        ReadOnlySpan<byte> smudgingSeed, ReadOnlySpan<byte> context)
    {
        ArgumentNullException.ThrowIfNull(jointKey);
        ArgumentNullException.ThrowIfNull(share);
        ArgumentNullException.ThrowIfNull(active);
        SpanChecks.SameLength(SeedSize, smudgingSeed.Length);
        SpanChecks.SameLength(SeedSize, context.Length);
        RingShamirSharing sharing = share.Sharing;
        _parameters = sharing.Parameters;
        if (share.Dealers != sharing.Holders)
        {
            throw new ArgumentException($"the share adds up {share.Dealers} dealers of {sharing.Holders}",
                nameof(share));
        }

        if (!ReferenceEquals(active.Sharing, sharing)
            && !(active.Sharing.Parameters.Equals(_parameters) && active.Sharing.Holders == sharing.Holders
                && active.Sharing.Threshold == sharing.Threshold))
        {
            throw new ArgumentException("the active set is of another sharing than the share", nameof(active));
        }

        if ((jointKey.RingDegree, jointKey.KeyHolders, jointKey.Threshold)
            != (_parameters.RingDegree, sharing.Holders, sharing.Threshold))
        {
            throw new ArgumentException(
                $"the smudging is computed for {jointKey}, the sharing is {sharing.Threshold} of {sharing.Holders}",
                nameof(jointKey));
        }

        int degree = _parameters.RingDegree;
        int primes = _parameters.Moduli.Length;
        _key = new SecretBuffer<ulong>(degree * primes);
        _offsets = new ulong[primes];
        for (int i = 0; i < primes; i++)
        {
            _parameters.Kernels[i].PrepareResidues(share.Residues(i),
                active.Coefficient(share.Holder, _parameters.Moduli[i]), _key.Span.Slice(i * degree, degree));
            _offsets[i] = _parameters.Moduli[i].Reduce(jointKey.Shape.Offset);
        }

        _sampler = new SmudgingSampler(jointKey.Shape, degree);
        _limbs = new SecretBuffer<ulong>(_sampler.LimbWords);
        _result = new SecretBuffer<ulong>(degree);
        _second = new AlignedBuffer<ulong>(degree * primes);
        _streamKey = new SecretBuffer<byte>(Keystream.KeySize);
        _noErrors = new int[degree];
        byte[] holders = [.. active.Holders.Select(holder => (byte)holder)];
        byte[] fixedPart = [.. "SecureFL v2 smudging"u8, .. context, (byte)share.Holder, (byte)holders.Length,
            .. holders];
        _chunkAt = HmacBlock + fixedPart.Length;
        _inner = new SecretBuffer<byte>(_chunkAt + sizeof(long) + SHA256.HashSizeInBytes);
        _outer = new SecretBuffer<byte>(HmacBlock + SHA256.HashSizeInBytes);
        KeyBlock(smudgingSeed, 0x36, _inner.Span);
        KeyBlock(smudgingSeed, 0x5C, _outer.Span);
        fixedPart.CopyTo(_inner.Span[HmacBlock..]);
        ShareBytes = ResiduePacking.Bytes(_parameters);
    }

    /// <summary>Bytes of a partial decryption of one chunk, and of its packed c1.</summary>
    public int ShareBytes { get; }

    /// <summary>Writes the partial decryption of one chunk.</summary>
    /// <param name="chunk">Its index.</param>
    /// <param name="summedSecond">The packed sum of the c1 of all contributions of the group, as the holder computed it
    /// itself: ShareBytes bytes.</param>
    /// <param name="destination">ShareBytes bytes.</param>
    /// <exception cref="ThresholdViolationException">A residue of c1 is not below its prime, or c1 has another
    /// length.</exception>
    /// <exception cref="ArgumentException">A destination of another length.</exception>
    public void CreateShare(long chunk, ReadOnlySpan<byte> summedSecond, Span<byte> destination)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(chunk);
        SpanChecks.SameLength(ShareBytes, destination.Length);
        RingResidues.Unpack(_parameters, summedSecond, _second.Span, "summed c1");
        DrawNoise(chunk, summedSecond);
        int degree = _parameters.RingDegree;
        for (int i = 0; i < _parameters.Moduli.Length; i++)
        {
            Span<ulong> second = _second.Span.Slice(i * degree, degree);
            RingKernel kernel = _parameters.Kernels[i];
            kernel.Forward(second);
            kernel.MultiplyAdd(second, _key.Span.Slice(i * degree, degree), _noErrors, _result.Span);
            kernel.AddLimbs(_limbs.Span, _offsets[i], _result.Span);
            int bits = _parameters.Moduli[i].Bits;
            int bytes = WordKernel.PackedBytes(degree, bits);
            WordKernel.Best.Pack(_result.Span, bits, destination[..bytes]);
            destination = destination[bytes..];
        }
    }

    /// <summary>Erases the prepared share, the seed and the noise.</summary>
    public void Dispose()
    {
        _key.Dispose();
        _inner.Dispose();
        _outer.Dispose();
        _limbs.Dispose();
        _result.Dispose();
        _streamKey.Dispose();
        _sampler.Dispose();
        _stream.Dispose();
    }

    /// <summary>Says nothing about the share.</summary>
    public override string ToString() => "PartialDecryptionProtocol";

    /// <summary>
    /// The first block of HMAC (RFC 2104): a key shorter than a block, padded with zeros, exclusive-or a constant.
    /// </summary>
    private static void KeyBlock(ReadOnlySpan<byte> key, byte pad, Span<byte> block)
    {
        for (int i = 0; i < HmacBlock; i++)
        {
            block[i] = (byte)(pad ^ (i < key.Length ? key[i] : 0));
        }
    }

    /// <summary>
    /// The stream's key is HMAC-SHA-256(seed, domain, context, holder, t, active set, chunk, SHA-256(c1)), in buffers
    /// that are erased; nothing is allocated.
    /// </summary>
    private void DrawNoise(long chunk, ReadOnlySpan<byte> summedSecond)
    {
        BinaryPrimitives.WriteInt64LittleEndian(_inner.Span[_chunkAt..], chunk);
        SHA256.HashData(summedSecond, _inner.Span[(_chunkAt + sizeof(long))..]);
        SHA256.HashData(_inner.Span, _outer.Span[HmacBlock..]);
        SHA256.HashData(_outer.Span, _streamKey.Span);
        _stream.Rekey(_streamKey.Span);
        _sampler.Fill(_stream, _limbs.Span);
    }
}
