using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using SecureFL.Ring.Randomness;

namespace SecureFL.Threshold.Elements;

/// <summary>
/// Uniform elements of F_p, p = 2^31 - 1, from a keystream. Normative: 32-bit little-endian words in stream order, the
/// top bit of each dropped, the value p rejected, nothing else skipped. Whether a word is rejected says nothing about
/// the words that are kept.
/// </summary>
internal static class UniformWords
{
    /// <summary>Overwrites the destination with the next uniform elements of the stream.</summary>
    public static void Fill(Keystream stream, Span<uint> destination)
    {
        while (!destination.IsEmpty)
        {
            stream.Fill(MemoryMarshal.AsBytes(destination));
            if (!BitConverter.IsLittleEndian)
            {
                BinaryPrimitives.ReverseEndianness(destination, destination);
            }

            ClearTopBits(destination);
            destination = destination[KeepAccepted(destination)..];
        }
    }

    /// <summary>Moves the words other than p to the front, in order, and says how many there are.</summary>
    internal static int KeepAccepted(Span<uint> words)
    {
        int kept = words.IndexOf(MersenneField.Modulus);
        if (kept < 0)
        {
            return words.Length;
        }

        foreach (uint word in words[(kept + 1)..])
        {
            if (word != MersenneField.Modulus)
            {
                words[kept++] = word;
            }
        }

        return kept;
    }

    private static void ClearTopBits(Span<uint> words)
    {
        foreach (ref Vector256<uint> word in MemoryMarshal.Cast<uint, Vector256<uint>>(words))
        {
            word &= Vector256.Create(MersenneField.Modulus);
        }

        foreach (ref uint word in words[(words.Length & -Vector256<uint>.Count)..])
        {
            word &= MersenneField.Modulus;
        }
    }
}
