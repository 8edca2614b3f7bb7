using System.Buffers.Binary;
using SecureFL.Ring.Arithmetic;

namespace SecureFL.Seal.Parameters;

/// <summary>
/// The stream that SEAL's default generator makes of a public 64-byte seed: block t = 0, 1, ... is BLAKE2Xb(key = seed,
/// input = t in 8 bytes) of 4096 bytes. Not thread-safe.
/// </summary>
internal sealed class SealRandomStream
{
    internal const int SeedSize = 64;
    internal const int BlockSize = 4096;

    private readonly byte[] _seed;
    private readonly byte[] _block = new byte[BlockSize];
    private ulong _next;
    private int _used = BlockSize;

    internal SealRandomStream(ReadOnlySpan<byte> seed)
    {
        if (seed.Length != SeedSize)
        {
            throw new ArgumentException($"a seed is {SeedSize} bytes, not {seed.Length}", nameof(seed));
        }

        _seed = seed.ToArray();
    }

    /// <summary>The next 8 bytes, little-endian.</summary>
    internal ulong NextWord()
    {
        if (_used == BlockSize)
        {
            Span<byte> counter = stackalloc byte[sizeof(ulong)];
            BinaryPrimitives.WriteUInt64LittleEndian(counter, _next++);
            Blake2Xb.Hash(_seed, counter, _block);
            _used = 0;
        }

        ulong word = BinaryPrimitives.ReadUInt64LittleEndian(_block.AsSpan(_used));
        _used += sizeof(ulong);
        return word;
    }

    /// <summary>
    /// A uniform polynomial as SEAL samples it: one word a residue, prime by prime; then, in order, every word that is
    /// not below the largest multiple of its prime that SEAL accepts is replaced by the following words of the stream
    /// until one is; last the words are reduced.
    /// </summary>
    internal void SampleUniform(ReadOnlySpan<Modulus> moduli, int degree, Span<ulong> residues)
    {
        for (int i = 0; i < residues.Length; i++)
        {
            residues[i] = NextWord();
        }

        for (int j = 0; j < moduli.Length; j++)
        {
            ulong p = moduli[j].Value;
            ulong limit = ulong.MaxValue - (ulong.MaxValue % p) - 1;
            foreach (ref ulong residue in residues.Slice(j * degree, degree))
            {
                while (residue >= limit)
                {
                    residue = NextWord();
                    Retries++;
                }

                residue %= p;
            }
        }
    }

    /// <summary>How many words were replaced.</summary>
    internal long Retries { get; private set; }
}
