using System.Security.Cryptography;
using SecureFL.Ring.Randomness;
using SecureFL.Threshold.Elements;

namespace SecureFL.Threshold.Sharing;

/// <summary>
/// The weights r_(m,k) of the degree check, normative: AES-256 in counter mode from a zero counter under the key
/// SHA-256(domain || challenge), read as uniform elements of F_p (<see cref="UniformWords"/>), row after row: r_(0,0)
/// .. r_(0,N-1), r_(1,0), ... Public data. Not thread-safe.
/// </summary>
internal sealed class ShareChallenge : IDisposable
{
    public const int ChallengeBytes = 32;

    private readonly Keystream _stream;
    private readonly uint[] _row;

    public ShareChallenge(ReadOnlySpan<byte> challenge, int columns)
        : this(columns)
    {
        Restart(challenge);
    }

    /// <summary>A generator whose first challenge comes with <see cref="Restart"/>.</summary>
    public ShareChallenge(int columns)
    {
        _stream = new Keystream(stackalloc byte[Keystream.KeySize]);
        _row = new uint[columns];
    }

    private static ReadOnlySpan<byte> Domain => "SecureFL one-time-key share proof v1"u8;

    /// <summary>Starts the rows of a challenge.</summary>
    public void Restart(ReadOnlySpan<byte> challenge)
    {
        SpanChecks.SameLength(ChallengeBytes, challenge.Length);
        Span<byte> input = stackalloc byte[Domain.Length + ChallengeBytes];
        Domain.CopyTo(input);
        challenge.CopyTo(input[Domain.Length..]);
        _stream.Rekey(SHA256.HashData(input));
    }

    /// <summary>The next row of weights; valid until the next call.</summary>
    public ReadOnlySpan<uint> NextRow()
    {
        UniformWords.Fill(_stream, _row);
        return _row;
    }

    public void Dispose() => _stream.Dispose();
}
