using System.Globalization;
using System.Numerics;
using System.Security.Cryptography;
using SecureFL.Messages.Primitives;
using SecureFL.Messages.Violations;

namespace SecureFL.Messages.Identity;

/// <summary>
/// A party's public signing key: a P-256 point, SEC 1 uncompressed (65 bytes). Immutable, thread-safe; equal when the
/// points are.
/// </summary>
public sealed class VerificationKey : IEquatable<VerificationKey>
{
    /// <summary>Bytes of an encoded key.</summary>
    public const int Size = 65;

    /// <summary>Bytes of a signature: r and s, 32 bytes each, big-endian, s at most half the group's order.</summary>
    public const int SignatureSize = 64;

    // The order of the P-256 group (NIST SP 800-186, 3.2.1.3).
    private static readonly BigInteger GroupOrder =
        BigInteger.Parse("0ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551", NumberStyles.HexNumber,
            CultureInfo.InvariantCulture);

    private readonly byte[] _point;
    private readonly ECDsa _ecdsa;
    private readonly Lock _lock = new();

    private VerificationKey(byte[] point, ECDsa ecdsa)
    {
        _point = point;
        _ecdsa = ecdsa;
    }

    /// <summary>Imports a key from its 65 bytes.</summary>
    /// <exception cref="ProtocolViolationException"><see cref="ViolationCode.BadPublicKey"/>: not a point of the
    /// curve.</exception>
    public static VerificationKey Parse(ReadOnlySpan<byte> point, Party owner)
    {
        if (point.Length != Size || point[0] != 4)
        {
            throw new ProtocolViolationException(ViolationCode.BadPublicKey, owner,
                $"an uncompressed P-256 point of {Size} bytes", $"{point.Length} bytes");
        }

        try
        {
            ECDsa ecdsa = ECDsa.Create(new ECParameters
            {
                Curve = ECCurve.NamedCurves.nistP256,
                Q = new ECPoint { X = point[1..33].ToArray(), Y = point[33..].ToArray() },
            });
            return new VerificationKey(point.ToArray(), ecdsa);
        }
        catch (CryptographicException)
        {
            throw new ProtocolViolationException(ViolationCode.BadPublicKey, owner, "a point of P-256",
                "other coordinates");
        }
    }

    /// <summary>The 65 bytes.</summary>
    public byte[] ToArray() => (byte[])_point.Clone();

    /// <summary>
    /// Whether <paramref name="signature"/> is this key's canonical signature of <paramref name="message"/>.
    /// </summary>
    public bool Verify(Digest message, ReadOnlySpan<byte> signature)
    {
        if (signature.Length != SignatureSize || !IsLowHalf(signature[32..]))
        {
            return false;
        }

        Span<byte> hash = stackalloc byte[Digest.Size];
        message.CopyTo(hash);
        lock (_lock)
        {
            return _ecdsa.VerifyHash(hash, signature, DSASignatureFormat.IeeeP1363FixedFieldConcatenation);
        }
    }

    /// <summary>
    /// Whether <paramref name="signature"/> is this key's signature of a statement, as
    /// <see cref="SigningIdentity.SignStatement"/> makes it.
    /// </summary>
    public bool VerifyStatement(string purpose, ReadOnlySpan<byte> statement, ReadOnlySpan<byte> signature) =>
        Verify(HashOfStatement(purpose, statement), signature);

    /// <inheritdoc/>
    public bool Equals(VerificationKey? other) => other is not null && _point.AsSpan().SequenceEqual(other._point);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as VerificationKey);

    /// <inheritdoc/>
    public override int GetHashCode() => BitConverter.ToInt32(_point, 1);

    /// <summary>The SHA-256 fingerprint's first 16 hexadecimal digits.</summary>
    public override string ToString() => Convert.ToHexStringLower(SHA256.HashData(_point))[..16];

    internal ReadOnlySpan<byte> Point => _point;

    internal static Digest HashOfStatement(string purpose, ReadOnlySpan<byte> statement)
    {
        ArgumentException.ThrowIfNullOrEmpty(purpose);
        return purpose.Length <= 100 && System.Text.Ascii.IsValid(purpose)
            ? DomainHash.Of("statement/" + purpose, statement)
            : throw new ArgumentException("a purpose has 1 to 100 ASCII characters", nameof(purpose));
    }

    // (r, s) and (r, n - s) both verify; only the lower s is canonical, so that no third party can change a signature's
    // bytes.
    internal static void MakeLowHalf(Span<byte> s)
    {
        if (IsLowHalf(s))
        {
            return;
        }

        BigInteger negated = GroupOrder - new BigInteger(s, isUnsigned: true, isBigEndian: true);
        s.Clear();
        byte[] bytes = negated.ToByteArray(isUnsigned: true, isBigEndian: true);
        bytes.CopyTo(s[(s.Length - bytes.Length)..]);
    }

    private static bool IsLowHalf(ReadOnlySpan<byte> s) =>
        new BigInteger(s, isUnsigned: true, isBigEndian: true) * 2 <= GroupOrder;
}
