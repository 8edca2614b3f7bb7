using System.Buffers.Binary;
using SecureFL.Ring.Arithmetic;
using SecureFL.Ring.Kernels;
using SecureFL.Ring.Memory;
using SecureFL.Ring.Randomness;

namespace SecureFL.Ring.Sampling;

/// <summary>
/// Public residues, uniform modulo a prime of w bits, from a keystream: N words of w bits in packed order (see
/// <see cref="WordKernel"/>); then every word that is not below the prime, in ascending position, is replaced by the
/// low w bits of the following 8-byte little-endian words of the stream until one is. Rejection branches on the values:
/// for public polynomials only. Not thread-safe; no allocation after construction.
/// </summary>
public sealed class UniformSampler
{
    private readonly AlignedBuffer<byte> _packed;

    /// <summary>A sampler of up to <paramref name="maxCount"/> residues at a time.</summary>
    public UniformSampler(int maxCount) => _packed = new AlignedBuffer<byte>(checked(maxCount * sizeof(ulong)));

    /// <summary>
    /// Fills <paramref name="residues"/> (a multiple of 512 of them) from the next bytes of <paramref name="stream"/>.
    /// </summary>
    public void Fill(Keystream stream, Modulus modulus, Span<ulong> residues)
    {
        ArgumentNullException.ThrowIfNull(stream);
        ArgumentNullException.ThrowIfNull(modulus);
        Span<byte> packed = _packed.Span[..WordKernel.PackedBytes(residues.Length, modulus.Bits)];
        stream.Fill(packed);
        if (WordKernel.Best.Unpack(packed, modulus.Bits, modulus.Value, residues))
        {
            return;
        }

        ulong mask = (1UL << modulus.Bits) - 1;
        Span<byte> word = stackalloc byte[sizeof(ulong)];
        foreach (ref ulong residue in residues)
        {
            while (residue >= modulus.Value)
            {
                stream.Fill(word);
                residue = BinaryPrimitives.ReadUInt64LittleEndian(word) & mask;
            }
        }
    }
}
