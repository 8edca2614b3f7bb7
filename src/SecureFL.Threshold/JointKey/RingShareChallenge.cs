using System.Buffers.Binary;
using System.Security.Cryptography;
using SecureFL.Ring.Randomness;
using SecureFL.Ring.Sampling;
using SecureFL.Rlwe.Parameters;

namespace SecureFL.Threshold.JointKey;

/// <summary>
/// The public weights of a share proof: N uniform residues (see <see cref="UniformSampler"/>) of the keystream keyed by
/// SHA-256(domain, challenge, prime, mask). Not thread-safe.
/// </summary>
internal sealed class RingShareChallenge : IDisposable
{
    internal const int Size = 32;
    private readonly CkksParameters _parameters;
    private readonly byte[] _input;
    private readonly int _indices;
    private readonly UniformSampler _sampler;
    private readonly Keystream _stream = new(new byte[Keystream.KeySize]);

    internal RingShareChallenge(CkksParameters parameters, ReadOnlySpan<byte> challenge)
    {
        if (challenge.Length != Size)
        {
            throw new ArgumentException($"a challenge is {Size} bytes, not {challenge.Length}", nameof(challenge));
        }

        _parameters = parameters;
        _indices = Domain.Length + Size;
        _input = [.. Domain, .. challenge, .. new byte[8]];
        _sampler = new UniformSampler(parameters.RingDegree);
    }

    private static ReadOnlySpan<byte> Domain => "SecureFL v2 joint-key share weights"u8;

    internal void Expand(int prime, int mask, Span<ulong> weights)
    {
        BinaryPrimitives.WriteInt32LittleEndian(_input.AsSpan(_indices), prime);
        BinaryPrimitives.WriteInt32LittleEndian(_input.AsSpan(_indices + 4), mask);
        _stream.Rekey(SHA256.HashData(_input));
        _sampler.Fill(_stream, _parameters.Moduli[prime], weights);
    }

    public void Dispose() => _stream.Dispose();
}
