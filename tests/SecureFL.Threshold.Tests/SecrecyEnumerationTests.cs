using SecureFL.Threshold.Fields;
using SecureFL.Threshold.Reconstruction;
using SecureFL.Threshold.Sharing;

namespace SecureFL.Threshold.Tests;

/// <summary>
/// The product's sharing code over fields of 5 and 7 elements, run for every choice of its randomness: what an
/// adversary sees has exactly the same distribution for every secret.
/// </summary>
public sealed class SecrecyEnumerationTests
{
    [Theory]
    [InlineData(2, 4)]
    [InlineData(3, 4)]
    [InlineData(4, 4)]
    public void Over_five_elements_t_minus_1_shares_leave_every_secret_equally_likely(int threshold, int holders) =>
        SharesAreIndependentOfTheSecret<Field5>(threshold, holders);

    [Theory]
    [InlineData(2, 6)]
    [InlineData(3, 6)]
    [InlineData(4, 6)]
    public void Over_seven_elements_t_minus_1_shares_leave_every_secret_equally_likely(int threshold, int holders) =>
        SharesAreIndependentOfTheSecret<Field7>(threshold, holders);

    [Fact]
    public void T_shares_do_determine_the_secret()
    {
        Dictionary<string, int>[] views =
            [.. Enumerable.Range(0, 5).Select(secret => SharesOnly<Field5>(2, (uint)secret, [1, 3]))];
        Assert.DoesNotContain(views[0].Keys, view => views.Skip(1).Any(other => other.ContainsKey(view)));
    }

    [Theory]
    [InlineData(2, 1, 1)]
    [InlineData(2, 2, 1)]
    [InlineData(3, 1, 1)]
    [InlineData(2, 1, 2)]
    public void Masked_combined_polynomials_add_nothing_to_t_minus_1_shares(int threshold, int columns, int masks)
    {
        foreach (uint[] weights in Tuples(5, columns * masks))
        {
            foreach (int[] chosen in TestData.Subsets(4, threshold - 1))
            {
                uint[] points = [.. chosen.Select(j => (uint)(j + 1))];
                Dictionary<string, int>[] views =
                    [.. Tuples(5, columns).Select(
                        secret => WithProof<Field5>(threshold, secret, masks, weights, points, masked: true))];
                Assert.All(views, view => Assert.Equal(views[0], view));
            }
        }
    }

    [Fact]
    public void Without_the_mask_a_combined_polynomial_gives_the_secret_away()
    {
        Dictionary<string, int>[] views =
            [
                .. Tuples(5, 1)
                    .Select(secret => WithProof<Field5>(2, secret, 1, weights: [1], points: [2], masked: false))];
        Assert.DoesNotContain(views[0].Keys, view => views.Skip(1).Any(other => other.ContainsKey(view)));
    }

    [Theory]
    [InlineData(2, 4)]
    [InlineData(3, 4)]
    public void Inconsistent_shares_pass_one_degree_check_in_p(int threshold, int holders)
    {
        // Every dealing of two columns and a mask at all points that is off degree below t in the first column:
        // whatever h the dealer then picks, a fraction 1/p of the challenges at most lets it pass everywhere.
        InterleavedDecoder<Field5> decoder = new(threshold, _ => { }, 1);
        uint[] points = [.. Enumerable.Range(1, holders).Select(j => (uint)j)];
        int[] all = [.. Enumerable.Range(0, holders)];
        uint[] second = [.. points.Select(x => (2 * x + 1) % 5)];
        uint[] mask = [.. points.Select(x => (3 * x) % 5)];
        foreach (uint[] first in Tuples(5, holders))
        {
            bool consistent = decoder.AreConsistent(points, [.. first.Select(y => new[] { y })], all);
            int passing = Tuples(5, 2).Count(r => decoder.AreConsistent(
                points, [.. all.Select(j => new[] { (mask[j] + (r[0] * first[j]) + (r[1] * second[j])) % 5 })], all));
            Assert.Equal(consistent ? 25 : 5, passing);
        }
    }

    private static void SharesAreIndependentOfTheSecret<TField>(int threshold, int holders)
        where TField : IPrimeField
    {
        foreach (int[] chosen in TestData.Subsets(holders, threshold - 1))
        {
            uint[] points = [.. chosen.Select(j => (uint)(j + 1))];
            for (uint secret = 0; secret < TField.Modulus; secret++)
            {
                Dictionary<string, int> views = SharesOnly<TField>(threshold, secret, points);
                Assert.Equal((int)Math.Pow(TField.Modulus, threshold - 1), views.Count);
                Assert.All(views.Values, count => Assert.Equal(1, count));
            }
        }
    }

    private static Dictionary<string, int> SharesOnly<TField>(int threshold, uint secret, uint[] points)
        where TField : IPrimeField
    {
        Dictionary<string, int> views = [];
        using SecretPolynomials<TField> polynomials = new(threshold, 1);
        polynomials.Row(0)[0] = secret;
        foreach (uint[] randomness in Tuples(TField.Modulus, threshold - 1))
        {
            for (int degree = 1; degree < threshold; degree++)
            {
                polynomials.Row(degree)[0] = randomness[degree - 1];
            }

            Count(views, [.. points.Select(point => Evaluate(polynomials, point)[0])]);
        }

        return views;
    }

    /// <summary>
    /// How often each view (all columns at the points, then the combined polynomials) occurs over all randomness.
    /// </summary>
    private static Dictionary<string, int> WithProof<TField>(
        int threshold, uint[] secret, int masks, uint[] weights, uint[] points, bool masked)
        where TField : IPrimeField
    {
        Dictionary<string, int> views = [];
        int columns = secret.Length;
        using SecretPolynomials<TField> polynomials = new(threshold, columns + masks);
        secret.CopyTo(polynomials.Row(0));
        int maskCoefficients = masked ? masks * threshold : 0;
        uint[] combined = new uint[threshold];
        foreach (uint[] randomness in Tuples(TField.Modulus, (columns * (threshold - 1)) + maskCoefficients))
        {
            for (int degree = 1; degree < threshold; degree++)
            {
                randomness.AsSpan((degree - 1) * columns, columns).CopyTo(polynomials.Row(degree));
            }

            for (int i = 0; i < maskCoefficients; i++)
            {
                polynomials.Row(i / masks)[columns + (i % masks)] = randomness[(columns * (threshold - 1)) + i];
            }

            List<uint> view = [];
            foreach (uint point in points)
            {
                view.AddRange(Evaluate(polynomials, point));
            }

            for (int m = 0; m < masks; m++)
            {
                polynomials.Combine(weights.AsSpan(m * columns, columns), columns + m, combined);
                view.AddRange(combined);
            }

            Count(views, view);
        }

        return views;
    }

    private static uint[] Evaluate<TField>(SecretPolynomials<TField> polynomials, uint point)
        where TField : IPrimeField
    {
        uint[] values = new uint[polynomials.Columns];
        polynomials.Evaluate(point, values);
        return values;
    }

    private static void Count(Dictionary<string, int> views, IEnumerable<uint> view)
    {
        string key = string.Concat(view);
        views[key] = views.GetValueOrDefault(key) + 1;
    }

    /// <summary>Every tuple over 0..p-1.</summary>
    private static IEnumerable<uint[]> Tuples(uint p, int length)
    {
        uint[] tuple = new uint[length];
        while (true)
        {
            yield return (uint[])tuple.Clone();
            int i = 0;
            while (i < length && ++tuple[i] == p)
            {
                tuple[i++] = 0;
            }

            if (i == length)
            {
                yield break;
            }
        }
    }
}
