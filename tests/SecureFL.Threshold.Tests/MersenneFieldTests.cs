using System.Numerics;
using FsCheck;
using FsCheck.Fluent;
using SecureFL.Threshold.Elements;
using SecureFL.Threshold.Fields;
using SecureFL.Threshold.Kernels;

namespace SecureFL.Threshold.Tests;

public sealed class MersenneFieldTests
{
    private const uint P = MersenneField.Modulus;

    private static readonly uint[] Corners = [0, 1, 2, 3, P / 2, (P / 2) + 1, 1u << 30, P - 3, P - 2, P - 1];

    private static Config Settings => Config.QuickThrowOnFailure.WithReplay(0x5EC0_F1D5, 7).WithMaxTest(2000);

    private static Arbitrary<uint> Element =>
        Gen.OneOf(Gen.Elements(Corners), Gen.Choose(0, (int)(P - 1)).Select(v => (uint)v)).ToArbitrary();

    [Fact]
    public void Operations_agree_with_big_integers()
    {
        Check.One(Settings, Prop.ForAll(Element, Element, (a, b) =>
        {
            BigInteger p = P;
            Assert.Equal((a + (BigInteger)b) % p, MersenneField.Add(a, b));
            Assert.Equal((a - (BigInteger)b + p) % p, MersenneField.Subtract(a, b));
            Assert.Equal(a * (BigInteger)b % p, MersenneField.Multiply(a, b));
            Assert.Equal((p - a) % p, MersenneField.Negate(a));
            Assert.Equal(BigInteger.ModPow(a, b, p), MersenneField.Power(a, b));
            ulong wide = ((ulong)a << 33) | b | 1UL << 32;
            Assert.Equal(wide % P, MersenneField.Reduce(wide));
        }));
    }

    [Fact]
    public void The_field_axioms_hold()
    {
        Check.One(Settings, Prop.ForAll(Element, Element, Element, (a, b, c) =>
        {
            Assert.Equal(MersenneField.Add(MersenneField.Add(a, b), c), MersenneField.Add(a, MersenneField.Add(b, c)));
            Assert.Equal(MersenneField.Multiply(MersenneField.Multiply(a, b), c),
                MersenneField.Multiply(a, MersenneField.Multiply(b, c)));
            Assert.Equal(
                MersenneField.Multiply(a, MersenneField.Add(b, c)),
                MersenneField.Add(MersenneField.Multiply(a, b), MersenneField.Multiply(a, c)));
            Assert.Equal(a, MersenneField.Add(MersenneField.Subtract(a, b), b));
            Assert.Equal(0u, MersenneField.Add(a, MersenneField.Negate(a)));
            Assert.True(a == 0 || MersenneField.Multiply(a, MersenneField.Inverse(a)) == 1);
        }));
    }

    [Fact]
    public void Zero_has_no_inverse() => Assert.Throws<ArgumentOutOfRangeException>(() => MersenneField.Inverse(0));

    [Theory]
    [InlineData(0UL)]
    [InlineData((ulong)P)]
    [InlineData(2UL * P)]
    [InlineData((ulong)P * P)]
    [InlineData(4UL * (P - 1) * (P - 1))]
    [InlineData(ulong.MaxValue)]
    [InlineData(ulong.MaxValue - 1)]
    [InlineData(0x7FFF_FFFF_FFFF_FFFFUL)]
    [InlineData(0x3FFF_FFFF_FFFF_FFFFUL)]
    public void Reduction_is_canonical_at_the_corners(ulong value) =>
        Assert.Equal((uint)(value % P), MersenneField.Reduce(value));

    [Fact]
    public void Signed_numbers_survive_the_field()
    {
        int[] corners = [0, 1, -1, 80, -80, MersenneField.MaxMagnitude, -MersenneField.MaxMagnitude];
        foreach (int value in corners.Concat(TestData.SmallSecret(1000, 1)))
        {
            uint element = MersenneField.FromSigned(value);
            Assert.Equal((uint)((value + (long)P) % P), element);
            Assert.Equal(value, MersenneField.ToCentered(element));
        }
    }

    [Fact]
    public void Vector_kernels_equal_their_scalar_twins_at_every_length()
    {
        Assert.True(MersenneKernels.IsVectorised || !System.Runtime.Intrinsics.X86.Avx2.IsSupported);
        for (int length = 0; length <= 67; length++)
        {
            foreach (bool extreme in new[] { false, true })
            {
                uint[] a = extreme ? Filled(length, P - 1) : TestData.Elements(length, length);
                uint[] b = extreme ? Filled(length, P - 1) : TestData.Elements(length, 1000 + length);
                foreach (uint factor in Corners)
                {
                    uint[] vector = new uint[length];
                    uint[] scalar = new uint[length];
                    MersenneVectors.MultiplyAdd(a, factor, b, vector);
                    MersenneKernels.MultiplyAddScalar(a, factor, b, scalar);
                    Assert.Equal(scalar, vector);
                    Assert.All(vector, word => Assert.True(word < P));
                    uint[] inPlace = [.. b];
                    MersenneVectors.MultiplyAdd(a, factor, inPlace, inPlace);
                    Assert.Equal(scalar, inPlace);
                }

                Assert.Equal(MersenneKernels.DotProductScalar(a, b), MersenneVectors.DotProduct(a, b));
            }
        }
    }

    [Fact]
    public void Long_dot_products_of_the_largest_elements_do_not_overflow()
    {
        uint[] largest = Filled(40_001, P - 1);
        Assert.Equal(40_001u, MersenneVectors.DotProduct(largest, largest));   // (-1)(-1) = 1 a term
        Assert.Equal(40_001u, MersenneKernels.DotProductScalar(largest, largest));
    }

    [Fact]
    public void Lazy_sums_are_exact()
    {
        foreach (int length in new[] { 0, 1, 7, 8, 9, 64, 101 })
        {
            ulong[] sums = new ulong[length];
            ulong[] expected = new ulong[length];
            for (int round = 0; round < 5; round++)
            {
                uint[] words = TestData.Elements(length, round);
                MersenneKernels.AddLazily(words, sums);
                for (int i = 0; i < length; i++)
                {
                    expected[i] += words[i];
                }
            }

            Assert.Equal(expected, sums);
        }
    }

    [Fact]
    public void Unequal_lengths_are_refused()
    {
        uint[] two = new uint[2];
        uint[] three = new uint[3];
        Assert.Throws<ArgumentException>(() => MersenneVectors.MultiplyAdd(two, 1, three, two));
        Assert.Throws<ArgumentException>(() => MersenneVectors.MultiplyAdd(two, 1, two, three));
        Assert.Throws<ArgumentException>(() => MersenneVectors.DotProduct(two, three));
    }

    private static uint[] Filled(int length, uint value)
    {
        uint[] words = new uint[length];
        Array.Fill(words, value);
        return words;
    }
}
