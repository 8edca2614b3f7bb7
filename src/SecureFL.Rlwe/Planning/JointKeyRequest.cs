using SecureFL.Rlwe.JointKey;

namespace SecureFL.Rlwe.Planning;

/// <summary>Asks for the joint-key suite.</summary>
/// <param name="KeyHolders">H, 2 to 64.</param>
/// <param name="Threshold">t, 2 to H.</param>
/// <param name="RoundsPerKey">How many sums of the whole vector one joint key may open over its life, 1 to 2^32; M is
/// that many times the coefficients of one sum.</param>
/// <param name="Smudging">lambda, 40 to 64: partial decryptions are within statistical distance 2^-lambda of simulated
/// ones over the key's life.</param>
/// <param name="Wire">How ciphertexts travel.</param>
public sealed record JointKeyRequest(int KeyHolders, int Threshold, long RoundsPerKey,
    int Smudging = JointKeyParameters.DefaultSmudging, WireMode Wire = WireMode.Packed);
