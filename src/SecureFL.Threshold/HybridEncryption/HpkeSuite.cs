namespace SecureFL.Threshold.HybridEncryption;

/// <summary>
/// DHKEM(P-256, HKDF-SHA256), HKDF-SHA256 and one AEAD. The product uses AES-256-GCM alone; AES-128-GCM is there for
/// the vectors that RFC 9180 prints.
/// </summary>
internal sealed class HpkeSuite
{
    public static readonly HpkeSuite Aes256Gcm = new(aead: 2, keyBytes: 32);
    public static readonly HpkeSuite Aes128Gcm = new(aead: 1, keyBytes: 16);

    private readonly byte[] _identifier;

    private HpkeSuite(byte aead, int keyBytes)
    {
        // "HPKE" || I2OSP(kem_id = 0x0010, 2) || I2OSP(kdf_id = 0x0001, 2) || I2OSP(aead_id, 2)
        _identifier = [.. "HPKE"u8, 0x00, 0x10, 0x00, 0x01, 0x00, aead];
        KeyBytes = keyBytes;
    }

    /// <summary>suite_id of the key schedule.</summary>
    public ReadOnlySpan<byte> Identifier => _identifier;

    /// <summary>Nk.</summary>
    public int KeyBytes { get; }
}
