using SecureFL.Ring.Randomness;
using SecureFL.Testing;
using SecureFL.Threshold.Elements;
using SecureFL.Threshold.Sharing;

namespace SecureFL.Threshold.Tests;

/// <summary>
/// The time of dealing and adding shares does not depend on the secrets; see <see cref="WelchTimingTest"/> for the
/// method and its false-alarm rate.
/// </summary>
[Trait("Category", "Slow")]
[Collection(Alone.Name)]
public sealed class TimingTests
{
    private const int Coefficients = 1024;
    private const int Samples = 18_000;

    private static readonly OneTimeKeySharing Sharing = new(new ShamirSharing(2, 3), Coefficients);

    [Theory]
    [InlineData(0)]
    [InlineData(80)]
    [InlineData(-80)]
    public void Dealing_takes_a_time_that_does_not_depend_on_the_secret(int fixedValue)
    {
        int[] secret = new int[Coefficients];
        byte[] payload = new byte[Sharing.PayloadBytes];
        byte[] challenge = TestData.Challenge(1);
        WelchTimingTest.AssertNoLeak(
            (secretClass, random) => Draw(secret, secretClass, fixedValue, random),
            () =>
            {
                using OneTimeKeyShares shares = Sharing.DealShares(secret, SystemEntropy.Instance);
                shares.WritePayload(1, payload);
                shares.WritePayload(3, payload);
                shares.CreateProof(challenge);
            },
            Samples);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    public void Adding_a_payload_takes_a_time_that_does_not_depend_on_its_words(int fixedValue)
    {
        uint[] words = new uint[Coefficients + OneTimeKeySharing.MaskCount];
        byte[] payload = new byte[Sharing.PayloadBytes];
        using ShareSum sum = new(Sharing, ShareSum.MaxContributions);   // room for three attempts
        int position = 0;
        WelchTimingTest.AssertNoLeak(
            (secretClass, random) =>
            {
                foreach (ref uint word in words.AsSpan())
                {
                    int drawn = random.Next((int)MersenneField.Modulus);
                    word = (uint)WelchTimingTest.Choose(secretClass, (int)MersenneField.FromSigned(fixedValue), drawn);
                }

                WordPacking.Pack(words, payload);
            },
            () => sum.Add(position++, payload),
            Samples);
    }

    [Fact]
    public void The_measurement_sees_a_branch_on_the_secret()
    {
        int[] secret = new int[Coefficients];
        uint sum = 0;
        IReadOnlyList<double> seen = WelchTimingTest.Run(
            (secretClass, random) => Draw(secret, secretClass, 0, random),
            () =>
            {
                foreach (int coefficient in secret)
                {
                    if (coefficient < 0)
                    {
                        sum += MersenneField.Inverse((uint)-coefficient);
                    }
                }
            },
            Samples);
        Assert.True(Math.Abs(seen[^1]) > WelchTimingTest.Bar, $"t = {seen[^1]:F1}, sum {sum}");
    }

    private static void Draw(int[] secret, int secretClass, int fixedValue, Random random)
    {
        foreach (ref int coefficient in secret.AsSpan())
        {
            int drawn = random.Next(-80, 81);
            coefficient = WelchTimingTest.Choose(secretClass, fixedValue, drawn);
        }
    }
}
