namespace SecureFL.Learning.Rounds;

/// <summary>
/// The exponential moving average of the global model: a = k a + (1 - k) w after each round, with k = min(decay, (1 +
/// t) / (10 + t)) in round t, so that the initial model is soon forgotten.
/// </summary>
internal static class ModelAverage
{
    public static void Update(Span<float> average, ReadOnlySpan<float> weights, double decay, int round)
    {
        double k = Math.Min(decay, (1.0 + round) / (10.0 + round));
        for (int i = 0; i < average.Length; i++)
        {
            average[i] = (float)((k * average[i]) + ((1 - k) * weights[i]));
        }
    }
}
