using SecureFL.Protocol.Plans;

namespace SecureFL.Protocol.Suites;

/// <summary>
/// A cryptographic suite: what each role does that differs from suite to suite, a half for each role. Stateless,
/// thread-safe; the halves are as safe as their roles.
/// </summary>
public interface ISuite : IPlanSuite
{
    /// <summary>A client's half.</summary>
    ISuiteClient CreateClient(AggregationPlan plan);

    /// <summary>The server's half of one round.</summary>
    /// <exception cref="ArgumentException">The suite needs options that are not there.</exception>
    ISuiteServer CreateServer(SuiteServerSettings settings);

    /// <summary>A key holder's half.</summary>
    ISuiteKeyHolder CreateKeyHolder(SuiteKeyHolderSettings settings);

    /// <summary>An auditor's half.</summary>
    ISuiteAudit CreateAudit(AggregationPlan plan);

    /// <summary>The suite of a plan.</summary>
    /// <exception cref="InvalidOperationException">It is registered for plans alone.</exception>
    static ISuite Of(AggregationPlan plan) => plan.Suite as ISuite
        ?? throw new InvalidOperationException($"the suite {plan.Suite.Name} has no roles");
}
