using System.Buffers.Binary;
using System.Security.Cryptography;
using SecureFL.Ring.Randomness;
using SecureFL.Threshold.Sharing;

namespace SecureFL.Threshold.Tests;

public sealed class ShareChallengeTests
{
    [Fact]
    public void Weights_are_the_stream_of_the_hashed_challenge_row_after_row()
    {
        byte[] challenge = TestData.Challenge(1);
        using Keystream raw = new(SHA256.HashData([.. "SecureFL one-time-key share proof v1"u8, .. challenge]));
        byte[] bytes = new byte[4 * 4 * 25];
        raw.Fill(bytes);
        using ShareChallenge weights = new(challenge, 25);
        for (int m = 0; m < 4; m++)
        {
            ReadOnlySpan<uint> row = weights.NextRow();
            for (int k = 0; k < 25; k++)
            {
                Assert.Equal(BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(4 * ((25 * m) + k)))
                    & 0x7fff_ffff, row[k]);
            }
        }
    }

    [Fact]
    public void Restarting_begins_again_and_another_challenge_differs()
    {
        using ShareChallenge weights = new(TestData.Challenge(1), 10);
        uint[] first = weights.NextRow().ToArray();
        Assert.NotEqual(first, weights.NextRow().ToArray());
        weights.Restart(TestData.Challenge(1));
        Assert.Equal(first, weights.NextRow().ToArray());
        weights.Restart(TestData.Challenge(2));
        Assert.NotEqual(first, weights.NextRow().ToArray());
    }
}
