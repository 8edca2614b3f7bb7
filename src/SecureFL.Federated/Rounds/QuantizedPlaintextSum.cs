namespace SecureFL.Federated.Rounds;

/// <summary>
/// Sums quantised updates and counter digits as integers, in the clear: exactly what an encrypted sum must open to. Thread-safe.
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
        int[] elements = new int[length + request.Counters.ElementCount(quantizer.Bits)];
        long[] sums = new long[elements.Length];
        foreach (SiteContribution contribution in request.Contributions)
        {
            cancellationToken.ThrowIfCancellationRequested();
            quantizer.Quantize(contribution.Update, RoundingSeed(request, contribution), elements);
            request.Counters.Split(contribution.Counters, quantizer.Bits, elements.AsSpan(length));
            for (int i = 0; i < elements.Length; i++)
            {
                sums[i] += elements[i];
            }
        }

        float[] sum = new float[length];
        quantizer.Dequantize(sums.AsSpan(0, length), sum);
        return ValueTask.FromResult(new SecureSumResult
        {
            Sum = sum,
            Counters = request.Counters.Combine(sums.AsSpan(length), quantizer.Bits),
            Contributors = [.. request.Contributions.Select(contribution => contribution.Site)],
            QuantisedSum = sums[..length],
            Costs = new SumCosts { UploadBytesPerClient = ((elements.LongLength * quantizer.Bits) + 7) / 8 },
        });
    }

    /// <summary>What rounds one site's update in one round: a function of the user's seed, so that plaintext and encrypted runs can round alike.</summary>
    public static ulong RoundingSeed(SecureSumRequest request, SiteContribution contribution)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(contribution);
        return SiteWork.RoundingSeed(request.Seed, request.Round, contribution.SiteIndex);
    }
}
