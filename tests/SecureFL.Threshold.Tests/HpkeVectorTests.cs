using SecureFL.Threshold.HybridEncryption;

namespace SecureFL.Threshold.Tests;

/// <summary>
/// Published vectors, base mode, first encryption. RFC 9180, Appendix A.3.1: DHKEM(P-256, HKDF-SHA256), HKDF-SHA256,
/// AES-128-GCM. CFRG, draft-irtf-cfrg-hpke, test-vectors.json at commit 5f503c564da00b0687b3de75f1dfbdfc4079ad31 (the
/// file the RFC's appendix is drawn from): the entry mode 0, kem 0x0010, kdf 0x0001, aead 0x0002, which is the
/// product's suite.
/// </summary>
public sealed class HpkeVectorTests
{
    private const string Info = "4f6465206f6e2061204772656369616e2055726e";
    private const string Aad = "436f756e742d30";
    private const string Plaintext = "4265617574792069732074727574682c20747275746820626561757479";

    private static readonly Vector Aes128 = new(
        HpkeSuite.Aes128Gcm,
        IkmE: "4270e54ffd08d79d5928020af4686d8f6b7d35dbe470265f1f5aa22816ce860e",
        SkE: "4995788ef4b9d6132b249ce59a77281493eb39af373d236a1fe415cb0c2d7beb",
        Enc: "04a92719c6195d5085104f469a8b9814d5838ff72b60501e2c4466e5e67b325ac98536d7b61a1af4b78e5b7f951c0900be863c403ce65c9bfcb9382657222d18c4",
        IkmR: "668b37171f1072f3cf12ea8a236a45df23fc13b82af3609ad1e354f6ef817550",
        SkR: "f3ce7fdae57e1a310d87f1ebbde6f328be0a99cdbcadf4d6589cf29de4b8ffd2",
        PkR: "04fe8c19ce0905191ebc298a9245792531f26f0cece2460639e8bc39cb7f706a826a779b4cf969b8a0e539c7f62fb3d30ad6aa8f80e30f1d128aafd68a2ce72ea0",
        SharedSecret: "c0d26aeab536609a572b07695d933b589dcf363ff9d93c93adea537aeabb8cb8",
        Key: "868c066ef58aae6dc589b6cfdd18f97e",
        BaseNonce: "4e0bc5018beba4bf004cca59",
        Ciphertext: "5ad590bb8baa577f8619db35a36311226a896e7342a6d836d8b7bcd2f20b6c7f9076ac232e3ab2523f39513434");

    private static readonly Vector Aes256 = new(
        HpkeSuite.Aes256Gcm,
        IkmE: "a90d3417c3da9cb6c6ae19b4b5dd6cc9529a4cc24efb7ae0ace1f31887a8cd6c",
        SkE: "90345e3a1d116c1dd39ae76d95ab858c142223a63e44f8f85318cfa91a84858e",
        Enc: "04c06b4f6bebc7bb495cb797ab753f911aff80aefb86fd8b6fcc35525f3ab5f03e0b21bd31a86c6048af3cb2d98e0d3bf01da5cc4c39ff5370d331a4f1f7d5a4e0",
        IkmR: "a0ce15d49e28bd47a18a97e147582d814b08cbe00109fed5ec27d1b4e9f6f5e3",
        SkR: "317f915db7bc629c48fe765587897e01e282d3e8445f79f27f65d031a88082b2",
        PkR: "04abc7e49a4c6b3566d77d0304addc6ed0e98512ffccf505e6a8e3eb25c685136f853148544876de76c0f2ef99cdc3a05ccf5ded7860c7c021238f9e2073d2356c",
        SharedSecret: "48893fecd82f7c3456af6a42d8f56325d21e08c10fa81299986aaff54cde7b49",
        Key: "ee16802a936d5f544771131900ee6973d0551de9e852ece2ef34bf0d5f9e1d1d",
        BaseNonce: "9bc50980832a7b4b58c40161",
        Ciphertext: "58c61a45059d0c5704560e9d88b564a8b63f1364b8d1fcb3c4c6ddc1d291742465e902cd216f8908da49f8f96f");

    public static TheoryData<int> AeadKeyBits => [128, 256];

