namespace SecureFL.Rlwe.JointKey;

/// <summary>
/// How the ciphertexts of the joint-key suite travel. What they are, and everything that is hashed, signed and kept of
/// them, is the same in both modes.
/// </summary>
public enum WireMode
{
    /// <summary>Bit-packed residues: the fewest bytes.</summary>
    Packed = 0,

    /// <summary>
    /// Ciphertext objects of Microsoft SEAL 4.1, 8 bytes a residue, under a public key that has SEAL's special prime: a
    /// client may be any SEAL program.
    /// </summary>
    Seal = 1,
}
