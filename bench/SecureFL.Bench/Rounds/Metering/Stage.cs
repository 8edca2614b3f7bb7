namespace SecureFL.Bench.Rounds.Metering;

/// <summary>The stages of a round, in the order of the charts.</summary>
internal enum Stage
{
    /// <summary>Float32 to integers, at the clients.</summary>
    Quantise,

    /// <summary>
    /// Integers or floats to ciphertext bytes, at the clients: keys, encryption, packing, sharing the key, signing.
    /// </summary>
    Encrypt,

    /// <summary>
    /// The hash over the ciphertext that a client signs, where the arm has one. Not encryption: it binds the bytes, it
    /// hides nothing.
    /// </summary>
    Hash,

    /// <summary>
    /// Everything between a client's bytes and the server's: serialise, send, receive, parse. What no other stage
    /// measured.
    /// </summary>
    Upload,

    /// <summary>Checking and adding, at the server.</summary>
    Add,

    /// <summary>All key holders together: entries, share checks, votes, releases.</summary>
    KeyHolders,

    /// <summary>
    /// From the sum of ciphertexts to float32 means, at the server; where clients check sums, with the server's own
    /// check of the digest, and the packed sum written for them.
    /// </summary>
    Open,

    /// <summary>
    /// What one client fetches afterwards: float32 means, or the packed sum and its evidence where clients open it
    /// themselves. Not part of a round's totals.
    /// </summary>
    Download,

    /// <summary>
    /// One client checks the evidence and the digest, opens the sum and makes the means, where the arm's clients do.
    /// Not part of a round's totals.
    /// </summary>
    Verify,
}
