using System.Buffers.Binary;
using SecureFL.Ring.Randomness;
using SecureFL.Threshold.Elements;

namespace SecureFL.Threshold.Tests;

public sealed class UniformWordsTests
{
    private const uint P = MersenneField.Modulus;

    [Fact]
    public void Words_are_the_low_31_bits_of_the_stream_in_order()
    {
        byte[] key = TestData.Challenge(1);
        using Keystream raw = new(key);
        byte[] bytes = new byte[4 * 103];
        raw.Fill(bytes);
        using Keystream stream = new(key);
        uint[] words = new uint[103];
        UniformWords.Fill(stream, words.AsSpan(0, 50));
        UniformWords.Fill(stream, words.AsSpan(50));
        for (int i = 0; i < words.Length; i++)
        {
            Assert.Equal(BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(4 * i)) & P, words[i]);
        }
    }

    [Theory]
    [InlineData(new uint[] { 1, 2, 3 }, new uint[] { 1, 2, 3 })]
    [InlineData(new uint[] { P, 2, 3 }, new uint[] { 2, 3 })]
    [InlineData(new uint[] { 1, P, P, 4, P }, new uint[] { 1, 4 })]
    [InlineData(new uint[] { P }, new uint[0])]
    public void Rejected_words_close_up_without_reordering(uint[] words, uint[] kept)
    {
        int count = UniformWords.KeepAccepted(words);
        Assert.Equal(kept, words[..count]);
    }

    [Fact]
    public void The_modulus_in_the_stream_is_skipped_and_the_next_word_takes_its_place()
    {
        // Found by search: under this key the word 301 of the stream is 0x7fffffff.
        byte[] key = new byte[Keystream.KeySize];
        BinaryPrimitives.WriteInt64LittleEndian(key, 133_184);
        using Keystream raw = new(key);
        byte[] bytes = new byte[4 * 1024];
        raw.Fill(bytes);
        uint[] expected = [.. Enumerable.Range(0, 1024)
            .Select(i => BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(4 * i)) & P)];
        Assert.Equal(P, expected[301]);
        foreach (int first in new[] { 1023, 301, 302, 300 })
        {
            using Keystream stream = new(key);
            uint[] words = new uint[1023];
            UniformWords.Fill(stream, words.AsSpan(0, first));
            UniformWords.Fill(stream, words.AsSpan(first));
            Assert.Equal([.. expected[..301], .. expected[302..]], words);
        }
    }

    [Fact]
    public void Every_bit_and_residue_is_balanced()
    {
        // Fixed key, so the outcome is fixed; for a random key each of the 31 + 61 counts exceeds 6 deviations with
        // probability 2^-28.
        const int Count = 1 << 18;
        using Keystream stream = new(TestData.Challenge(2));
        uint[] words = new uint[Count];
        UniformWords.Fill(stream, words);
        for (int bit = 0; bit < 31; bit++)
        {
            int ones = words.Count(word => ((word >> bit) & 1) != 0);
            Assert.InRange(ones, (Count / 2) - (6 * Math.Sqrt(Count) / 2), (Count / 2) + (6 * Math.Sqrt(Count) / 2));
        }

        int[] residues = new int[61];
        foreach (uint word in words)
        {
            Assert.True(word < P);
            residues[word % 61]++;
        }

        double expected = Count / 61.0;
        Assert.All(residues,
            count => Assert.InRange(count, expected - (6 * Math.Sqrt(expected)), expected + (6 * Math.Sqrt(expected))));
    }
}
