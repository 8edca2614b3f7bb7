namespace SecureFL.Rlwe.Planning;

/// <summary>What a consortium wants to sum: the planner turns it into parameters.</summary>
/// <param name="FloatLength">Model elements a client sends, 0 to 1,000,000,000.</param>
/// <param name="Bits">b, bits of a quantised value, 4 to 24: |q| &lt;= 2^(b-1) - 1.</param>
/// <param name="Clip">Elements are clipped to [-Clip, Clip]; finite, positive.</param>
/// <param name="MaxClients">n, the most contributions in one sum, 1 to 65536.</param>
/// <param name="IntegerLength">Further elements that are integers already (limbs of counters), 0 to 1,000,000.</param>
/// <param name="KeyHolders">H, each gets one share a client; 0 to count no shares. Not used for the joint-key
/// suite.</param>
/// <param name="JointKey">Asks for the joint-key suite; null for one-time keys.</param>
public sealed record PlanningRequest(long FloatLength, int Bits, float Clip, int MaxClients, int IntegerLength = 0,
    int KeyHolders = 0, JointKeyRequest? JointKey = null);
