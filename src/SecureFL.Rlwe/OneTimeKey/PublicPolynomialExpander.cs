using System.Buffers.Binary;
using System.Security.Cryptography;
using SecureFL.Ring.Randomness;
using SecureFL.Ring.Sampling;
using SecureFL.Rlwe.Parameters;

namespace SecureFL.Rlwe.OneTimeKey;

/// <summary>
/// The public polynomial a of a chunk, which everyone derives and nobody sends: residues modulo p_i in evaluation form
/// are the uniform samples (see <see cref="UniformSampler"/>) of the keystream keyed by SHA-256(domain, seed, vector,
/// chunk, i). Not thread-safe; no allocation after construction.
/// </summary>
internal sealed class PublicPolynomialExpander : IDisposable
{
    internal const int SeedSize = 32;
    private static readonly byte[] Domain = "SecureFL v2 public polynomial   "u8.ToArray();

    private readonly CkksParameters _parameters;
    private readonly byte[] _input = new byte[Domain.Length + SeedSize + 16];
    private readonly UniformSampler _sampler;
    private readonly Keystream _stream = new(new byte[Keystream.KeySize]);

    internal PublicPolynomialExpander(CkksParameters parameters, ReadOnlySpan<byte> seed)
    {
        if (seed.Length != SeedSize)
        {
            throw new ArgumentException($"a public seed is {SeedSize} bytes, not {seed.Length}", nameof(seed));
        }

        _parameters = parameters;
        Domain.CopyTo(_input, 0);
        seed.CopyTo(_input.AsSpan(Domain.Length));
        _sampler = new UniformSampler(parameters.RingDegree);
    }

    /// <summary>a mod p_prime for (vector, chunk): N canonical residues in evaluation order.</summary>
    internal void Expand(uint vector, ulong chunk, int prime, Span<ulong> residues)
    {
        Span<byte> tail = _input.AsSpan(Domain.Length + SeedSize);
        BinaryPrimitives.WriteUInt32LittleEndian(tail, vector);
        BinaryPrimitives.WriteUInt64LittleEndian(tail[4..], chunk);
        BinaryPrimitives.WriteUInt32LittleEndian(tail[12..], (uint)prime);
        Span<byte> key = stackalloc byte[Keystream.KeySize];
        SHA256.HashData(_input, key);
        _stream.Rekey(key);
        _sampler.Fill(_stream, _parameters.Moduli[prime], residues);
    }

    public void Dispose() => _stream.Dispose();
}
