namespace SecureFL.Messages.Wire;

/// <summary>How large the parts of messages are that differ from suite to suite, in bytes. Immutable.</summary>
public sealed record SuiteSizes
{
    /// <summary>One chunk of a contribution, as it travels.</summary>
    public required int ChunkBytes { get; init; }

    /// <summary>The key in a holder's entry for a round, or the hash of a key epoch that stands in its place.</summary>
    public required int EntryKeyBytes { get; init; }

    /// <summary>Whether a contribution carries a sealed share for each key holder of the round.</summary>
    public required bool HasShares { get; init; }

    /// <summary>One sealed share.</summary>
    public required int ShareBytes { get; init; }

    /// <summary>The proof in a contribution's statement.</summary>
    public required int ProofBytes { get; init; }

    /// <summary>
    /// A contribution's linear digest, which adds up as contributions do; two of them, of c0 and c1, under a joint key;
    /// 0 in suites whose messages carry none.
    /// </summary>
    public required int LinearDigestBytes { get; init; }

    /// <summary>A holder's answer for one group in a release.</summary>
    public required int AnswerBytes { get; init; }

    /// <summary>Sizes of the messages about a joint key; null where there is none.</summary>
    public JointKeySizes? JointKey { get; init; }
}

/// <summary>Sizes of the messages about a joint key, in bytes. Immutable.</summary>
/// <param name="PublicKeyBytes">A packed public key, joint or a holder's part.</param>
/// <param name="PolynomialBytes">A packed polynomial: half a chunk, or a partial decryption of one.</param>
/// <param name="SummedBytes">Most bytes of a packed polynomial of an unreduced sum.</param>
/// <param name="SealedShareBytes">A sealed share of a holder's secret.</param>
/// <param name="DealingProofBytes">The proof of a dealing.</param>
public sealed record JointKeySizes(int PublicKeyBytes, int PolynomialBytes, int SummedBytes, int SealedShareBytes,
    int DealingProofBytes);
