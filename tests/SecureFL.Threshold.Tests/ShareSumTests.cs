using SecureFL.Threshold.Elements;
using SecureFL.Threshold.Sharing;

namespace SecureFL.Threshold.Tests;

public sealed class ShareSumTests
{
    private static readonly OneTimeKeySharing Sharing = new(new ShamirSharing(2, 3), 37);

    [Fact]
    public void The_answer_is_the_sum_of_the_listed_payloads_mod_p()
    {
        uint[][] words = [.. Enumerable.Range(0, 50).Select(seed => TestData.Elements(41, seed))];
        using ShareSum sum = new(Sharing, 50);
        foreach (int position in Enumerable.Range(0, 50).Reverse())
        {
            sum.Add(position, Pack(words[position]));
        }

        byte[] answer = new byte[Sharing.AnswerBytes];
        sum.WriteAnswer(answer);
        uint[] result = new uint[37];
        WordPacking.Unpack(answer, result, "answer");
        for (int k = 0; k < 37; k++)
        {
            Assert.Equal((uint)(words.Sum(row => (long)row[k]) % MersenneField.Modulus), result[k]);
        }

        byte[] replay = new byte[Sharing.AnswerBytes];
        sum.WriteAnswer(replay);
        Assert.Equal(answer, replay);
    }

    [Fact]
    public void The_largest_group_of_the_largest_elements_does_not_overflow()
    {
        OneTimeKeySharing one = new(new ShamirSharing(2, 3), 1);
        using ShareSum sum = new(one, ShareSum.MaxContributions);
        byte[] payload = Pack([.. Enumerable.Repeat(MersenneField.Modulus - 1, 5)]);
        for (int position = 0; position < ShareSum.MaxContributions; position++)
        {
            sum.Add(position, payload);
        }

        byte[] answer = new byte[one.AnswerBytes];
        sum.WriteAnswer(answer);
        Assert.Equal(MersenneField.Modulus - ShareSum.MaxContributions, BitConverter.ToUInt32(answer));
    }

    [Fact]
    public void Each_listed_contribution_is_added_exactly_once()
    {
        byte[] payload = Pack(TestData.Elements(41, 1));
        byte[] answer = new byte[Sharing.AnswerBytes];
        using ShareSum sum = new(Sharing, 2);
        sum.Add(1, payload);
        Assert.Contains("1 of 2", Assert.Throws<InvalidOperationException>(() => sum.WriteAnswer(answer)).Message);
        Assert.Throws<ArgumentException>(() => sum.Add(1, payload));
        Assert.Throws<ArgumentOutOfRangeException>(() => sum.Add(2, payload));
        Assert.Throws<ArgumentOutOfRangeException>(() => sum.Add(-1, payload));
        Assert.Throws<InvalidOperationException>(() => sum.WriteAnswer(answer));
        sum.Add(0, payload);
        Assert.Throws<ArgumentException>(() => sum.WriteAnswer(new byte[answer.Length - 1]));
        sum.WriteAnswer(answer);
    }

    [Fact]
    public void A_refused_payload_adds_nothing()
    {
        uint[] words = TestData.Elements(41, 1);
        byte[] payload = Pack(words);
        byte[] malformed = [.. payload];
        malformed.AsSpan(^8).Fill(0xff);
        using ShareSum sum = new(Sharing, 1);
        Assert.Throws<ThresholdViolationException>(() => sum.Add(0, malformed));
        Assert.Throws<ThresholdViolationException>(() => sum.Add(0, payload.AsSpan(1)));
        sum.Add(0, payload);
        byte[] answer = new byte[Sharing.AnswerBytes];
        sum.WriteAnswer(answer);
        uint[] result = new uint[37];
        WordPacking.Unpack(answer, result, "answer");
        Assert.Equal(words[..37], result);
    }

    [Fact]
    public void Disposal_ends_it()
    {
        ShareSum sum = new(Sharing, 1);
        sum.Add(0, Pack(TestData.Elements(41, 1)));
        sum.Dispose();
        Assert.Throws<ObjectDisposedException>(() => sum.WriteAnswer(new byte[Sharing.AnswerBytes]));
        Assert.Throws<ArgumentOutOfRangeException>(() => new ShareSum(Sharing, 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => new ShareSum(Sharing, ShareSum.MaxContributions + 1));
    }

    private static byte[] Pack(uint[] words)
    {
        byte[] packed = new byte[WordPacking.PackedBytes(words.Length)];
        WordPacking.Pack(words, packed);
        return packed;
    }
}
