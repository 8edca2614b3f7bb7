using SecureFL.Threshold.Elements;
using SecureFL.Threshold.Reconstruction;
using SecureFL.Threshold.Sharing;

namespace SecureFL.Threshold.Tests;

public sealed class KeyReconstructionTests
{
    private const int Clients = 7;
    private const long Bound = 80 * Clients;

    public static TheoryData<int, int> Schemes => TestData.SchemeData();

    [Theory]
    [MemberData(nameof(Schemes))]
    public void Any_t_of_H_answers_open_the_exact_sum(int threshold, int holders)
    {
        Round round = new(threshold, holders, coefficients: 24, seed: threshold);
        foreach (int[] chosen in TestData.Subsets(holders, threshold).Where((_, i) => i % 1499 == 0 || holders < 21))
        {
            KeyReconstructionResult result = round.Reconstruct(chosen);
            Assert.Equal(ReconstructionOutcome.Opened, result.Outcome);
            Assert.Equal(round.Sum, result.KeySum);
            Assert.Empty(result.Liars);
            Assert.Equal(0, result.Redundancy);
        }

        KeyReconstructionResult all = round.Reconstruct([.. Enumerable.Range(0, holders)]);
        Assert.Equal(round.Sum, all.KeySum);
        Assert.Equal(holders - threshold, all.Redundancy);
    }

    [Theory]
    [MemberData(nameof(Schemes))]
    public void Fewer_than_t_answers_say_how_many_are_needed(int threshold, int holders)
    {
        KeyReconstructionResult result =
            new Round(threshold, holders, 8, seed: 1).Reconstruct([.. Enumerable.Range(0, threshold - 1)]);
        Assert.Equal(ReconstructionOutcome.TooFewAnswers, result.Outcome);
        Assert.Equal(threshold, result.AnswersNeeded);
        Assert.Empty(result.KeySum);
    }

    [Theory]
    [MemberData(nameof(Schemes))]
    public void Up_to_e_liars_are_corrected_and_named_whatever_they_say(int threshold, int holders)
    {
        Random random = new(holders);
        for (int answers = threshold; answers <= holders; answers++)
        {
            for (int liars = 0; liars <= (answers - threshold) / 2; liars++)
            {
                foreach (Lie lie in Enum.GetValues<Lie>())
                {
                    Round round = new(threshold, holders, 8, seed: answers);
                    int[] chosen = [.. Enumerable.Range(0, holders)];
                    random.Shuffle(chosen);
                    chosen = chosen[..answers];
                    round.Falsify(chosen.AsSpan(0, liars), lie, random);
                    KeyReconstructionResult result = round.Reconstruct(chosen);
                    Assert.Equal(ReconstructionOutcome.Opened, result.Outcome);
                    Assert.Equal(round.Sum, result.KeySum);
                    Assert.Equal(chosen[..liars].Order().Select(j => j + 1), result.Liars);
                    Assert.Equal(answers - liars - threshold, result.Redundancy);
                }
            }
        }
    }

    [Theory]
    [InlineData(2, 3, 1, 4)]
    [InlineData(3, 4, 1, 5)]
    [InlineData(3, 5, 2, 7)]
    [InlineData(5, 7, 2, 9)]
    [InlineData(6, 10, 3, 12)]
    [InlineData(11, 21, 6, 23)]
    public void One_liar_too_many_is_detected_and_the_failure_says_how_many_answers_it_would_take(int threshold,
        int answers, int liars, int needed)
    {
        foreach (Lie lie in new[] { Lie.OneCoordinate, Lie.EveryCoordinate })
        {
            Round round = new(threshold, answers, 8, seed: 3);
            round.Falsify([.. Enumerable.Range(0, liars)], lie, new Random(4));
            KeyReconstructionResult result = round.Reconstruct([.. Enumerable.Range(0, answers)]);
            Assert.Equal(ReconstructionOutcome.Inconsistent, result.Outcome);
            Assert.Equal(needed, result.AnswersNeeded);
            Assert.Equal(answers, result.Answers);
            Assert.Empty(result.Liars);
            Assert.Empty(result.KeySum);
        }
    }

