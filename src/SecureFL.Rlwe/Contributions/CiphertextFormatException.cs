namespace SecureFL.Rlwe.Contributions;

/// <summary>Bytes from a peer that are not a ciphertext of these parameters. Nothing was added.</summary>
public sealed class CiphertextFormatException(string field, string expected, string received)
    : FormatException($"{field}: expected {expected}, received {received}")
{
    /// <summary>The field that is wrong.</summary>
    public string Field { get; } = field;

    /// <summary>What it had to be.</summary>
    public string Expected { get; } = expected;

    /// <summary>What it was.</summary>
    public string Received { get; } = received;
}
