using System.Security.Cryptography;

namespace SecureFL.Threshold.HybridEncryption;

/// <summary>
/// A P-256 public key in HPKE's serialisation: 65 bytes 04 || x || y (RFC 9180, 7.1.1), validated to be on the curve
/// when it is made (7.1.4). Immutable and thread-safe.
/// </summary>
public sealed class HpkePublicKey : IEquatable<HpkePublicKey>
{
    /// <summary>Bytes of a serialised key.</summary>
    public const int Size = P256.PointBytes;

    private readonly byte[] _encoded;

    private HpkePublicKey(byte[] encoded) => _encoded = encoded;

    /// <summary>The 65 bytes.</summary>
    public ReadOnlySpan<byte> Encoded => _encoded;

    /// <summary>Whether the bytes are a serialised key that <see cref="Parse"/> takes.</summary>
    public static bool IsValid(ReadOnlySpan<byte> encoded) => P256.IsOnCurve(encoded);

    /// <summary>Reads a serialised key.</summary>
    /// <exception cref="ThresholdViolationException">Not 65 bytes, not uncompressed, a coordinate out of range, or not
    /// on the curve.</exception>
    public static HpkePublicKey Parse(ReadOnlySpan<byte> encoded)
    {
        if (encoded.Length != Size)
        {
            throw new ThresholdViolationException(ThresholdViolation.PublicKey, "public key", $"{Size} bytes",
                $"{encoded.Length} bytes");
        }

        if (!P256.IsOnCurve(encoded))
        {
            throw new ThresholdViolationException(ThresholdViolation.PublicKey, "public key",
                "an uncompressed point of P-256", "another string");
        }

        return new HpkePublicKey(encoded.ToArray());
    }

    internal static HpkePublicKey FromPoint(ECPoint point) => Parse([4, .. point.X!, .. point.Y!]);

    /// <summary>The platform's object for a key agreement with this key.</summary>
    internal ECDiffieHellman ToAgreement() =>
        ECDiffieHellman.Create(new ECParameters { Curve = ECCurve.NamedCurves.nistP256, Q = P256.ToPoint(_encoded) });

    /// <inheritdoc/>
    public bool Equals(HpkePublicKey? other) => other is not null && _encoded.AsSpan().SequenceEqual(other._encoded);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as HpkePublicKey);

    /// <inheritdoc/>
    public override int GetHashCode() => BitConverter.ToInt32(_encoded, 1);

    /// <summary>The key in hexadecimal: it is public.</summary>
    public override string ToString() => Convert.ToHexStringLower(_encoded);
}
