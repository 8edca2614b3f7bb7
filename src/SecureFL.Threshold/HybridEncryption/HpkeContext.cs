using System.Security.Cryptography;
using SecureFL.Ring.Randomness;

namespace SecureFL.Threshold.HybridEncryption;

/// <summary>
/// Key and base nonce of one single-shot message in base mode: the encapsulated shared secret (RFC 9180, 4.1) through
/// the key schedule (5.1, mode_base, no pre-shared key). The sequence number is 0, so that the nonce is the base nonce.
/// Not thread-safe; disposing erases the key.
/// </summary>
internal sealed class HpkeContext : IDisposable
{
    public const int NonceBytes = 12;
    private const byte ModeBase = 0;

    private readonly SecretBuffer<byte> _key;
    private readonly byte[] _baseNonce = new byte[NonceBytes];

    /// <summary>
    /// The context of both sides: <paramref name="own"/> is the ephemeral key of the sender, or the receiver's key.
    /// </summary>
    public HpkeContext(
        HpkeSuite suite, HpkePrivateKey own, HpkePublicKey peer, HpkePublicKey encapsulated, HpkePublicKey recipient,
        ReadOnlySpan<byte> info)
    {
        _key = new SecretBuffer<byte>(suite.KeyBytes);
        Span<byte> sharedSecret = stackalloc byte[LabeledHkdf.HashBytes];
        Span<byte> secret = stackalloc byte[LabeledHkdf.HashBytes];
        ExtractAndExpand(own, peer, encapsulated, recipient, sharedSecret);

        Span<byte> context = stackalloc byte[1 + (2 * LabeledHkdf.HashBytes)];
        context[0] = ModeBase;
        LabeledHkdf.Extract(suite.Identifier, [], "psk_id_hash"u8, [], context.Slice(1, LabeledHkdf.HashBytes));
        LabeledHkdf.Extract(suite.Identifier, [], "info_hash"u8, info, context[(1 + LabeledHkdf.HashBytes)..]);
        LabeledHkdf.Extract(suite.Identifier, sharedSecret, "secret"u8, [], secret);
        LabeledHkdf.Expand(suite.Identifier, secret, "key"u8, context, _key.Span);
        LabeledHkdf.Expand(suite.Identifier, secret, "base_nonce"u8, context, _baseNonce);
        CryptographicOperations.ZeroMemory(sharedSecret);
        CryptographicOperations.ZeroMemory(secret);
    }

    internal ReadOnlySpan<byte> Key => _key.Span;

    internal ReadOnlySpan<byte> BaseNonce => _baseNonce;

    public AesGcm CreateAead() => new(_key.Span, Hpke.TagSize);

    public void Dispose() => _key.Dispose();

    /// <summary>ExtractAndExpand(dh, kem_context = enc || pkRm) of DHKEM.</summary>
    internal static void ExtractAndExpand(
        HpkePrivateKey own, HpkePublicKey peer, HpkePublicKey encapsulated, HpkePublicKey recipient,
        Span<byte> sharedSecret)
    {
        Span<byte> dh = stackalloc byte[P256.ScalarBytes];
        Span<byte> prk = stackalloc byte[LabeledHkdf.HashBytes];
        Span<byte> kemContext = stackalloc byte[2 * HpkePublicKey.Size];
        encapsulated.Encoded.CopyTo(kemContext);
        recipient.Encoded.CopyTo(kemContext[HpkePublicKey.Size..]);
        own.Agree(peer, dh);
        LabeledHkdf.Extract(LabeledHkdf.KemSuite, [], "eae_prk"u8, dh, prk);
        LabeledHkdf.Expand(LabeledHkdf.KemSuite, prk, "shared_secret"u8, kemContext, sharedSecret);
        CryptographicOperations.ZeroMemory(dh);
        CryptographicOperations.ZeroMemory(prk);
    }
}
