namespace SecureFL.Learning.Rounds;

/// <summary>
/// Sums in the clear, floats in double precision in the order of the contributions: the arm that encrypted runs are
/// compared with. Thread-safe.
/// </summary>
public sealed class PlaintextSum : ISecureSum
{
    /// <inheritdoc/>
    public float? Clip => null;

    /// <inheritdoc/>
    public ValueTask<SecureSumResult> AggregateAsync(SecureSumRequest request,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        request.Check();
        int length = request.Contributions[0].Update.Length;
        double[] sum = new double[length];
        long[] counters = new long[request.Counters.Counters.Length];
        foreach (SiteContribution contribution in request.Contributions)
        {
            cancellationToken.ThrowIfCancellationRequested();
            for (int i = 0; i < length; i++)
            {
                sum[i] += contribution.Update[i];
            }

            for (int c = 0; c < counters.Length; c++)
            {
                counters[c] = checked(counters[c] + contribution.Counters[c]);
            }
        }

        return ValueTask.FromResult(new SecureSumResult
        {
            Sum = Array.ConvertAll(sum, value => (float)value),
            Counters = counters,
            Contributors = [.. request.Contributions.Select(contribution => contribution.Site)],
            Costs = new SumCosts
            { UploadBytesPerClient = (sizeof(float) * (long)length) + (sizeof(long) * (long)counters.Length) },
        });
    }
}
