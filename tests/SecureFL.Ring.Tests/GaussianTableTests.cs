using System.Numerics;
using System.Runtime.CompilerServices;
using SecureFL.Ring.Sampling;

namespace SecureFL.Ring.Tests;

/// <summary>
/// The sampler's table against one computed another way: powers of exp(-25/2048) by recurrence, in 512-bit fixed point.
/// </summary>
public sealed class GaussianTableTests
{
    private const int Precision = 512;
    private static readonly BigInteger One = BigInteger.One << Precision;

    [Fact]
    public void Every_entry_is_the_floored_tail_probability()
    {
        BigInteger[] weights = Weights(DiscreteGaussianSampler.TailCut);
        BigInteger total = weights[0] + (2 * weights.Skip(1).Aggregate(BigInteger.Add));
        ulong[] table = GaussianTable.OfSampler();
        Assert.Equal(2 * DiscreteGaussianSampler.TailCut, table.Length);
        BigInteger tail = BigInteger.Zero;
        for (int k = DiscreteGaussianSampler.TailCut; k >= 1; k--)
        {
            tail += 2 * weights[k];
            BigInteger entry = ((BigInteger)table[(2 * k) - 2] << 63) + table[(2 * k) - 1];
            Assert.Equal((tail << 126) / total, entry);
            Assert.True(table[(2 * k) - 2] >> 63 == 0 && table[(2 * k) - 1] >> 63 == 0);
        }
    }

    [Fact]
    public void What_the_tail_cut_leaves_out_is_below_two_to_the_minus_116()
    {
        BigInteger[] weights = Weights(400);
        BigInteger total = weights[0] + (2 * weights.Skip(1).Aggregate(BigInteger.Add));
        BigInteger beyond = 2 * weights.Skip(DiscreteGaussianSampler.TailCut + 1).Aggregate(BigInteger.Add);
        Assert.True(beyond << 116 < total);
        Assert.True(beyond << 120 > total, "the stated bound is not idle");
    }

    /// <summary>exp(-25 k^2 / 2048) for k = 0..last: w_{k+1} = w_k r^(2k+1), r = exp(-25/2048).</summary>
    private static BigInteger[] Weights(int last)
    {
        BigInteger r = One;
        BigInteger term = One;
        for (int i = 1; !term.IsZero; i++)
        {
            term = -term * 25 / (2048 * i);
            r += term;
        }

        BigInteger[] weights = new BigInteger[last + 1];
        weights[0] = One;
        BigInteger step = r;
        BigInteger square = (r * r) >> Precision;
        for (int k = 0; k < last; k++)
        {
            weights[k + 1] = (weights[k] * step) >> Precision;
            step = (step * square) >> Precision;
        }

        return weights;
    }
}

internal static class GaussianTable
{
    internal static ulong[] OfSampler() => Table(null);

    [UnsafeAccessor(UnsafeAccessorKind.StaticField, Name = "Table")]
    private static extern ref ulong[] Table(DiscreteGaussianSampler? sampler);
}
