using SecureFL.Learning.Rounds;
using SecureFL.Messages.Violations;
using SecureFL.Protocol.Plans;

namespace SecureFL.Simulation;

/// <summary>
/// Sums through the roles of the protocol, all in this process: every client encrypts, the server adds ciphertexts, the
/// key holders agree and release, the sum is opened and compared with the integer sum of the quantised contributions.
/// One plan and session for each shape of contribution. Whoever runs the process could open any client: this is
/// simulation, by the very roles that run apart in production. Not thread-safe.
/// </summary>
public sealed class EncryptedSum : ISecureSum, IDisposable
{
    private readonly EncryptedSumOptions _options;
    private readonly Dictionary<string, SumSession> _sessions = new(StringComparer.Ordinal);
    private readonly List<AggregationPlan> _plans = [];

    /// <summary>Sums as <paramref name="options"/> say; plans are made when their shape first comes.</summary>
    public EncryptedSum(EncryptedSumOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        _options = options;
    }

    /// <inheritdoc/>
    public float? Clip => _options.Clip;

    /// <inheritdoc/>
    public int? Bits => _options.Bits;

    /// <summary>The plans so far, in the order of their first sums; session i is called <c>session-i</c>.</summary>
    public IReadOnlyList<AggregationPlan> Plans => _plans;

    /// <inheritdoc/>
    /// <exception cref="PlanRefusedException">The options break a rule of the plan: too few sites, or key holders that
    /// do not fit the threshold.</exception>
    /// <exception cref="ProtocolViolationException">A role refuses, for example because too few sites
    /// contributed.</exception>
    public ValueTask<SecureSumResult> AggregateAsync(SecureSumRequest request,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        request.Check();
        return
            ValueTask.FromResult(SumShapes.Join(
                [.. SumShapes.Split(request).Select(part => SessionFor(part).Aggregate(part, cancellationToken))]));
    }

    /// <inheritdoc/>
    public int[] QuantisedUpdate(SecureSumRequest request, SiteContribution contribution)
    {
        ArgumentNullException.ThrowIfNull(request);
        return SessionFor(request).Layout.Quantised(request, contribution);
    }

    /// <summary>
    /// Puts the final model on the chain of the sessions whose last sum made it, and closes all transcripts. No sum can
    /// follow.
    /// </summary>
    /// <param name="final">The model after the last round; null where no model was trained.</param>
    public void Complete(ModelStamp? final)
    {
        foreach (SumSession session in _sessions.Values)
        {
            session.Complete(final);
        }
    }

    /// <summary>Erases all shares and keys.</summary>
    public void Dispose()
    {
        foreach (SumSession session in _sessions.Values)
        {
            session.Dispose();
        }
    }

    private SumSession SessionFor(SecureSumRequest request)
    {
        string shape = SumShapes.KeyOf(request);
        if (!_sessions.TryGetValue(shape, out SumSession? session))
        {
            SumLayout layout = new(request, _options);
            session = new SumSession($"session-{_sessions.Count}", layout, _options, request.Model);
            _sessions.Add(shape, session);
            _plans.Add(session.Plan);
        }

        return session;
    }
}
