namespace SecureFL.Bench.Rounds.Sweeps;

/// <summary>What a sweep says about one claim for one arm.</summary>
/// <param name="Claim">What should hold.</param>
/// <param name="Arm">The arm.</param>
/// <param name="Range">Over what.</param>
/// <param name="Figures">What was measured, for people.</param>
/// <param name="Deviation">How far from it: part of the smallest figure, or of the fitted one; null where there is none
/// (a figure of 0, a cost that falls with the clients).</param>
/// <param name="Limit">Most that still holds.</param>
internal sealed record ScalingVerdict(string Claim, string Arm, string Range, string Figures, double? Deviation,
    double Limit)
{
    /// <summary>Whether the data bear the claim out, over the range that was measured.</summary>
    public bool Holds => Deviation <= Limit;
}