    [Fact]
    public void An_inconsistent_set_opens_once_enough_further_answers_are_there()
    {
        Round round = new(3, 7, 8, seed: 5);
        round.Falsify([2], Lie.OneCoordinate, new Random(1));
        KeyReconstruction reconstruction = new(round.Sharing);
        foreach (int j in new[] { 0, 2, 4, 6 })
        {
            reconstruction.AddAnswer(j + 1, round.Answers[j]);
        }

        KeyReconstructionResult first = reconstruction.Reconstruct(Bound);
        Assert.Equal((ReconstructionOutcome.Inconsistent, 5), (first.Outcome, first.AnswersNeeded));
        reconstruction.AddAnswer(2, round.Answers[1]);
        KeyReconstructionResult second = reconstruction.Reconstruct(Bound);
        Assert.Equal(ReconstructionOutcome.Opened, second.Outcome);
        Assert.Equal([3], second.Liars);
        Assert.Equal(round.Sum, second.KeySum);
    }

    [Fact]
    public void Every_mutated_byte_of_an_answer_is_refused_detected_or_named()
    {
        Round round = new(2, 4, coefficients: 33, seed: 6);
        byte[] answer = round.Answers[2];
        for (int i = 0; i < answer.Length; i++)
        {
            foreach (byte change in new byte[] { 1, 0x80, 0xff })
            {
                answer[i] ^= change;
                KeyReconstructionResult? detected = TryReconstruct(round, [0, 1, 2]);
                Assert.True(detected is null or { Outcome: ReconstructionOutcome.Inconsistent });
                KeyReconstructionResult? corrected = TryReconstruct(round, [0, 1, 2, 3]);
                Assert.True(corrected is null || corrected.Liars is [3]);
                Assert.True(corrected is null || corrected.KeySum.SequenceEqual(round.Sum));
                answer[i] ^= change;
            }
        }
    }

    [Fact]
    public void A_sum_beyond_the_bound_is_a_result_and_not_an_exception()
    {
        Round round = new(2, 3, 8, seed: 7);
        int largest = round.Sum.Max(Math.Abs);
        Assert.Equal(ReconstructionOutcome.Opened, round.Reconstruct([0, 1, 2], largest).Outcome);
        KeyReconstructionResult beyond = round.Reconstruct([0, 1, 2], largest - 1);
        Assert.Equal(ReconstructionOutcome.OutOfBound, beyond.Outcome);
        Assert.Equal(round.Sum.Count(value => Math.Abs(value) == largest), beyond.CoefficientsOutOfBound);
        Assert.Empty(beyond.KeySum);
        Assert.Throws<ArgumentOutOfRangeException>(() => round.Reconstruct([0, 1], -1));
    }

    [Fact]
    public void A_liar_among_exactly_t_answers_is_met_by_the_bound_alone()
    {
        Round round = new(2, 3, 8, seed: 8);
        round.Falsify([0], Lie.EveryCoordinate, new Random(1));
        KeyReconstructionResult result = round.Reconstruct([0, 1]);
        Assert.Equal(ReconstructionOutcome.OutOfBound, result.Outcome);
        Assert.Equal(0, result.Redundancy);
    }

    [Fact]
    public void Liars_beyond_e_who_collude_can_frame_the_honest_and_that_is_documented()
    {
        // m - e - t + 1 liars on one common wrong polynomial out-vote the honest ones: with (2,4) three of four.
        Round round = new(2, 4, 8, seed: 9);
        round.Falsify([0, 1, 2], Lie.CommonPolynomial, new Random(1));
        KeyReconstructionResult result = round.Reconstruct([0, 1, 2, 3], long.MaxValue);
        Assert.Equal(ReconstructionOutcome.Opened, result.Outcome);
        Assert.Equal([4], result.Liars);
    }

