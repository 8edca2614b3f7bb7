using SecureFL.Bench.Measurement;
using SecureFL.Bench.Rounds.Arms;
using SecureFL.Bench.Rounds.Metering;
using SecureFL.Rlwe.Quantization;

namespace SecureFL.Bench.Rounds.Inputs;

/// <summary>
/// Recomputes what a round must have opened to, piece by piece from the regenerated inputs, outside the measured time:
/// the integer sum of the quantised vectors, and the mean in double precision. Where the quantiser is fused into
/// encryption, its cost alone is what it takes here.
/// </summary>
internal static class SumVerifier
{
    private const int FloatPiece = 1 << 16;

    internal static SumVerdict Verify(IArmRound round, RoundInputs inputs, int clients, StageMeter meter)
    {
        int piece = round.Integers?.PieceLength ?? FloatPiece;
        Quantizer[] quantizers = round.Integers is { } sums
            ? [.. Enumerable.Range(0, clients).Select(sums.QuantizerOf)] : [];
        double[] exact = new double[piece];
        float[] values = new float[piece];
        int[] quantised = new int[piece];
        long[] expected = new long[piece];
        long[] opened = new long[piece];
        bool equal = round.Integers is not null;
        double largest = 0;
        double squares = 0;
        for (long first = 0; first < inputs.Length; first += piece)
        {
            int count = (int)Math.Min(piece, inputs.Length - first);
            Array.Clear(exact);
            Array.Clear(expected);
            for (int client = 0; client < clients; client++)
            {
                inputs.Load(client, first, values.AsSpan(0, count));
                Accumulate(values.AsSpan(0, count), exact);
                if (round.Integers is not null)
                {
                    Quantise(quantizers[client], first / piece, values.AsSpan(0, count), quantised.AsSpan(0, count),
                        round.Integers.QuantizerIsFused ? meter : null);
                    Accumulate(quantised.AsSpan(0, count), expected);
                }
            }

            if (round.Integers is not null)
            {
                round.Integers.Read(first, opened.AsSpan(0, count));
                equal &= opened.AsSpan(0, count).SequenceEqual(expected.AsSpan(0, count));
            }

            ReadOnlySpan<float> means = round.Means.Span.Slice((int)first, count);
            for (int i = 0; i < count; i++)
            {
                double error = Math.Abs(means[i] - (exact[i] / clients));
                largest = Math.Max(largest, error);
                squares += error * error;
            }
        }

        return new SumVerdict(equal, round.Integers is not null, largest, Math.Sqrt(squares / inputs.Length));
    }

    private static void Quantise(Quantizer quantizer, long piece, ReadOnlySpan<float> values, Span<int> quantised,
        StageMeter? meter)
    {
        long cpu = ThreadClock.Now();
        long wall = StageMeter.WallNow();
        quantizer.BeginChunk(piece);
        quantizer.Quantize(values, quantised);
        cpu = ThreadClock.Now() - cpu;
        wall = StageMeter.WallNow() - wall;
        // The fused work was measured as encryption.
        meter?.Move(Stage.Encrypt, Stage.Quantise, cpu, wall);
    }

    private static void Accumulate(ReadOnlySpan<float> values, Span<double> sums)
    {
        for (int i = 0; i < values.Length; i++)
        {
            sums[i] += values[i];
        }
    }

    private static void Accumulate(ReadOnlySpan<int> values, Span<long> sums)
    {
        for (int i = 0; i < values.Length; i++)
        {
            sums[i] += values[i];
        }
    }
}
