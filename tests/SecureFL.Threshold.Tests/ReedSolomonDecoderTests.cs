using SecureFL.Threshold.Elements;
using SecureFL.Threshold.Fields;
using SecureFL.Threshold.Reconstruction;

namespace SecureFL.Threshold.Tests;

public sealed class ReedSolomonDecoderTests
{
    private static readonly uint[] Points = [1, 2, 3, 4, 5, 6];

    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void Over_seven_elements_every_pattern_of_up_to_e_errors_is_located(int threshold)
    {
        int radius = (Points.Length - threshold) / 2;
        Random random = new(threshold);
        foreach (int[] positions in Enumerable.Range(0, radius + 1).SelectMany(size => TestData.Subsets(6, size)))
        {
            for (int trial = 0; trial < 200; trial++)
            {
                uint[] message = [.. Enumerable.Range(0, threshold).Select(_ => (uint)random.Next(7))];
                uint[] values = [.. Points.Select(x => FieldPolynomial<Field7>.Evaluate(message, x))];
                foreach (int j in positions)
                {
                    values[j] = (values[j] + (uint)random.Next(1, 7)) % 7;
                }

                bool[] wrong = new bool[6];
                Assert.True(ReedSolomonDecoder<Field7>.TryLocateErrors(Points, values, threshold, wrong));
                Assert.Equal(positions, Enumerable.Range(0, 6).Where(j => wrong[j]));
            }
        }
    }

    [Fact]
    public void Over_seven_elements_a_word_is_decoded_if_and_only_if_a_codeword_is_within_e()
    {
        // All 7^4 words at four points, t = 2, e = 1, against a search through all 49 codewords.
        uint[] points = [1, 2, 4, 6];
        for (int index = 0; index < 7 * 7 * 7 * 7; index++)
        {
            uint[] word = [(uint)(index % 7), (uint)(index / 7 % 7), (uint)(index / 49 % 7), (uint)(index / 343)];
            int nearest = 4;
            for (uint message = 0; message < 49; message++)
            {
                uint[] polynomial = [message % 7, message / 7];
                int distance = Enumerable.Range(0, 4)
                    .Count(j => FieldPolynomial<Field7>.Evaluate(polynomial, points[j]) != word[j]);
                nearest = Math.Min(nearest, distance);
            }

            bool[] wrong = new bool[4];
            bool decoded = ReedSolomonDecoder<Field7>.TryLocateErrors(points, word, 2, wrong);
            Assert.Equal(nearest <= 1, decoded);
            Assert.True(!decoded || wrong.Count(w => w) == nearest);
        }
    }

    [Theory]
    [InlineData(11, 21)]
    [InlineData(2, 64)]
    [InlineData(33, 64)]
    [InlineData(5, 5)]
    public void Over_the_mersenne_field_the_largest_codes_decode(int threshold, int count)
    {
        uint[] points = [.. Enumerable.Range(1, count).Select(j => (uint)j)];
        int radius = (count - threshold) / 2;
        Random random = new(count);
        for (int trial = 0; trial < 20; trial++)
        {
            uint[] message = TestData.Elements(threshold, trial);
            uint[] values = [.. points.Select(x => FieldPolynomial<Mersenne31>.Evaluate(message, x))];
            int[] positions = [.. Enumerable.Range(0, count)];
            random.Shuffle(positions);
            positions = [.. positions[..radius].Order()];
            foreach (int j in positions)
            {
                values[j] = MersenneField.Add(values[j], 1 + (uint)random.Next(1000));
            }

            bool[] wrong = new bool[count];
            Assert.True(ReedSolomonDecoder<Mersenne31>.TryLocateErrors(points, values, threshold, wrong));
            Assert.Equal(positions, Enumerable.Range(0, count).Where(j => wrong[j]));
        }
    }

    [Fact]
    public void Division_has_a_quotient_and_a_small_remainder()
    {
        uint[] a = TestData.Elements(12, 1);
        uint[] b = [.. TestData.Elements(5, 2), 0, 0];
        (uint[] quotient, uint[] remainder) = FieldPolynomial<Mersenne31>.Divide(a, b);
        Assert.True(FieldPolynomial<Mersenne31>.Degree(remainder) < 4);
        uint[] back = FieldPolynomial<Mersenne31>.Subtract(a, FieldPolynomial<Mersenne31>.Multiply(quotient, b));
        Assert.Equal(-1, FieldPolynomial<Mersenne31>.Degree(FieldPolynomial<Mersenne31>.Subtract(back, remainder)));
    }

    [Fact]
    public void Liars_hidden_from_a_combination_are_found_by_the_next_one()
    {
        // Weights that start with rows of zeros see no lie; the exact check does, and the decoder draws again.
        uint[][] rows = [.. Points.Select(x => new uint[] { (3 + (2 * x)) % 7, (5 * x) % 7, 4 })];
        rows[1][2] = 5;
        rows[4][0] = (rows[4][0] + 3) % 7;
        int calls = 0;
        uint[][] weights = [[0, 0, 0], [1, 0, 0], [0, 0, 2]];
        InterleavedDecoder<Field7> decoder =
            new(2, destination => weights[calls++].CopyTo(destination), maxAttempts: 3);
        Assert.Equal([1, 4], decoder.LocateLiars(Points, rows) ?? []);
        Assert.Equal(3, calls);
        calls = 0;
        Assert.Null(new InterleavedDecoder<Field7>(2, destination => weights[calls++].CopyTo(destination),
            maxAttempts: 2).LocateLiars(Points, rows));
    }

    [Fact]
    public void The_exact_check_sees_a_lie_in_any_single_coordinate()
    {
        InterleavedDecoder<Mersenne31> decoder = new(3, _ => { }, 1);
        uint[] points = [2, 3, 5, 7];
        uint[][] rows =
            [
                .. points.Select(x => Enumerable.Range(0, 50)
                    .Select(k => FieldPolynomial<Mersenne31>.Evaluate(TestData.Elements(3, k), x)).ToArray())];
        Assert.True(decoder.AreConsistent(points, rows, [0, 1, 2, 3]));
        for (int j = 0; j < 4; j++)
        {
            for (int k = 0; k < 50; k++)
            {
                rows[j][k] = MersenneField.Add(rows[j][k], 1);
                Assert.False(decoder.AreConsistent(points, rows, [0, 1, 2, 3]));
                rows[j][k] = MersenneField.Subtract(rows[j][k], 1);
            }
        }
    }
}
