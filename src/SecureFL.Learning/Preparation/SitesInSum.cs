namespace SecureFL.Learning.Preparation;

/// <summary>
/// How many sites can be in a sum, by what its reader knows. The server knows its contributors, a client those that are
/// enrolled. What a sum says of its sites is held to it, for any of them may have said something false.
/// </summary>
/// <param name="Least">Fewest, at least 1.</param>
/// <param name="Most">Most.</param>
public readonly record struct SitesInSum(int Least, int Most)
{
    /// <summary>All that a plan can have.</summary>
    public static SitesInSum Any { get; } = new(1, 1 << 16);

    /// <summary>As many as are known to be in it.</summary>
    public static SitesInSum Exactly(int sites) => new(sites, sites);

    /// <summary>Whether a sum can be of so many.</summary>
    internal bool Has(long sites) => sites >= Least && sites <= Most;

    /// <inheritdoc/>
    public override string ToString() => Least == Most ? FormattableString.Invariant($"{Most}")
        : FormattableString.Invariant($"{Least} to {Most}");
}
