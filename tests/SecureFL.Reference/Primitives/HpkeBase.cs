using System.Text;

namespace SecureFL.Reference;

/// <summary>RFC 9180, base mode, single shot: DHKEM(P-256, HKDF-SHA256), HKDF-SHA256, AES-256-GCM.</summary>
internal static class HpkeBase
{
    private static readonly byte[] KemSuite = [.. "KEM"u8, 0x00, 0x10];
    private static readonly byte[] HpkeSuite = [.. "HPKE"u8, 0x00, 0x10, 0x00, 0x01, 0x00, 0x02];

    /// <summary>DeriveKeyPair (7.1.3).</summary>
    public static KeyPair DeriveKeyPair(byte[] keyingMaterial)
    {
        byte[] prk = Extract(KemSuite, [], "dkp_prk", keyingMaterial);
        for (int counter = 0; ; counter++)
        {
            BigInteger scalar = Curve.Number(Expand(KemSuite, prk, "candidate", [(byte)counter], 32));
            if (!scalar.IsZero && scalar < Curve.Order)
            {
                return new KeyPair(scalar);
            }
        }
    }

    /// <summary>enc || ciphertext || tag.</summary>
    public static byte[] Seal(KeyPair ephemeral, byte[] recipient, byte[] info, byte[] aad, byte[] plaintext)
    {
        byte[] dh = Curve.Agree(ephemeral.Scalar, recipient);
        byte[] sharedSecret = Expand(
            KemSuite, Extract(KemSuite, [], "eae_prk", dh), "shared_secret",
            [.. ephemeral.PublicKey, .. recipient], 32);
        byte[] context = [0, .. Extract(HpkeSuite, [], "psk_id_hash", []),
            .. Extract(HpkeSuite, [], "info_hash", info)];
        byte[] secret = Extract(HpkeSuite, sharedSecret, "secret", []);
        byte[] key = Expand(HpkeSuite, secret, "key", context, 32);
        byte[] nonce = Expand(HpkeSuite, secret, "base_nonce", context, 12);
        byte[] ciphertext = new byte[plaintext.Length];
        byte[] tag = new byte[16];
        using AesGcm gcm = new(key, 16);
        gcm.Encrypt(nonce, plaintext, ciphertext, tag, aad);
        return [.. ephemeral.PublicKey, .. ciphertext, .. tag];
    }

    private static byte[] Extract(byte[] suite, byte[] salt, string label, byte[] material) =>
        HMACSHA256.HashData(salt, (byte[])[.. "HPKE-v1"u8, .. suite, .. Encoding.ASCII.GetBytes(label), .. material]);

    // One block of HKDF-Expand: no output is longer than a hash.
    private static byte[] Expand(byte[] suite, byte[] prk, string label, byte[] info, int length) =>
        HMACSHA256.HashData(prk, (byte[])[0, (byte)length, .. "HPKE-v1"u8, .. suite, .. Encoding.ASCII.GetBytes(label),
            .. info, 1])[..length];
}
