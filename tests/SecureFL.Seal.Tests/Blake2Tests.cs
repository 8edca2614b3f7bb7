using SecureFL.Seal.Parameters;

namespace SecureFL.Seal.Tests;

public sealed class Blake2Tests
{
    private static byte[] Counting(int count) => [.. Enumerable.Range(0, count).Select(i => (byte)i)];

    /// <summary>RFC 7693, appendix A; and vectors of the BLAKE2 authors (blake2-kat.json), keyed with 00..3f.</summary>
    [Theory]
    [InlineData(0, 3,
        "ba80a53f981c4d0d6a2797b69f12f6e94c212f14685ac4b74b12bb6fdbffa2d17d87c5392aab792dc252d5de4533cc9518d38aa8dbf1925ab92386edd4009923")]
    [InlineData(64, 0,
        "10ebb67700b1868efb4417987acf4690ae9d972fb7a590c2f02871799aaa4786b5e996e8f0f4eb981fc214b005f42d2ff4233499391653df7aefcbc13fc51568")]
    [InlineData(64, 255,
        "142709d62e28fcccd0af97fad0f8465b971e82201dc51070faa0372aa43e92484be1c1e73ba10906d5d1853db6a4106e0a7bf9800d373d6dee2d46d62ef2a461")]
    [InlineData(0, 128, "c3582f71ebb2be66fa5dd750f80baae97554f3b015663c8be377cfcb2488c1d1")]
    [InlineData(0, 129, "f7f3c46ba2564ff4c4c162da1f5b605f9f1c4aa6a20652a9f9a337c1a2f5b9c9")]
    public void Blake2b_has_the_published_digests(int keyLength, int inputLength, string digest)
    {
        byte[] result = new byte[digest.Length / 2];
        Blake2b.Hash(Counting(keyLength), inputLength == 3 ? "abc"u8 : Counting(inputLength), result);
        Assert.Equal(digest, Convert.ToHexStringLower(result));
    }

    /// <summary>Vectors of the BLAKE2 authors (blake2-kat.json): input 00..ff.</summary>
    [Theory]
    [InlineData(0,
        "c6f0b1b66f22726cef3e4fca2325d2bb4e922b39f9df5ef548d321419c07391fc311904407f98db7d7462db1e8576138baeac2a76400b2a2f72b4497c19e239430")]
    [InlineData(64,
        "78f0ed6e220b3da3cc9381563b2f72c8dc830cb0f39a48c6ae479a6a78dcfa94002631dec467e9e9b47cc8f0887eb680e340aec3ec009d4a33d241533c76c8ca8c")]
    [InlineData(64,
        "2d7dc80c19a1d12d5fe3963569547a5d1d3e821e6f06c5d5e2c09401f946c9f7e13cd019f2f9a878b62dd850453b6294b99ccaa068e542993524b0f63832d48e865be31e8ec1ee103c718340c904b32efb69170b67f038d50a3252794b1b4076c0620621ab3d91215d55ffea99f23d54e161a90d8d4902fda5931d9f6a27146a")]
    public void Blake_2_xb_has_the_published_digests(int keyLength, string digest)
    {
        byte[] result = new byte[digest.Length / 2];
        Blake2Xb.Hash(Counting(keyLength), Counting(256), result);
        Assert.Equal(digest, Convert.ToHexStringLower(result));
    }

    [Fact]
    public void Refuses_lengths_that_the_parameter_block_does_not_say()
    {
        Assert.Throws<ArgumentException>(() => Blake2b.Hash(default, default, new byte[65]));
        Assert.Throws<ArgumentException>(() => Blake2b.Hash(default, default, []));
        Assert.Throws<ArgumentException>(() => Blake2b.Hash(new byte[65], default, new byte[32]));
        Assert.Throws<ArgumentException>(() => Blake2b.Hash(new byte[64], default, default, new byte[32]));
    }
}
