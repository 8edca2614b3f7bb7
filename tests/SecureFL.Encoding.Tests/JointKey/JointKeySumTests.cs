using SecureFL.Encoding.Contributions;
using SecureFL.Encoding.Planning;

namespace SecureFL.Encoding.Tests;

/// <summary>Sums opened under a joint key equal the integer sums of what was quantised.</summary>
public sealed class JointKeySumTests
{
    [Theory]
    [InlineData(100, 8, 10, 4096, false)]
    [InlineData(20_000, 16, 3, 8192, true)]
    [InlineData(300_000, 16, 3, 16384, true)]
    public void ASumOfAnyActiveSetIsExact(int length, int bits, int clients, int degree, bool extreme)
    {
        AggregationParameters parameters = JointKeyCeremony.Plan(length, bits, clients, integers: 17);
        Assert.Equal(degree, parameters.RingDegree);
        using JointKeyCeremony ceremony = new(parameters);
        using ContributionAccumulator accumulator = new(parameters);
        long[] expected = new long[parameters.VectorLength];
        for (int client = 1; client <= clients; client++)
        {
            (byte[] packed, long[] quantised) = ceremony.Encrypt(client, extreme, prepare: client == 2);
            for (long chunk = 0; chunk < parameters.ChunkCount; chunk++)
            {
                accumulator.Add(chunk, RoundTrip.Chunk(parameters, packed, chunk));
            }

            for (int i = 0; i < expected.Length; i++)
            {
                expected[i] += quantised[i];
            }
        }

        foreach (int[] holders in new int[][] { [1, 2, 3], [2, 4, 5] })
        {
            using JointKeyOpener opener = new(parameters);
            Assert.Equal(expected, ceremony.Open(accumulator, opener, holders));
            Assert.True(opener.InsideLanes);
            Assert.True(opener.WithinNoiseBound);
        }
    }
}
