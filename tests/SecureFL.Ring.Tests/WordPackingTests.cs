using System.Buffers.Binary;
using SecureFL.Ring.Kernels;

namespace SecureFL.Ring.Tests;

public sealed class WordPackingTests
{
    private const int Count = 2 * WordKernel.GroupSize;

    internal static VectorWidth[] Widths => [.. Enum.GetValues<VectorWidth>().Where(VectorWidths.IsSupported)];

    public static TheoryData<int> WordWidths() => [.. Enumerable.Range(1, 63)];

    [Theory]
    [MemberData(nameof(WordWidths))]
    public void Every_vector_width_equals_the_documented_layout_bit_by_bit(int width)
    {
        ulong[] words = Words(width, width);
        byte[] expected = PackBitByBit(words, width);
        Assert.Equal(expected.Length, WordKernel.PackedBytes(Count, width));
        foreach (VectorWidth vectors in Widths)
        {
            WordKernel kernel = WordKernel.Create(vectors);
            byte[] packed = new byte[expected.Length];
            kernel.Pack(words, width, packed);
            Assert.Equal(expected, packed);
            ulong[] back = new ulong[Count];
            kernel.Unpack(packed, width, long.MaxValue, back);
            Assert.Equal(words, back);
        }
    }

    [Theory]
    [MemberData(nameof(WordWidths))]
    public void Unpack_returns_false_exactly_when_a_word_reaches_the_limit(int width)
    {
        Random random = new(width);
        foreach (VectorWidth vectors in Widths)
        {
            WordKernel kernel = WordKernel.Create(vectors);
            ulong[] back = new ulong[Count];
            for (int round = 0; round < 12; round++)
            {
                // All words below the limit but, now and then, one: at, or above it, anywhere.
                ulong top = (1UL << width) - 1;
                ulong limit = Math.Max(1, round % 3 == 0 ? Math.Min(top, long.MaxValue)
                    : (ulong)random.NextInt64(1, (long)Math.Min(top, long.MaxValue - 1) + 1));
                ulong[] words = [.. Words(width, round).Select(w => w % limit)];
                byte[] packed = PackBitByBit(words, width);
                Assert.True(kernel.Unpack(packed, width, limit, back));
                int position = random.Next(Count);
                words[position] = round % 2 == 0 ? limit : top;
                packed = PackBitByBit(words, width);
                Assert.False(kernel.Unpack(packed, width, limit, back));
                Assert.Equal(words, back);
            }
        }
    }

    [Fact]
    public void The_last_allowed_limit_is_judged_alike_by_all_widths()
    {
        ulong[] words = Words(63, 1);
        words[77] = long.MaxValue - 1;
        byte[] packed = PackBitByBit(words, 63);
        ulong[] back = new ulong[Count];
        foreach (VectorWidth vectors in Widths)
        {
            WordKernel kernel = WordKernel.Create(vectors);
            Assert.Throws<ArgumentOutOfRangeException>(() => kernel.Unpack(packed, 63, 1UL << 63, back));
            Assert.False(kernel.Unpack(packed, 63, long.MaxValue - 1, back));
            Assert.Equal(!words.Contains((ulong)long.MaxValue), kernel.Unpack(packed, 63, long.MaxValue, back));
        }
    }

    [Fact]
    public void Random_bytes_unpack_and_pack_to_themselves()
    {
        Random random = new(9);
        foreach (int width in new[] { 1, 5, 31, 42, 50, 60, 63 })
        {
            byte[] packed = new byte[WordKernel.PackedBytes(Count, width)];
            random.NextBytes(packed);
            foreach (VectorWidth vectors in Widths)
            {
                WordKernel kernel = WordKernel.Create(vectors);
                ulong[] words = new ulong[Count];
                byte[] back = new byte[packed.Length];
                kernel.Unpack(packed, width, 1, words);
                kernel.Pack(words, width, back);
                Assert.Equal(packed, back);
            }
        }
    }

    [Theory]
    [MemberData(nameof(WordWidths))]
    public void Count_ones_equals_a_slow_count_at_every_width(int width)
    {
        ulong[] words = Words(width, 100 + width);
        byte[] packed = PackBitByBit(words, width);
        int[] expected = [.. words.Select(w => Convert.ToString((long)w, 2).Count(c => c == '1') - (width / 2))];
        foreach (VectorWidth vectors in Widths)
        {
            int[] samples = new int[Count];
            WordKernel.Create(vectors).CountOnes(packed, width, samples);
            Assert.Equal(expected, samples);
        }
    }

    [Theory]
    [InlineData(511, 8, 511)]
    [InlineData(512, 0, 0)]
    [InlineData(512, 64, 4096)]
    [InlineData(512, 8, 511)]
    [InlineData(512, 8, 513)]
    public void Refuses_other_sizes(int words, int width, int bytes)
    {
        foreach (VectorWidth vectors in Widths)
        {
            WordKernel kernel = WordKernel.Create(vectors);
            Assert.Throws<ArgumentException>(() => kernel.Pack(new ulong[words], width, new byte[bytes]));
            Assert.Throws<ArgumentException>(() => kernel.Unpack(new byte[bytes], width, 1, new ulong[words]));
            Assert.Throws<ArgumentException>(() => kernel.CountOnes(new byte[bytes], width, new int[words]));
        }
    }

    /// <summary>The layout as the type's summary states it, one bit at a time.</summary>
    internal static byte[] PackBitByBit(ReadOnlySpan<ulong> words, int width)
    {
        ulong[] packed = new ulong[words.Length / 512 * width * 8];
        for (int i = 0; i < words.Length; i++)
        {
            int group = i / 512;
            int row = i % 512 / 8;
            int column = i % 8;
            for (int bit = 0; bit < width; bit++)
            {
                int position = (row * width) + bit;
                packed[(group * width * 8) + (position / 64 * 8) + column] |= ((words[i] >> bit)
                    & 1) << (position % 64);
            }
        }

        byte[] bytes = new byte[packed.Length * 8];
        for (int i = 0; i < packed.Length; i++)
        {
            BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(8 * i), packed[i]);
        }

        return bytes;
    }

    /// <summary>The inverse, one bit at a time.</summary>
    internal static ulong[] UnpackBitByBit(ReadOnlySpan<byte> packed, int width, int count)
    {
        ulong[] words = new ulong[count];
        for (int i = 0; i < count; i++)
        {
            for (int bit = 0; bit < width; bit++)
            {
                int position = (i % 512 / 8 * width) + bit;
                int word = (i / 512 * width * 8) + (position / 64 * 8) + (i % 8);
                words[i] |= (ulong)((packed[(8 * word) + (position % 64 / 8)] >> (position % 8)) & 1) << bit;
            }
        }

        return words;
    }

    private static ulong[] Words(int width, int seed)
    {
        Random random = new(seed);
        ulong top = (1UL << width) - 1;
        ulong[] words = new ulong[Count];
        for (int i = 0; i < Count; i++)
        {
            words[i] = random.Next(8) switch
            {
                0 => top,
                1 => 0,
                2 => top >> 1,
                _ => (ulong)random.NextInt64() & top,
            };
        }

        return words;
    }
}
