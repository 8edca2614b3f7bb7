using System.Collections.Immutable;
using System.Numerics;
using FsCheck;
using FsCheck.Fluent;
using SecureFL.Ring.Arithmetic;

namespace SecureFL.Ring.Tests;

public sealed class RnsBasisTests
{
    private static readonly RnsBasis[] Bases =
    [
        new([new Modulus(3)]),
        new([new Modulus(3), new Modulus(5), new Modulus(7)]),
        new(Primality.LargestPrimes(50, 8192, 4)),
        new([.. Primality.LargestPrimes(20, 1024, 2), .. Primality.LargestPrimes(60, 1024, 6)]),
    ];

    private static Config Settings => Config.QuickThrowOnFailure.WithReplay(0x0DD5_11DE, 5).WithMaxTest(1000);

    private static Arbitrary<RnsBasis> AnyBasis => Gen.Elements(Bases).ToArbitrary();

    [Fact]
    public void Every_centred_integer_survives_the_round_trip() => Check.One(
        Settings,
        Prop.ForAll(AnyBasis, Gen.Choose(0, 255).ArrayOf(64).ToArbitrary(), (basis, bytes) =>
        {
            BigInteger value = new BigInteger([.. bytes.Select(b => (byte)b)]) % basis.Product;
            BigInteger centred = value > basis.Product / 2 ? value - basis.Product : value < -(basis.Product / 2)
                ? value + basis.Product : value;
            ulong[] residues = new ulong[basis.Moduli.Length];
            basis.Decompose(value, residues);
            Assert.Equal(centred, basis.Recombine(residues));
            for (int i = 0; i < residues.Length; i++)
            {
                Assert.Equal(((value % basis.Moduli[i].Value) + basis.Moduli[i].Value) % basis.Moduli[i].Value,
                    residues[i]);
            }
        }));

    [Fact]
    public void Residues_survive_the_round_trip_and_add() => Check.One(
        Settings,
        Prop.ForAll(AnyBasis, Gen.Choose(0, int.MaxValue).ArrayOf(16).ToArbitrary(), (basis, words) =>
        {
            int count = basis.Moduli.Length;
            ulong[] a = [.. basis.Moduli.Select((p, i) => (((ulong)words[i] << 31) + (ulong)words[i + 8]) % p.Value)];
            ulong[] b = [.. basis.Moduli.Select((p, i) => (ulong)words[i + 8] % p.Value)];
            ulong[] back = new ulong[count];
            basis.Decompose(basis.Recombine(a), back);
            Assert.Equal(a, back);
            ulong[] sum = [.. basis.Moduli.Select((p, i) => p.Add(a[i], b[i]))];
            ulong[] sumBack = new ulong[count];
            basis.Decompose(basis.Recombine(a) + basis.Recombine(b), sumBack);
            Assert.Equal(sum, sumBack);
        }));

    [Fact]
    public void The_ends_of_the_range_are_exact()
    {
        foreach (RnsBasis basis in Bases)
        {
            ulong[] residues = new ulong[basis.Moduli.Length];
            foreach (BigInteger value in new[]
                { BigInteger.Zero, BigInteger.One, BigInteger.MinusOne, basis.Product / 2, -(basis.Product / 2) })
            {
                basis.Decompose(value, residues);
                Assert.Equal(value, basis.Recombine(residues));
            }

            basis.Decompose((basis.Product / 2) + 1, residues);
            Assert.Equal(-(basis.Product / 2), basis.Recombine(residues));
        }
    }

    [Fact]
    public void Cofactors_are_the_products_of_the_other_primes()
    {
        RnsBasis basis = Bases[1];
        Assert.Equal(105, basis.Product);
        Assert.Equal([35, 21, 15], basis.Moduli.Select(basis.Cofactor));
    }

    [Fact]
    public void Refuses_none_twice_and_other_lengths()
    {
        Assert.Throws<ArgumentException>(() => new RnsBasis([]));
        Assert.Throws<ArgumentException>(() => new RnsBasis(default));
        Assert.Throws<ArgumentException>(() => new RnsBasis([new Modulus(3), new Modulus(3)]));
        Assert.Throws<ArgumentException>(() => Bases[1].Recombine(new ulong[2]));
        Assert.Throws<ArgumentException>(() => Bases[1].Decompose(1, new ulong[4]));
    }
}
