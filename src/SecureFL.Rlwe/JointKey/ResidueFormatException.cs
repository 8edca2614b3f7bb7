namespace SecureFL.Rlwe.JointKey;

/// <summary>Bytes from a peer that are not a polynomial of these parameters. It carries no residue.</summary>
public sealed class ResidueFormatException(string field, string expected, string received)
    : FormatException($"{field}: expected {expected}, received {received}")
{
    /// <summary>The field that is wrong.</summary>
    public string Field { get; } = field;

    /// <summary>What it had to be.</summary>
    public string Expected { get; } = expected;

    /// <summary>What it was.</summary>
    public string Received { get; } = received;
}
