using System.Numerics;
using SecureFL.Ring.Arithmetic;
using SecureFL.Ring.Kernels;
using SecureFL.Rlwe.Kernels;
using SecureFL.Rlwe.Planning;
using SecureFL.Rlwe.Quantization;

namespace SecureFL.Rlwe.Tests;

/// <summary>
/// Opening under planned joint-key sets, whose Delta is split in two or three powers of two and whose digits are the
/// largest: every width gives the lanes of the scalar kernel.
/// </summary>
public sealed class JointKeyKernelTests
{
    private const int Group = ChunkKernel.Group;

    [Theory]
    [InlineData(8, 10, 43)]
    [InlineData(16, 100, 43)]
    [InlineData(16, 100, 64)]
    public void Open_equals_the_truth_at_every_width(int bits, int clients, int lambda)
    {
        AggregationParameters parameters = AggregationPlanner.Plan(
            new PlanningRequest(1_000_000, bits, 1f, clients,
                JointKey: new JointKeyRequest(KeyHolders: 5, Threshold: 3, RoundsPerKey: 1000, Smudging: lambda)));
        ChunkConstants constants = new(parameters);
        Assert.True(constants.NoiseDigits >= 2);
        Random random = new(bits + lambda);
        BigInteger half = parameters.Layout.Range / 2;
        BigInteger delta = BigInteger.One << parameters.LogDelta;
        BigInteger[] ties = Ties(constants);
        for (int pattern = 0; pattern < 6; pattern++)
        {
            BigInteger[] messages = new BigInteger[Group];
            BigInteger[] values = new BigInteger[Group];
            for (int i = 0; i < Group; i++)
            {
                messages[i] = pattern switch
                {
                    0 => half,
                    1 => -half,
                    2 => i % 2 == 0 ? half : -half,
                    _ => random.NextBelow(parameters.Layout.Range) - half
                };
                // The digits of the noise, each at one of its ends or anywhere: -R/2 is a tie of the digit above.
                BigInteger noise = pattern < 4 ? ties[random.Next(ties.Length)]
                    : random.NextBelow(delta) - constants.RoundingOffset;
                values[i] = (messages[i] << parameters.LogDelta) + noise;
            }

            ulong[][] sums =
                [.. parameters.Ckks.Moduli.Select(p => values.Select(v => Lift(p.Reduce(v), p, pattern)).ToArray())];
            ulong[][] noMasks = [.. sums.Select(residues => new ulong[residues.Length])];
            foreach (VectorWidth width in ParameterSets.Widths)
            {
                (bool inside, double[] lanes, _, _) =
                    KernelOpening.Of(ChunkKernel.Create(constants, width), constants, sums, noMasks);
                Assert.True(inside);
                for (int i = 0; i < Group; i++)
                {
                    BigInteger message = BigInteger.Zero;
                    for (int lane = parameters.Lanes - 1; lane >= 0; lane--)
                    {
                        double digit = lanes[(lane * Group) + i];
                        Assert.True(Math.Abs(digit) <= (parameters.Layout.Radices[lane] - 1) / 2);
                        message = (message * parameters.Layout.Radices[lane]) + new BigInteger(digit);
                    }

                    Assert.Equal(messages[i], message);
                }
            }
        }
    }

    /// <summary>
    /// Encrypting with a mask that is erased on the way gives the bytes of the mask that is kept, and leaves zeros.
    /// </summary>
    [Fact]
    public void An_erased_mask_hides_as_much()
    {
        AggregationParameters parameters =
            AggregationPlanner.Plan(new PlanningRequest(20_000, 16, 1f, 10,
                JointKey: new JointKeyRequest(KeyHolders: 3, Threshold: 2, RoundsPerKey: 10)));
        Random random = new(3);
        float[] values = [.. Enumerable.Range(0, 20_000).Select(_ => (random.NextSingle() * 2) - 1)];
        ulong[] mask =
            [.. parameters.Ckks.Moduli.SelectMany(
                p => Enumerable.Range(0, parameters.RingDegree).Select(_ => (ulong)random.NextInt64((long)p.Value)))];
        byte[] expected = new byte[parameters.PolynomialBytes];
        byte[] actual = new byte[parameters.PolynomialBytes];
        foreach (VectorWidth width in ParameterSets.Widths)
        {
            using ChunkCodec codec = new(parameters, width);
            ulong[] erased = [.. mask];
            Assert.True(codec.Encrypt(new Quantizer(16, 1f, Rounding.Nearest, 0), values, [], mask, expected));
            Assert.True(codec.EncryptErasing(new Quantizer(16, 1f, Rounding.Nearest, 0), values, [], erased, actual));
            Assert.Equal(expected, actual);
            Assert.True(erased.AsSpan().IndexOfAnyExcept(0UL) < 0);
        }
    }

    /// <summary>
    /// The planned sets keep the digits where the fast rounding is exact; four primes of fifty bits do not, and take
    /// the other way.
    /// </summary>
    [Fact]
    public void The_bound_of_the_digits_decides()
    {
        Assert.True(new ChunkConstants(ParameterSets.Get("wide")).DigitsAreExact);
        Assert.True(
            new ChunkConstants(
                AggregationPlanner.Plan(new PlanningRequest(1_000_000, 16, 1f, 100,
                    JointKey: new JointKeyRequest(KeyHolders: 5, Threshold: 3, RoundsPerKey: 1000)))).DigitsAreExact);
        Assert.False(new ChunkConstants(
            ParameterSets.Mixed(8192, 12, [.. Enumerable.Repeat((1L << 46) - 1, 4)], 100_000)).DigitsAreExact);
    }

    /// <summary>
    /// Noise whose digits are all combinations of their least, their greatest, zero and one beside the least.
    /// </summary>
    private static BigInteger[] Ties(ChunkConstants constants)
    {
        List<BigInteger> all = [BigInteger.Zero];
        BigInteger weight = BigInteger.One;
        for (int digit = 0; digit < constants.NoiseDigits; digit++)
        {
            long radix = (long)constants.Radices.Span[digit];
            BigInteger unit = weight;
            all =
                [
                    .. all.SelectMany(
                        below => new[] { -radix / 2, (radix / 2) - 1, 0, (-radix / 2) + 1 }.Select(
                            value => below + (unit * value)))];
            weight *= radix;
        }

        return [.. all];
    }

    private static ulong Lift(ulong residue, Modulus p, int pattern) =>
        pattern % 2 == 0 ? residue : residue + ((ulong.MaxValue - residue) / p.Value * p.Value);
}
