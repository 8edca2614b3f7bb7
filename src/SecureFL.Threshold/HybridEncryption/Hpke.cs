using System.Security.Cryptography;
using SecureFL.Ring.Randomness;

namespace SecureFL.Threshold.HybridEncryption;

/// <summary>
/// Hybrid public key encryption, base mode, single shot (RFC 9180, 6.1): DHKEM(P-256, HKDF-SHA256), HKDF-SHA256,
/// AES-256-GCM, on the platform's provider. A sealed message is enc || ciphertext || tag. Base mode authenticates no
/// sender: the caller signs. Thread-safe.
/// </summary>
public static class Hpke
{
    /// <summary>Bytes of the encapsulated key.</summary>
    public const int EncapsulatedKeySize = HpkePublicKey.Size;

    /// <summary>Bytes of the tag.</summary>
    public const int TagSize = 16;

    /// <summary>How much longer a sealed message is than its plaintext.</summary>
    public const int Overhead = EncapsulatedKeySize + TagSize;

    /// <summary>Seals a plaintext to a recipient under a fresh ephemeral key.</summary>
    /// <param name="recipient">Whose private key opens it.</param>
    /// <param name="info">Context both sides derive; any length.</param>
    /// <param name="aad">Data that is authenticated with the message; any length.</param>
    /// <param name="plaintext">What to seal.</param>
    /// <param name="entropy">Seeds the ephemeral key.</param>
    /// <param name="destination">Exactly <see cref="Overhead"/> bytes longer than the plaintext, not overlapping
    /// it.</param>
    /// <exception cref="ArgumentException">A destination of another length, or one that overlaps the
    /// plaintext.</exception>
    public static void Seal(
        HpkePublicKey recipient, ReadOnlySpan<byte> info, ReadOnlySpan<byte> aad, ReadOnlySpan<byte> plaintext,
        IEntropySource entropy, Span<byte> destination)
    {
        ArgumentNullException.ThrowIfNull(recipient);
        using HpkePrivateKey ephemeral = HpkePrivateKey.Generate(entropy);
        Seal(HpkeSuite.Aes256Gcm, ephemeral, recipient, info, aad, plaintext, destination);
    }

    /// <summary>Seals into a new array.</summary>
    public static byte[] Seal(
        HpkePublicKey recipient, ReadOnlySpan<byte> info, ReadOnlySpan<byte> aad, ReadOnlySpan<byte> plaintext,
        IEntropySource entropy)
    {
        byte[] sealedMessage = new byte[checked(plaintext.Length + Overhead)];
        Seal(recipient, info, aad, plaintext, entropy, sealedMessage);
        return sealedMessage;
    }

    /// <summary>Opens a sealed message of the length that the plan gives it.</summary>
    /// <param name="key">The recipient's key.</param>
    /// <param name="info">The sender's info.</param>
    /// <param name="aad">The sender's aad.</param>
    /// <param name="sealedMessage">enc || ciphertext || tag.</param>
    /// <param name="plaintext">As long as the plaintext must be, not overlapping the message; zeroed if the message
    /// does not open.</param>
    /// <exception cref="ThresholdViolationException">
    /// The message is not <see cref="Overhead"/> bytes longer than the plaintext, its encapsulated key is not on the
    /// curve, or it was not sealed to this key, info and aad.
    /// </exception>
    /// <exception cref="ArgumentException">The destination overlaps the message.</exception>
    public static void Open(HpkePrivateKey key, ReadOnlySpan<byte> info, ReadOnlySpan<byte> aad,
        ReadOnlySpan<byte> sealedMessage, Span<byte> plaintext)
    {
        ArgumentNullException.ThrowIfNull(key);
        Open(HpkeSuite.Aes256Gcm, key, info, aad, sealedMessage, plaintext);
    }

    internal static void Seal(
        HpkeSuite suite, HpkePrivateKey ephemeral, HpkePublicKey recipient, ReadOnlySpan<byte> info,
        ReadOnlySpan<byte> aad,
        ReadOnlySpan<byte> plaintext, Span<byte> destination)
    {
        SpanChecks.SameLength(checked(plaintext.Length + Overhead), destination.Length);
        if (destination.Overlaps(plaintext))
        {
            throw new ArgumentException("the destination overlaps the plaintext", nameof(destination));
        }

        using HpkeContext context = new(suite, ephemeral, recipient, ephemeral.PublicKey, recipient, info);
        using AesGcm aead = context.CreateAead();
        ephemeral.PublicKey.Encoded.CopyTo(destination);
        Span<byte> ciphertext = destination.Slice(EncapsulatedKeySize, plaintext.Length);
        aead.Encrypt(context.BaseNonce, plaintext, ciphertext, destination[^TagSize..], aad);
    }

    internal static void Open(
        HpkeSuite suite, HpkePrivateKey key, ReadOnlySpan<byte> info, ReadOnlySpan<byte> aad,
        ReadOnlySpan<byte> sealedMessage, Span<byte> plaintext)
    {
        int expected = checked(plaintext.Length + Overhead);
        if (sealedMessage.Length != expected)
        {
            throw new ThresholdViolationException(
                ThresholdViolation.FieldLength, "sealed message", $"{expected} bytes", $"{sealedMessage.Length} bytes");
        }

        if (plaintext.Overlaps(sealedMessage))
        {
            throw new ArgumentException("the plaintext overlaps the message", nameof(plaintext));
        }

        plaintext.Clear();
        HpkePublicKey encapsulated = HpkePublicKey.Parse(sealedMessage[..EncapsulatedKeySize]);
        using HpkeContext context = new(suite, key, encapsulated, encapsulated, key.PublicKey, info);
        using AesGcm aead = context.CreateAead();
        try
        {
            ReadOnlySpan<byte> ciphertext = sealedMessage[EncapsulatedKeySize..^TagSize];
            aead.Decrypt(context.BaseNonce, ciphertext, sealedMessage[^TagSize..], plaintext, aad);
        }
        catch (AuthenticationTagMismatchException)
        {
            plaintext.Clear();
            throw new ThresholdViolationException(
                ThresholdViolation.SealedMessage, "sealed message", "a message sealed to this key, info and aad",
                "another message");
        }
    }
}