    [Fact]
    public void Malformed_and_repeated_answers_are_refused_and_count_as_none()
    {
        Round round = new(2, 3, 8, seed: 10);
        KeyReconstruction reconstruction = new(round.Sharing);
        Assert.Throws<ThresholdViolationException>(() => reconstruction.AddAnswer(1, round.Answers[0].AsSpan(1)));
        byte[] ones = [.. Enumerable.Repeat((byte)0xff, round.Answers[0].Length)];
        Assert.Throws<ThresholdViolationException>(() => reconstruction.AddAnswer(1, ones));
        Assert.Equal(0, reconstruction.Reconstruct(Bound).Answers);
        reconstruction.AddAnswer(1, round.Answers[0]);
        Assert.Throws<ArgumentException>(() => reconstruction.AddAnswer(1, round.Answers[0]));
        Assert.Throws<ArgumentOutOfRangeException>(() => reconstruction.AddAnswer(0, round.Answers[0]));
        Assert.Throws<ArgumentOutOfRangeException>(() => reconstruction.AddAnswer(4, round.Answers[0]));
        Assert.Equal(1, reconstruction.Reconstruct(Bound).Answers);
    }

    [Fact]
    public void The_largest_planned_round_opens_with_five_liars_of_twenty_one()
    {
        Round round = new(11, 21, 8192, seed: 11);
        round.Falsify([1, 5, 8, 13, 20], Lie.OneCoordinate, new Random(2));
        KeyReconstructionResult result = round.Reconstruct([.. Enumerable.Range(0, 21)]);
        Assert.Equal([2, 6, 9, 14, 21], result.Liars);
        Assert.Equal(round.Sum, result.KeySum);
    }

    private static KeyReconstructionResult? TryReconstruct(Round round, int[] chosen)
    {
        try
        {
            return round.Reconstruct(chosen);
        }
        catch (ThresholdViolationException)
        {
            return null;
        }
    }

    private enum Lie
    {
        OneCoordinate,
        EveryCoordinate,
        CommonPolynomial,
    }

    /// <summary>All answers of a round of <see cref="Clients"/> honest clients, through the whole pipeline.</summary>
    private sealed class Round
    {
        public Round(int threshold, int holders, int coefficients, int seed)
        {
            Sharing = new OneTimeKeySharing(new ShamirSharing(threshold, holders), coefficients);
            Sum = new int[coefficients];
            ShareSum[] sums = [.. Enumerable.Range(0, holders).Select(_ => new ShareSum(Sharing, Clients))];
            byte[] payload = new byte[Sharing.PayloadBytes];
            for (int client = 0; client < Clients; client++)
            {
                int[] secret = TestData.SmallSecret(coefficients, (1000 * seed) + client);
                Sum = [.. Sum.Zip(secret, (a, b) => a + b)];
                using OneTimeKeyShares shares = Sharing.DealShares(secret, new SeededEntropy((1000 * seed) + client));
                for (int j = 0; j < holders; j++)
                {
                    shares.WritePayload(j + 1, payload);
                    sums[j].Add(client, payload);
                }
            }

            foreach (ShareSum sum in sums)
            {
                byte[] answer = new byte[Sharing.AnswerBytes];
                sum.WriteAnswer(answer);
                sum.Dispose();
                Answers.Add(answer);
            }
        }

        public OneTimeKeySharing Sharing { get; }

        public int[] Sum { get; }

        public List<byte[]> Answers { get; } = [];

        public void Falsify(ReadOnlySpan<int> liars, Lie lie, Random random)
        {
            uint slope = 1 + (uint)random.Next(1000);
            foreach (int j in liars)
            {
                uint[] words = new uint[Sharing.Coefficients];
                WordPacking.Unpack(Answers[j], words, "answer");
                int only = random.Next(words.Length);
                for (int k = 0; k < words.Length; k++)
                {
                    words[k] = MersenneField.Add(words[k], lie switch
                    {
                        Lie.OneCoordinate => k == only ? 1u : 0,
                        Lie.EveryCoordinate => 1 + (uint)random.Next(int.MaxValue - 2),
                        _ => MersenneField.Multiply(slope, (uint)(j + 1)),
                    });
                }

                WordPacking.Pack(words, Answers[j]);
            }
        }

        public KeyReconstructionResult Reconstruct(int[] holders, long bound = Bound)
        {
            KeyReconstruction reconstruction = new(Sharing);
            foreach (int j in holders)
            {
                reconstruction.AddAnswer(j + 1, Answers[j]);
            }

            return reconstruction.Reconstruct(bound);
        }
    }
}
