using SecureFL.Learning.Rounds;

namespace SecureFL.Simulation;

/// <summary>
/// The integers that <see cref="EncryptedSum"/> with the same options must open to, summed in the clear: same plan
/// parameters, same quantiser, same rounding. The plaintext arm of a comparison. Not thread-safe.
/// </summary>
public sealed class QuantizedReferenceSum : ISecureSum
{
    private readonly EncryptedSumOptions _options;
    private readonly Dictionary<string, SumLayout> _layouts = new(StringComparer.Ordinal);

    /// <summary>
    /// The reference of encrypted sums with these options; those on key holders and stores do not matter.
    /// </summary>
    public QuantizedReferenceSum(EncryptedSumOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        _options = options;
    }

    /// <inheritdoc/>
    public float? Clip => _options.Clip;

    /// <inheritdoc/>
    public int? Bits => _options.Bits;

    /// <inheritdoc/>
    public ValueTask<SecureSumResult> AggregateAsync(SecureSumRequest request,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        request.Check();
        return
            ValueTask.FromResult(
                SumShapes.Join([.. SumShapes.Split(request).Select(part => Aggregate(part, cancellationToken))]));
    }

    /// <inheritdoc/>
    public int[] QuantisedUpdate(SecureSumRequest request, SiteContribution contribution)
    {
        ArgumentNullException.ThrowIfNull(request);
        return LayoutFor(request).Quantised(request, contribution);
    }

    private SumLayout LayoutFor(SecureSumRequest request)
    {
        string shape = SumShapes.KeyOf(request);
        if (!_layouts.TryGetValue(shape, out SumLayout? layout))
        {
            _layouts.Add(shape, layout = new SumLayout(request, _options));
        }

        return layout;
    }

    private SecureSumResult Aggregate(SecureSumRequest request, CancellationToken cancellationToken)
    {
        SumLayout layout = LayoutFor(request);
        long started = _options.Clock?.GetTimestamp() ?? 0;
        long[] sums = new long[layout.Length];
        foreach (SiteContribution contribution in request.Contributions)
        {
            cancellationToken.ThrowIfCancellationRequested();
            layout.AddIntegers(request, contribution, sums);
        }

        return layout.Read(sums, request.Contributions.Select(contribution => contribution.Site)) with
        {
            Costs = new SumCosts
            {
                UploadBytesPerClient = (((long)layout.Length * _options.Bits) + 7) / 8,
                SecondsAggregate = _options.Clock?.GetElapsedTime(started).TotalSeconds ?? 0,
            },
        };
    }
}
