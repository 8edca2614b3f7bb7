using SecureFL.Ring.Kernels;
using SecureFL.Ring.Memory;
using SecureFL.Rlwe.JointKey;
using SecureFL.Rlwe.Planning;
using SecureFL.Seal.Objects;
using SecureFL.Seal.Parameters;
using SecureFL.Seal.Serialization;

namespace SecureFL.Seal.Wire;

/// <summary>
/// A chunk (c0, c1) between its two forms: a ciphertext object of Microsoft SEAL 4.1, which travels, and packed
/// canonical coefficients, c0 before c1, which are hashed, kept and added. Both say the same: a chunk has exactly one
/// packed form, and <see cref="Unpack"/> gives exactly one object for it. Not thread-safe; buffers for one chunk.
/// </summary>
public sealed class SealChunkCodec
{
    private const int CompressionAt = 5;

    private readonly AggregationParameters _parameters;
    private readonly SealParameters _seal;
    private readonly Ciphertext _ciphertext;
    private readonly AlignedBuffer<ulong> _residues;
    private readonly double _scale;

    /// <summary>A codec for the ciphertexts of these parameters.</summary>
    /// <exception cref="ArgumentException">Their ciphertexts do not travel as SEAL objects.</exception>
    public SealChunkCodec(AggregationParameters parameters)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        _parameters = parameters;
        _seal = parameters.ToSeal();
        _scale = Math.ScaleB(1.0, parameters.LogDelta);
        _ciphertext = new Ciphertext(_seal) { Scale = _scale };
        _residues = new AlignedBuffer<ulong>(ResiduePacking.Words(parameters.Ckks));
    }

    /// <summary>Reads a chunk as it travels: uncompressed, unseeded, so of a size that the plan fixes.</summary>
    /// <param name="wire">A peer's bytes.</param>
    /// <param name="packed">ChunkBytes bytes; undefined after a refusal.</param>
    /// <exception cref="SealFormatException">A field is not what the plan says, or a residue is not below its
    /// prime.</exception>
    public void Pack(ReadOnlySpan<byte> wire, Span<byte> packed)
    {
        if (wire.Length != _parameters.WireChunkBytes)
        {
            throw new SealFormatException("ciphertext.size",
                $"{wire.Length} bytes, a chunk of this plan is an uncompressed SEAL ciphertext of "
                + $"{_parameters.WireChunkBytes}");
        }

        if (wire[CompressionAt] != (byte)SealCompression.None)
        {
            throw new SealFormatException("ciphertext.header.compr_mode",
                $"{wire[CompressionAt]}, chunks travel uncompressed (0)");
        }

        Load(wire, packed);
    }

    /// <summary>Reads a ciphertext as a SEAL program saved it: also compressed, also seeded.</summary>
    /// <param name="bytes">The program's file.</param>
    /// <param name="packed">ChunkBytes bytes; undefined after a refusal.</param>
    /// <exception cref="SealFormatException">A field is not what the plan says, or a residue is not below its
    /// prime.</exception>
    public void Import(ReadOnlySpan<byte> bytes, Span<byte> packed) => Load(bytes, packed);

    /// <summary>Writes a packed chunk as it travels.</summary>
    /// <param name="packed">ChunkBytes bytes.</param>
    /// <param name="wire">WireChunkBytes bytes.</param>
    /// <exception cref="ResidueFormatException">A residue is not below its prime.</exception>
    public void Unpack(ReadOnlySpan<byte> packed, Span<byte> wire)
    {
        RequirePacked(packed);
        for (int polynomial = 0; polynomial < _parameters.Polynomials; polynomial++)
        {
            ResiduePacking.Unpack(_parameters.Ckks,
                packed.Slice(polynomial * _parameters.PolynomialBytes, _parameters.PolynomialBytes), _residues.Span,
                $"c{polynomial}");
            for (int i = 0; i < _seal.DataPrimes; i++)
            {
                Span<ulong> values = _ciphertext.Writable(polynomial, i);
                Residues(i).CopyTo(values);
                _parameters.Ckks.Kernels[i].Forward(values);
                _parameters.Ckks.Kernels[i].SwapOrder(values);
            }
        }

        _ciphertext.Scale = _scale;
        _ciphertext.ForgetSeed();
        SealFormat.Save(_ciphertext, wire);
    }

    private void Load(ReadOnlySpan<byte> bytes, Span<byte> packed)
    {
        RequirePacked(packed);
        SealFormat.LoadCiphertext(bytes, _ciphertext);
        if (_ciphertext.Scale != _scale)
        {
            throw new SealFormatException("ciphertext.scale",
                $"{_ciphertext.Scale:R}, expected 2^{_parameters.LogDelta}");
        }

        for (int polynomial = 0; polynomial < _parameters.Polynomials; polynomial++)
        {
            for (int i = 0; i < _seal.DataPrimes; i++)
            {
                RingKernel kernel = _parameters.Ckks.Kernels[i];
                Span<ulong> residues = Residues(i);
                _ciphertext.Writable(polynomial, i).CopyTo(residues);
                kernel.SwapOrder(residues);
                kernel.Inverse(residues);
            }

            ResiduePacking.Pack(_parameters.Ckks, _residues.Span,
                packed.Slice(polynomial * _parameters.PolynomialBytes, _parameters.PolynomialBytes));
        }
    }

    private Span<ulong> Residues(int prime) =>
        _residues.Span.Slice(prime * _parameters.RingDegree, _parameters.RingDegree);

    private void RequirePacked(ReadOnlySpan<byte> packed)
    {
        if (packed.Length != _parameters.ChunkBytes)
        {
            throw new ArgumentException($"a packed chunk is {_parameters.ChunkBytes} bytes, not {packed.Length}",
                nameof(packed));
        }
    }
}
