using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using SecureFL.Ring.Randomness;
using SecureFL.Ring.Randomness.Kernels;
using SecureFL.Testing;

namespace SecureFL.Ring.Tests;

public sealed class KeystreamTests
{
    public static TheoryData<bool> Paths() => AesNiCounterCipher.IsSupported ? [false, true] : [false];

    /// <summary>
    /// The blocks AES-256(K, 0), (K, 1), (K, 2) of the zero key are the hash key, the tag of the empty message and the
    /// first ciphertext of test cases 13 and 14 of McGrew and Viega, "The Galois/Counter Mode of Operation" (appendix
    /// B); NIST's CAVS 14 files hold the same.
    /// </summary>
    [Theory]
    [MemberData(nameof(Paths))]
    public void Published_blocks_of_the_zero_key(bool processor)
    {
        using Keystream stream = new(new byte[Keystream.KeySize], processor);
        byte[] blocks = new byte[48];
        stream.Fill(blocks);
        Assert.Equal("DC95C078A2408989AD48A21492842087" + "530F8AFBC74536B9A963B4F1C4CB738B"
            + "CEA7403D4D606B6E074EC5D3BAF39D18", Convert.ToHexString(blocks));
    }

    /// <summary>
    /// NIST AESAVS, variable-key known answers for 256 bits: the zero block under a key of k leading ones.
    /// </summary>
    [Theory]
    [InlineData(1, "E35A6DCB19B201A01EBCFA8AA22B5759")]
    [InlineData(2, "B29169CDCF2D83E838125A12EE6AA400")]
    [InlineData(256, "4BF85F1B5D54ADBC307B0A048389ADCB")]
    public void Published_blocks_of_variable_keys(int ones, string expected)
    {
        byte[] key = new byte[Keystream.KeySize];
        for (int i = 0; i < ones; i++)
        {
            key[i / 8] |= (byte)(0x80 >> (i % 8));
        }

        foreach (bool processor in Paths().Select(row => row.Data))
        {
            using Keystream stream = new(key, processor);
            byte[] block = new byte[16];
            stream.Fill(block);
            Assert.Equal(expected, Convert.ToHexString(block));
        }
    }

    [Theory]
    [MemberData(nameof(Paths))]
    public void Equals_the_frameworks_block_cipher_over_counters(bool processor)
    {
        for (int seed = 0; seed < 40; seed++)
        {
            byte[] key = SHA256.HashData([(byte)seed]);
            using Aes aes = Aes.Create();
            aes.SetKey(key);
            byte[] counters = new byte[16 * 300];
            for (int i = 0; i < 300; i++)
            {
                BinaryPrimitives.WriteInt32BigEndian(counters.AsSpan((16 * i) + 12), i);
            }

            using Keystream stream = new(key, processor);
            byte[] actual = new byte[counters.Length];
            stream.Fill(actual);
            Assert.Equal(aes.EncryptEcb(counters, PaddingMode.None), actual);
        }
    }

    [Theory]
    [MemberData(nameof(Paths))]
    public void Odd_pieces_equal_one_fill(bool processor)
    {
        byte[] key = TestEntropy.Key(3);
        byte[] whole = new byte[100_000];
        using (Keystream stream = new(key, processor))
        {
            stream.Fill(whole);
        }

        Random random = new(1);
        byte[] pieces = new byte[whole.Length];
        using (Keystream stream = new(key, processor))
        {
            for (int at = 0, length; at < pieces.Length; at += length)
            {
                length = Math.Min(pieces.Length - at, random.Next(4) == 0 ? random.Next(5000) : random.Next(40));
                stream.Fill(pieces.AsSpan(at, length));
            }
        }

        Assert.Equal(whole, pieces);
    }

    [Theory]
    [MemberData(nameof(Paths))]
    public void Rekey_starts_the_other_stream_at_its_first_byte(bool processor)
    {
        byte[] expected = new byte[77];
        using (Keystream fresh = new(TestEntropy.Key(2), processor))
        {
            fresh.Fill(expected);
        }

        using Keystream stream = new(TestEntropy.Key(1), processor);
        byte[] actual = new byte[77];
        stream.Fill(actual.AsSpan(0, 5));
        stream.Rekey(TestEntropy.Key(2));
        stream.Fill(actual);
        Assert.Equal(expected, actual);
    }

    [Theory]
    [MemberData(nameof(Paths))]
    public void Draws_up_to_the_limit_and_not_past_it(bool processor)
    {
        const ulong Blocks = Keystream.MaxBytes / 16;
        using Keystream stream = new(TestEntropy.Key(1), processor);
        byte[] buffer = new byte[64];
        NextBlock(stream) = Blocks - 2;
        Assert.Throws<InvalidOperationException>(() => stream.Fill(buffer.AsSpan(0, 33)));
        stream.Fill(buffer.AsSpan(0, 17));
        Assert.Throws<InvalidOperationException>(() => stream.Fill(buffer.AsSpan(0, 16)));
        byte[] last = new byte[15];
        stream.Fill(last);
        Assert.Throws<InvalidOperationException>(() => stream.Fill(buffer.AsSpan(0, 1)));
        stream.Fill([]);

        // A refused call drew nothing: the last 15 bytes are those of the last block.
        byte[] counter = new byte[16];
        BinaryPrimitives.WriteUInt64BigEndian(counter.AsSpan(8), Blocks - 1);
        using Aes aes = Aes.Create();
        aes.SetKey(TestEntropy.Key(1));
        Assert.Equal(aes.EncryptEcb(counter, PaddingMode.None)[1..], last);
    }

    [Theory]
    [MemberData(nameof(Paths))]
    public void After_disposal_nothing_is_drawn(bool processor)
    {
        Keystream stream = new(TestEntropy.Key(1), processor);
        byte[] buffer = new byte[8];
        stream.Fill(buffer);
        stream.Dispose();
        stream.Dispose();
        Assert.Throws<ObjectDisposedException>(() => stream.Fill(buffer));
        Assert.Throws<ObjectDisposedException>(() => stream.Fill(new byte[64]));
        Assert.Throws<ObjectDisposedException>(() => stream.Rekey(TestEntropy.Key(1)));
    }

    [Fact]
    public void Refuses_other_key_sizes()
    {
        Assert.Throws<ArgumentException>(() => new Keystream(new byte[31]));
        Assert.Throws<ArgumentException>(() => new Keystream(new byte[33]));
        using Keystream stream = new(new byte[32]);
        Assert.Throws<ArgumentException>(() => stream.Rekey(new byte[16]));
    }

    [Fact]
    public void Create_draws_its_key_from_the_entropy()
    {
        using TestEntropy entropy = new(5);
        using TestEntropy same = new(5);
        byte[] key = new byte[Keystream.KeySize];
        same.Fill(key);
        using Keystream expected = new(key);
        using Keystream actual = Keystream.Create(entropy);
        byte[] a = new byte[40];
        byte[] b = new byte[40];
        expected.Fill(a);
        actual.Fill(b);
        Assert.Equal(a, b);
        Assert.DoesNotContain("0", actual.ToString(), StringComparison.Ordinal);
    }

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_nextBlock")]
    private static extern ref ulong NextBlock(Keystream stream);
}