    [Theory]
    [MemberData(nameof(AeadKeyBits))]
    public void Key_pairs_are_derived_as_published(int bits)
    {
        Vector vector = Select(bits);
        using HpkePrivateKey ephemeral = HpkePrivateKey.Derive(Bytes(vector.IkmE), exportable: true);
        using HpkePrivateKey recipient = HpkePrivateKey.Derive(Bytes(vector.IkmR), exportable: true);
        Assert.Equal(vector.SkE, Exported(ephemeral));
        Assert.Equal(vector.Enc, ephemeral.PublicKey.ToString());
        Assert.Equal(vector.SkR, Exported(recipient));
        Assert.Equal(vector.PkR, recipient.PublicKey.ToString());
    }

    [Theory]
    [MemberData(nameof(AeadKeyBits))]
    public void Both_sides_derive_the_published_secret_key_and_nonce(int bits)
    {
        Vector vector = Select(bits);
        using HpkePrivateKey ephemeral = HpkePrivateKey.Import(Bytes(vector.SkE));
        using HpkePrivateKey recipient = HpkePrivateKey.Import(Bytes(vector.SkR));
        byte[] shared = new byte[32];
        HpkeContext.ExtractAndExpand(ephemeral, recipient.PublicKey, ephemeral.PublicKey, recipient.PublicKey, shared);
        Assert.Equal(vector.SharedSecret, Hex(shared));
        HpkeContext.ExtractAndExpand(recipient, ephemeral.PublicKey, ephemeral.PublicKey, recipient.PublicKey, shared);
        Assert.Equal(vector.SharedSecret, Hex(shared));
        using HpkeContext context = new(vector.Suite, ephemeral, recipient.PublicKey, ephemeral.PublicKey,
            recipient.PublicKey, Bytes(Info));
        Assert.Equal(vector.Key, Hex(context.Key));
        Assert.Equal(vector.BaseNonce, Hex(context.BaseNonce));
    }

    [Theory]
    [MemberData(nameof(AeadKeyBits))]
    public void Sealing_gives_the_published_message_and_opening_takes_it_back(int bits)
    {
        Vector vector = Select(bits);
        using HpkePrivateKey ephemeral = HpkePrivateKey.Derive(Bytes(vector.IkmE));
        using HpkePrivateKey recipient = HpkePrivateKey.Import(Bytes(vector.SkR));
        byte[] message = new byte[(Plaintext.Length / 2) + Hpke.Overhead];
        Hpke.Seal(vector.Suite, ephemeral, HpkePublicKey.Parse(Bytes(vector.PkR)), Bytes(Info), Bytes(Aad),
            Bytes(Plaintext), message);
        Assert.Equal(vector.Enc + vector.Ciphertext, Hex(message));
        byte[] opened = new byte[Plaintext.Length / 2];
        Hpke.Open(vector.Suite, recipient, Bytes(Info), Bytes(Aad), message, opened);
        Assert.Equal(Plaintext, Hex(opened));
    }

    [Fact]
    public void The_public_entry_points_use_the_product_s_suite()
    {
        using HpkePrivateKey recipient = HpkePrivateKey.Import(Bytes(Aes256.SkR));
        byte[] opened = new byte[Plaintext.Length / 2];
        Hpke.Open(recipient, Bytes(Info), Bytes(Aad), Bytes(Aes256.Enc + Aes256.Ciphertext), opened);
        Assert.Equal(Plaintext, Hex(opened));
    }

    private static Vector Select(int bits) => bits == 128 ? Aes128 : Aes256;

    private static byte[] Bytes(string hex) => Convert.FromHexString(hex);

    private static string Hex(ReadOnlySpan<byte> bytes) => Convert.ToHexStringLower(bytes);

    private static string Exported(HpkePrivateKey key)
    {
        byte[] scalar = new byte[HpkePrivateKey.Size];
        key.Export(scalar);
        return Hex(scalar);
    }

    private sealed record Vector(
        HpkeSuite Suite, string IkmE, string SkE, string Enc, string IkmR, string SkR, string PkR, string SharedSecret,
        string Key, string BaseNonce,
        string Ciphertext);
}
