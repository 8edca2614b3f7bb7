namespace SecureFL.Rlwe.Planning;

/// <summary>A request that no parameter set meets: the message names the rule and what would fit.</summary>
public sealed class PlanningException(string rule, string message, string hint) : Exception($"{rule}: {message}")
{
    /// <summary>The rule that failed, for example "bits rule".</summary>
    public string Rule { get; } = rule;

    /// <summary>What would satisfy it.</summary>
    public string Hint { get; } = hint;
}
