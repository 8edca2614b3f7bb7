namespace SecureFL.Bench.Rounds.Arms;

/// <summary>The arms that this build knows, in the order of tables and charts.</summary>
internal static class ArmCatalogue
{
    internal static IReadOnlyList<IRoundArm> All { get; } =
    [
        new PlaintextArm(),
        new MaskedIntegerArm(),
        new SlotsArm(),
        new OneTimeKeyArm(),
        new JointKeyArm(),
#if SEALNET
        new SealNetArm(),
#endif
    ];

    /// <summary>The named arms, in the catalogue's order; null for a name that is not there.</summary>
    internal static IRoundArm? Find(string name) =>
        All.FirstOrDefault(arm => string.Equals(arm.Name, name, StringComparison.OrdinalIgnoreCase));
}
