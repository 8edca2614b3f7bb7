using System.Numerics;
using SecureFL.Threshold.Elements;

namespace SecureFL.Threshold.Tests;

public sealed class WordPackingTests
{
    [Fact]
    public void Packing_is_the_number_whose_digits_are_the_words()
    {
        for (int count = 0; count <= 40; count++)
        {
            uint[] words = TestData.Elements(count, count);
            byte[] packed = new byte[WordPacking.PackedBytes(count)];
            WordPacking.Pack(words, packed);
            BigInteger expected = 0;
            for (int i = count - 1; i >= 0; i--)
            {
                expected = (expected << 31) | words[i];
            }

            Assert.Equal(expected, new BigInteger(packed, isUnsigned: true));
            uint[] unpacked = new uint[count];
            WordPacking.Unpack(packed, unpacked, "test");
            Assert.Equal(words, unpacked);
        }
    }

    [Theory]
    [InlineData(8192 + 4, 31_760)]
    [InlineData(4096 + 4, 15_888)]
    [InlineData(1, 4)]
    [InlineData(8, 31)]
    [InlineData(0, 0)]
    public void Sizes_are_those_of_the_protocol(int words, int bytes) =>
        Assert.Equal(bytes, WordPacking.PackedBytes(words));

    [Fact]
    public void Every_other_length_is_refused()
    {
        uint[] words = new uint[9];
        for (int length = 0; length <= 80; length++)
        {
            if (length != WordPacking.PackedBytes(9))
            {
                ThresholdViolationException error =
                    Assert.Throws<ThresholdViolationException>(
                        () => WordPacking.Unpack(new byte[length], words, "field"));
                Assert.Equal(ThresholdViolation.FieldLength, error.Violation);
                Assert.Equal($"{length} bytes", error.Received);
            }
        }
    }

    [Fact]
    public void A_word_that_is_no_element_is_refused_wherever_it_stands()
    {
        for (int count = 1; count <= 20; count++)
        {
            for (int bad = 0; bad < count; bad++)
            {
                uint[] words = TestData.Elements(count, count);
                words[bad] = MersenneField.Modulus;
                byte[] packed = new byte[WordPacking.PackedBytes(count)];
                WordPacking.Pack(words, packed);
                ThresholdViolationException error =
                    Assert.Throws<ThresholdViolationException>(() => WordPacking.Unpack(packed, words, "field"));
                Assert.Equal(ThresholdViolation.WordOutOfRange, error.Violation);
            }
        }
    }

    [Fact]
    public void Padding_bits_that_are_set_are_refused()
    {
        for (int count = 1; count <= 16; count++)
        {
            byte[] packed = new byte[WordPacking.PackedBytes(count)];
            uint[] words = new uint[count];
            WordPacking.Unpack(packed, words, "field");
            for (int bit = count * 31; bit < packed.Length * 8; bit++)
            {
                byte[] tampered = [.. packed];
                tampered[bit >> 3] |= (byte)(1 << (bit & 7));
                ThresholdViolationException error =
                    Assert.Throws<ThresholdViolationException>(() => WordPacking.Unpack(tampered, words, "field"));
                Assert.Equal(ThresholdViolation.Padding, error.Violation);
            }
        }
    }
}
