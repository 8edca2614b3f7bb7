using System.Numerics;
using FsCheck;
using FsCheck.Fluent;
using SecureFL.Ring.Arithmetic;

namespace SecureFL.Ring.Tests;

public sealed class ModulusTests
{
    private static readonly ulong[] Primes =
        [3, 5, 12289, (1UL << 20) - 3, (1UL << 49) - 81, (1UL << 50) - 27, (1UL << 60) - 93, (1UL << 61) - 1];

    private static Config Settings => Config.QuickThrowOnFailure.WithReplay(0x0DD5_11DE, 3).WithMaxTest(2000);

    private static Arbitrary<ulong> Word =>
        Gen.OneOf(Gen.Elements(0UL, 1UL, 2UL, ulong.MaxValue, ulong.MaxValue - 1, 1UL << 63, uint.MaxValue),
            Gen.Choose(int.MinValue, int.MaxValue).Two().Select(Join)).ToArbitrary();

    private static Arbitrary<Modulus> AnyModulus =>
        Gen.Elements(Primes.Select(p => new Modulus(p)).ToArray()).ToArbitrary();

    [Fact]
    public void Operations_agree_with_big_integers() =>
        Check.One(Settings, Prop.ForAll(AnyModulus, Word, Word, (modulus, x, y) =>
    {
        BigInteger p = modulus.Value;
        ulong a = x % modulus.Value;
        ulong b = y % modulus.Value;
        Assert.Equal((a + (BigInteger)b) % p, modulus.Add(a, b));
        Assert.Equal((a - (BigInteger)b + p) % p, modulus.Subtract(a, b));
        Assert.Equal((BigInteger)x * y % p, modulus.Multiply(x, y));
        Assert.Equal(BigInteger.ModPow(x, y, p), modulus.Power(x, y));
        Assert.Equal((BigInteger)(((long)x % (long)p) + (long)p) % p, modulus.Reduce((long)x));
        BigInteger wide = ((BigInteger)(long)x << 64) + y;
        Assert.Equal(((wide % p) + p) % p, modulus.Reduce(wide));
        if (a != 0)
        {
            Assert.Equal(1UL, modulus.Multiply(a, modulus.Inverse(a)));
        }

        long centred = modulus.Centre(a);
        Assert.True(Math.Abs(centred) <= (long)(modulus.Value / 2));
        Assert.Equal(a, modulus.Reduce(centred));
    }));

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(9)]
    [InlineData(561)]
    [InlineData((1UL << 61) + 21)]
    [InlineData(ulong.MaxValue)]
    public void Only_odd_primes_below_the_limit_are_moduli(ulong value) =>
        Assert.Throws<ArgumentException>(() => new Modulus(value));

    [Fact]
    public void Zero_has_no_inverse()
    {
        Modulus modulus = new(12289);
        Assert.Throws<ArgumentException>(() => modulus.Inverse(0));
        Assert.Throws<ArgumentException>(() => modulus.Inverse(2 * 12289));
    }

    [Fact]
    public void Bits_are_the_binary_length()
    {
        Assert.Equal(2, new Modulus(3).Bits);
        Assert.Equal(14, new Modulus(12289).Bits);
        Assert.Equal(61, new Modulus((1UL << 61) - 1).Bits);
    }

    [Theory]
    [InlineData(12289, 1024)]
    [InlineData(12289, 2048)]
    [InlineData(40961, 1024)]
    [InlineData(786433, 32768)]
    public void The_minimal_root_is_the_smallest_of_its_order(ulong prime, int degree)
    {
        Modulus modulus = new(prime);
        ulong root = modulus.MinimalPrimitiveRoot(degree);
        ulong smallest = 2;
        while (modulus.Power(smallest, (ulong)degree) != prime - 1)
        {
            smallest++;
        }

        Assert.Equal(smallest, root);
    }

    [Fact]
    public void Refuses_degrees_without_a_root()
    {
        Assert.Throws<ArgumentException>(() => new Modulus(12289).MinimalPrimitiveRoot(8192));
        Assert.Throws<ArgumentException>(() => new Modulus(12289).MinimalPrimitiveRoot(1536));
        Assert.Throws<ArgumentException>(() => new Modulus(12289).MinimalPrimitiveRoot(0));
        Assert.Throws<ArgumentException>(() => new Modulus(12289).MinimalPrimitiveRoot(-1024));
    }

    [Fact]
    public void Equality_is_that_of_the_prime()
    {
        Assert.Equal(new Modulus(12289), new Modulus(12289));
        Assert.NotEqual(new Modulus(12289), new Modulus(40961));
        Assert.Equal(new Modulus(12289).GetHashCode(), new Modulus(12289).GetHashCode());
        Assert.Equal("12289", new Modulus(12289).ToString());
    }

    private static ulong Join((int High, int Low) halves) => ((ulong)(uint)halves.High << 32) | (uint)halves.Low;
}
