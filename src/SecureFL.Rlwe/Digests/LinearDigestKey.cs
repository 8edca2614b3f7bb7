using System.Buffers.Binary;
using System.Security.Cryptography;
using SecureFL.Ring.Randomness;

namespace SecureFL.Rlwe.Digests;

/// <summary>
/// The public polynomials A_0, A_1, ... of a plan's digests: the values of A_k modulo Q_0, then those modulo Q_1, are
/// the uniform samples of the keystream keyed by SHA-256(domain, plan digest, k). It holds the plan's digest and
/// nothing else; they are expanded where they are used. Immutable, thread-safe.
/// </summary>
public sealed class LinearDigestKey
{
    /// <summary>Bytes of a plan's digest.</summary>
    public const int PlanDigestSize = 32;

    private static readonly byte[] Domain = "SecureFL v2 linear digest       "u8.ToArray();

    private readonly byte[] _planDigest;

    /// <summary>The polynomials of the plan with this digest (32 bytes).</summary>
    /// <exception cref="ArgumentException">It is not 32 bytes.</exception>
    public LinearDigestKey(ReadOnlySpan<byte> planDigest)
    {
        if (planDigest.Length != PlanDigestSize)
        {
            throw new ArgumentException($"a plan's digest is {PlanDigestSize} bytes, not {planDigest.Length}",
                nameof(planDigest));
        }

        _planDigest = planDigest.ToArray();
    }

    /// <summary>Starts the stream of A_k.</summary>
    internal void Rekey(Keystream stream, ulong k)
    {
        Span<byte> input = stackalloc byte[Domain.Length + PlanDigestSize + sizeof(ulong)];
        Domain.CopyTo(input);
        _planDigest.CopyTo(input[Domain.Length..]);
        BinaryPrimitives.WriteUInt64LittleEndian(input[(Domain.Length + PlanDigestSize)..], k);
        Span<byte> key = stackalloc byte[Keystream.KeySize];
        SHA256.HashData(input, key);
        stream.Rekey(key);
    }
}
