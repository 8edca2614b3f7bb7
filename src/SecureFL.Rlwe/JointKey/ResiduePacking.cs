using SecureFL.Ring.Kernels;
using SecureFL.Rlwe.Parameters;

namespace SecureFL.Rlwe.JointKey;

/// <summary>
/// One polynomial as bytes: for each prime in order the N canonical coefficients, packed (see
/// <see cref="WordKernel"/>). Every polynomial has exactly one encoding.
/// </summary>
internal static class ResiduePacking
{
    /// <summary>N for each prime.</summary>
    internal static int Words(CkksParameters parameters) => parameters.RingDegree * parameters.Moduli.Length;

    internal static int Bytes(CkksParameters parameters)
    {
        int bytes = 0;
        foreach (Ring.Arithmetic.Modulus p in parameters.Moduli)
        {
            bytes += WordKernel.PackedBytes(parameters.RingDegree, p.Bits);
        }

        return bytes;
    }

    /// <summary>Packs canonical residues, prime-major.</summary>
    internal static void Pack(CkksParameters parameters, ReadOnlySpan<ulong> residues, Span<byte> packed)
    {
        RequireRoom(parameters, packed.Length);
        for (int i = 0; i < parameters.Moduli.Length; i++)
        {
            int bits = parameters.Moduli[i].Bits;
            int bytes = WordKernel.PackedBytes(parameters.RingDegree, bits);
            WordKernel.Best.Pack(residues.Slice(i * parameters.RingDegree, parameters.RingDegree), bits,
                packed[..bytes]);
            packed = packed[bytes..];
        }
    }

    /// <summary>
    /// Unpacks and refuses what <see cref="Pack"/> cannot have written. On a refusal the words already written are the
    /// caller's to erase.
    /// </summary>
    /// <exception cref="ResidueFormatException">Wrong length, or a residue that is not below its prime.</exception>
    internal static void Unpack(CkksParameters parameters, ReadOnlySpan<byte> packed, Span<ulong> residues,
        string field)
    {
        if (packed.Length != Bytes(parameters))
        {
            throw new ResidueFormatException(field, $"{Bytes(parameters)} bytes", $"{packed.Length} bytes");
        }

        for (int i = 0; i < parameters.Moduli.Length; i++)
        {
            int bits = parameters.Moduli[i].Bits;
            int bytes = WordKernel.PackedBytes(parameters.RingDegree, bits);
            if (!WordKernel.Best.Unpack(packed[..bytes], bits, parameters.Moduli[i].Value,
                residues.Slice(i * parameters.RingDegree, parameters.RingDegree)))
            {
                throw new ResidueFormatException(field, $"residues below {parameters.Moduli[i]} modulo prime {i}",
                    "a larger residue");
            }

            packed = packed[bytes..];
        }
    }

    private static void RequireRoom(CkksParameters parameters, int length)
    {
        if (length != Bytes(parameters))
        {
            throw new ArgumentException($"room for {length} bytes, a packed polynomial has {Bytes(parameters)}",
                nameof(length));
        }
    }
}
