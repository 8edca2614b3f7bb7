using FsCheck;
using FsCheck.Fluent;
using SecureFL.Threshold.Elements;
using SecureFL.Threshold.Fields;
using SecureFL.Threshold.Reconstruction;
using SecureFL.Threshold.Sharing;

namespace SecureFL.Threshold.Tests;

public sealed class ShamirSharingTests
{
    public static TheoryData<int, int> Schemes => TestData.SchemeData();

    [Theory]
    [MemberData(nameof(Schemes))]
    public void Any_t_shares_open_and_no_fewer_do(int threshold, int holders)
    {
        int[] secrets = TestData.SmallSecret(9, threshold);
        uint[][] shares = Share(new ShamirSharing(threshold, holders), secrets, seed: holders);
        foreach (int[] chosen in TestData.Subsets(holders, threshold).Where((_, i) => i % 997 == 0 || holders < 21))
        {
            Assert.Equal(secrets, Interpolate(shares, chosen));
        }

        foreach (int[] chosen in TestData.Subsets(holders, threshold - 1).Take(500))
        {
            Assert.NotEqual(secrets, Interpolate(shares, chosen));
        }
    }

    [Fact]
    public void Sums_and_multiples_of_shares_are_shares_of_sums_and_multiples()
    {
        Config settings = Config.QuickThrowOnFailure.WithReplay(0x5EC0_F1D5, 9).WithMaxTest(200);
        Check.One(settings, Prop.ForAll(Gen.Choose(0, TestData.Schemes.Length - 1).ToArbitrary(),
            Gen.Choose(-1000, 1000).ToArbitrary(), (s, factor) =>
        {
            (int threshold, int holders) = TestData.Schemes[s];
            ShamirSharing scheme = new(threshold, holders);
            int[] a = TestData.SmallSecret(5, factor);
            int[] b = TestData.SmallSecret(5, factor + 1);
            uint[][] sharesOfA = Share(scheme, a, seed: factor);
            uint[][] sharesOfB = Share(scheme, b, seed: factor + 1);
            for (int j = 0; j < holders; j++)
            {
                MersenneVectors.MultiplyAdd(sharesOfA[j], MersenneField.FromSigned(factor), sharesOfB[j], sharesOfA[j]);
            }

            int[] expected = [.. a.Zip(b, (x, y) => (factor * x) + y)];
            int[] chosen = [.. Enumerable.Range(holders - threshold, threshold)];
            Assert.Equal(expected, Interpolate(sharesOfA, chosen));
        }));
    }

    [Fact]
    public void Two_sharings_of_one_secret_differ_and_the_largest_magnitudes_are_carried()
    {
        ShamirSharing scheme = new(2, 3);
        int[] secrets = [MersenneField.MaxMagnitude, -MersenneField.MaxMagnitude, 0];
        uint[][] first = Share(scheme, secrets, seed: 1);
        uint[][] second = Share(scheme, secrets, seed: 2);
        Assert.Equal(secrets, Interpolate(first, [0, 2]));
        Assert.Equal(secrets, Interpolate(second, [1, 2]));
        Assert.NotEqual(first[0], second[0]);
    }

    [Theory]
    [InlineData(1, 3)]
    [InlineData(0, 3)]
    [InlineData(-1, 3)]
    [InlineData(4, 3)]
    [InlineData(2, 65)]
    public void Impossible_thresholds_are_refused(int threshold, int holders) =>
        Assert.Contains($"threshold {threshold} and {holders} holders",
            Assert.Throws<ArgumentException>(() => new ShamirSharing(threshold, holders)).Message);

    [Fact]
    public void At_threshold_one_a_share_is_the_secret_and_the_name_says_insecure()
    {
        ShamirSharing scheme = ShamirSharing.CreateInsecureSingleOpener(3);
        uint[][] shares = Share(scheme, [5, -7], seed: 1);
        Assert.All(shares, share => Assert.Equal([5u, MersenneField.Modulus - 7], share));
        Assert.Throws<ArgumentException>(() => ShamirSharing.CreateInsecureSingleOpener(65));
    }

    [Theory]
    [InlineData(MersenneField.MaxMagnitude + 1)]
    [InlineData(-MersenneField.MaxMagnitude - 1)]
    [InlineData(int.MinValue)]
    [InlineData(int.MaxValue)]
    public void Secrets_beyond_the_field_are_refused_without_saying_which(int secret)
    {
        ArgumentException error = Assert.Throws<ArgumentException>(
            () => Share(new ShamirSharing(2, 3), [0, secret, 0], seed: 1));
        Assert.DoesNotContain(secret.ToString(), error.Message);
    }

    [Fact]
    public void A_destination_of_another_length_is_refused() =>
        Assert.Throws<ArgumentException>(
            () => new ShamirSharing(2, 3).Share(new int[4], new SeededEntropy(1), new uint[11]));

    private static uint[][] Share(ShamirSharing scheme, int[] secrets, int seed)
    {
        uint[] flat = new uint[scheme.Holders * secrets.Length];
        scheme.Share(secrets, new SeededEntropy(seed), flat);
        return [.. Enumerable.Range(0, scheme.Holders)
            .Select(j => flat[(j * secrets.Length)..((j + 1) * secrets.Length)])];
    }

    private static int[] Interpolate(uint[][] shares, int[] chosen)
    {
        uint[] weights = LagrangeInterpolation<Mersenne31>.WeightsAtZero([.. chosen.Select(j => (uint)(j + 1))]);
        uint[] sums = new uint[shares[0].Length];
        for (int i = 0; i < chosen.Length; i++)
        {
            MersenneVectors.MultiplyAdd(shares[chosen[i]], weights[i], sums, sums);
        }

        return Array.ConvertAll(sums, MersenneField.ToCentered);
    }
}
