using System.Runtime.InteropServices;
using SecureFL.Ring.Randomness;
using SecureFL.Rlwe.Contributions;
using SecureFL.Rlwe.JointKey;
using SecureFL.Rlwe.Kernels;
using SecureFL.Rlwe.Planning;
using SecureFL.Rlwe.Quantization;
using SecureFL.Seal.Objects;
using SecureFL.Seal.Parameters;
using SecureFL.Seal.Serialization;

namespace SecureFL.Seal.Wire;

/// <summary>
/// Quantises and lane-packs chunks into SEAL plaintexts: Delta m modulo the data primes, in evaluation form, at the
/// first data level. A SEAL program that encrypts them under the joint public key makes exactly the messages that
/// <see cref="JointKeyEncryptor"/> makes of the same integers. Plaintexts are secret: the caller erases them. Not
/// thread-safe.
/// </summary>
public sealed class SealPlaintextEncoder : IDisposable
{
    private readonly AggregationParameters _parameters;
    private readonly SealParameters _seal;
    private readonly Quantizer _quantizer;
    private readonly ChunkCodec _codec;
    private readonly SecretBuffer<ulong> _residues;
    private readonly SecretBuffer<byte> _packed;

    /// <summary>An encoder of one contribution.</summary>
    /// <param name="parameters">The parameters of the round; their ciphertexts travel as SEAL objects.</param>
    /// <param name="entropy">Seeds the rounding, unless it is fixed.</param>
    /// <param name="rounding">How values are rounded.</param>
    /// <param name="roundingSeed">Fixes the stochastic rounding, for reproducible runs.</param>
    /// <exception cref="ArgumentException">The parameters' ciphertexts are bit-packed.</exception>
    public SealPlaintextEncoder(AggregationParameters parameters, IEntropySource entropy,
        Rounding rounding = Rounding.Stochastic, ulong? roundingSeed = null)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        ArgumentNullException.ThrowIfNull(entropy);
        _seal = parameters.ToSeal();
        _parameters = parameters;
        ulong seed = roundingSeed ?? 0;
        if (roundingSeed is null)
        {
            entropy.Fill(MemoryMarshal.AsBytes(new Span<ulong>(ref seed)));
        }

        _quantizer = new Quantizer(parameters.Bits, parameters.Clip, rounding, seed);
        _codec = new ChunkCodec(parameters);
        _residues = new SecretBuffer<ulong>(ResiduePacking.Words(parameters.Ckks));
        _packed = new SecretBuffer<byte>(parameters.PolynomialBytes);
    }

    /// <summary>How many values lay outside [-clip, clip] so far.</summary>
    public long ClippedCount => _quantizer.ClippedCount;

    /// <summary>Encodes the elements of a chunk.</summary>
    /// <param name="chunk">0 to ChunkCount - 1.</param>
    /// <param name="floats">Its model elements: exactly FloatsIn(chunk).</param>
    /// <param name="integers">Its integer elements: exactly IntegersIn(chunk), each at most 2^(b-1) - 1 in absolute
    /// value.</param>
    /// <exception cref="ArgumentException">Wrong lengths, a value that is not finite (the message names its index in
    /// the vector) or an integer out of range.</exception>
    public byte[] EncodeChunk(long chunk, ReadOnlySpan<float> floats, ReadOnlySpan<int> integers)
    {
        ChunkInput.Check(_parameters, chunk, floats.Length, integers, _parameters.ChunkBytes);
        _quantizer.BeginChunk(chunk);
        _residues.Clear();
        if (!_codec.Encrypt(_quantizer, floats, integers, _residues.Span, _packed.Span))
        {
            throw Quantizer.NonFinite((chunk * _parameters.ElementsPerChunk) + Quantizer.IndexOfNonFinite(floats));
        }

        ResiduePacking.Unpack(_parameters.Ckks, _packed.Span, _residues.Span, "message");
        Plaintext plaintext = new(_seal) { Scale = Math.ScaleB(1.0, _parameters.LogDelta) };
        try
        {
            for (int i = 0; i < _seal.DataPrimes; i++)
            {
                Span<ulong> values = plaintext.Writable(i);
                _residues.Span.Slice(i * _parameters.RingDegree, _parameters.RingDegree).CopyTo(values);
                _parameters.Ckks.Kernels[i].Forward(values);
                _parameters.Ckks.Kernels[i].SwapOrder(values);
            }

            return SealFormat.Save(plaintext);
        }
        finally
        {
            plaintext.AllWritable.Clear();
        }
    }

    /// <summary>Erases what is left of the last chunk.</summary>
    public void Dispose()
    {
        _codec.Dispose();
        _residues.Dispose();
        _packed.Dispose();
    }
}
