namespace SecureFL.Federated.Rounds;

/// <summary>
/// Sums quantised updates and counter limbs as integers, in the clear: exactly what an encrypted sum must open to. Rounding draws from the stream
/// (seed, "rounding", round, site). Thread-safe.
/// </summary>
/// <param name="quantizer">The quantiser all sites use.</param>
public sealed class QuantizedPlaintextSum(UpdateQuantizer quantizer) : ISecureSum
{
    /// <inheritdoc/>
    public float? Clip => quantizer.Clip;

    /// <inheritdoc/>
    public ValueTask<SecureSumResult> AggregateAsync(SecureSumRequest request, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        request.Check();
        int length = request.Contributions[0].Update.Length;
        ReadOnlySpan<int> bits = request.CounterBits.AsSpan();
        int[] elements = new int[length + CounterLimbs.Count(bits, quantizer.Bits)];
        long[] sums = new long[elements.Length];
        foreach (SiteContribution contribution in request.Contributions)
        {
            cancellationToken.ThrowIfCancellationRequested();
            quantizer.Quantize(contribution.Update, RoundingStream(request, contribution), elements);
            CounterLimbs.Split(contribution.Counters, bits, quantizer.Bits, elements.AsSpan(length));
            for (int i = 0; i < elements.Length; i++)
            {
                sums[i] += elements[i];
            }
        }

        long[] counters = new long[bits.Length];
        CounterLimbs.Recombine(sums.AsSpan(length), bits, quantizer.Bits, counters);
        float[] sum = new float[length];
        quantizer.Dequantize(sums.AsSpan(0, length), sum);
        return ValueTask.FromResult(new SecureSumResult
        {
            Sum = sum,
            Counters = counters,
            Contributors = [.. request.Contributions.Select(contribution => contribution.Site)],
            QuantisedSum = sums[..length],
            Costs = new SumCosts { UploadBytesPerClient = ((elements.LongLength * quantizer.Bits) + 7) / 8 },
        });
    }

    /// <summary>The stream that rounds one site's update in one round.</summary>
    public static SeededRandom RoundingStream(SecureSumRequest request, SiteContribution contribution)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(contribution);
        return SeededRandom.For(request.Seed, "rounding", request.Round, contribution.SiteIndex);
    }
}
