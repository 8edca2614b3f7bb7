using SecureFL.Messages.Identity;
using SecureFL.Messages.Primitives;
using SecureFL.Messages.Violations;
using SecureFL.Messages.Wire;

namespace SecureFL.Protocol.Tests.Wire;

public sealed class CanonicalEncodingTests
{
    [Fact]
    public void Fields_come_back_and_the_bytes_are_big_endian()
    {
        CanonicalWriter writer = new();
        writer.UInt16(0x0102);
        writer.UInt32(0x03040506);
        writer.Int64(-2);
        writer.Flag(true);
        writer.Text("Spital Zürich");
        byte[] bytes = writer.ToArray();
        Assert.Equal([1, 2, 3, 4, 5, 6, 255, 255, 255, 255, 255, 255, 255, 254, 1], bytes[..15]);

        CanonicalReader reader = new(bytes, "test", Party.Peer);
        Assert.Equal(0x0102, reader.UInt16("a"));
        Assert.Equal(0x03040506u, reader.UInt32("b"));
        Assert.Equal(-2, reader.Int64("c"));
        Assert.True(reader.Flag("d"));
        Assert.Equal("Spital Zürich", reader.Text(20, "e"));
        reader.End();
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(1004)]
    [InlineData(5000)]
    public void Room_that_is_too_small_exact_or_too_large_gives_the_same_bytes(int capacity)
    {
        byte[] large = [.. Enumerable.Range(0, 1000).Select(i => (byte)i)];
        CanonicalWriter writer = new(capacity);
        writer.Counted(large);
        Assert.Equal(1004, writer.Length);
        Assert.Equal(new byte[] { 0, 0, 3, 232 }, writer.Written[..4].ToArray());
        Assert.Equal(large, writer.ToArray()[4..]);
    }

    [Theory]
    [InlineData(new byte[] { 2 }, ViolationCode.NonCanonical)]
    [InlineData(new byte[] { }, ViolationCode.Truncated)]
    public void A_flag_has_two_values(byte[] bytes, ViolationCode code) => Violation.Expect(code, () =>
    {
        CanonicalReader reader = new(bytes, "test", Party.Peer);
        reader.Flag("flag");
    });

    [Theory]
    [InlineData(new byte[] { 0, 0, 0, 1, 0xff }, ViolationCode.NonCanonical)]
    [InlineData(new byte[] { 0, 0, 0, 2, 0xc0, 0x80 }, ViolationCode.NonCanonical)]
    [InlineData(new byte[] { 0, 0, 0, 1, 10 }, ViolationCode.NonCanonical)]
    [InlineData(new byte[] { 0, 0, 0, 9, 65 }, ViolationCode.Oversized)]
    [InlineData(new byte[] { 0, 0, 0, 8, 65 }, ViolationCode.Truncated)]
    public void Text_is_valid_short_and_without_controls(byte[] bytes, ViolationCode code) =>
        Violation.Expect(code, () =>
    {
        CanonicalReader reader = new(bytes, "test", Party.Peer);
        reader.Text(8, "name");
    });

    [Fact]
    public void A_refusal_names_sender_field_expectation_and_code()
    {
        ProtocolViolationException refusal = Violation.Expect(ViolationCode.OutOfRange, () =>
        {
            CanonicalReader reader = new([0, 0, 0, 9], "vote", Party.KeyHolder(2));
            reader.Int32(1, 5, "holder");
        });
        Assert.Equal("key holder 2: expected vote.holder 1 to 5; received 9 before byte 4 [103 OutOfRange]",
            refusal.Message);
    }

    [Fact]
    public void Hashes_are_separated_by_domain()
    {
        Assert.NotEqual(DomainHash.Of("a", "bc"u8), DomainHash.Of("ab", "c"u8));
        byte[] framed = [12, .. "SecureFL/2/a"u8, .. "bc"u8];
        Assert.Equal(new Digest(System.Security.Cryptography.SHA256.HashData(framed)), DomainHash.Of("a", "bc"u8));
    }

    [Fact]
    public void A_private_key_leaves_only_where_that_was_asked_for()
    {
        using SigningIdentity closed = SigningIdentity.Create();
        using SigningIdentity open = SigningIdentity.Create(exportable: true);
        Assert.Throws<InvalidOperationException>(() => closed.ExportPrivateKey());
        byte[] exported = open.ExportPrivateKey();
        using SigningIdentity again = SigningIdentity.Import(exported);
        Assert.Equal(open.PublicKey, again.PublicKey);
        Assert.Throws<InvalidOperationException>(() => again.ExportPrivateKey());
        Assert.Throws<ArgumentException>(() => SigningIdentity.Import(exported.AsSpan(1)));
        Assert.Equal($"SigningIdentity {open.PublicKey}", open.ToString());
    }

    [Fact]
    public void A_key_that_is_no_point_is_refused()
    {
        using SigningIdentity identity = SigningIdentity.Create();
        byte[] point = identity.PublicKey.ToArray();
        point[40] ^= 1;
        Violation.Expect(ViolationCode.BadPublicKey, () => VerificationKey.Parse(point, Party.Client(0)));
        Violation.Expect(ViolationCode.BadPublicKey, () => VerificationKey.Parse(point.AsSpan(1), Party.Client(0)));
        Violation.Expect(ViolationCode.BadPublicKey, () => VerificationKey.Parse(new byte[65], Party.Client(0)));
    }
}
