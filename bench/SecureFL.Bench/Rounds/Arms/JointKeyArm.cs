using SecureFL.Messages.Primitives;

namespace SecureFL.Bench.Rounds.Arms;

/// <summary>
/// Multiparty CKKS: the key holders make a joint public key once, its generation is not part of a round's cost; active
/// holders decrypt every sum.
/// </summary>
internal sealed class JointKeyArm : IRoundArm
{
    public string Name => SuiteNames.JointKey;

    public string Description =>
        "CKKS under a joint public key whose secret the key holders share; they check and decrypt every summed "
        + "ciphertext";

    // The server keeps all uploads until the sum is agreed, here in memory, and every active key holder reads them.
    public long MostParameters => 1 << 20;

    public int MostClients => 10;

    public IArmSession CreateSession(RoundShape shape) => new SuiteSession(
        shape, Suite.JointKey,
        "ePrint 2024/463, ternary secrets, every prime counted; what decryptions show of the key is within "
        + "statistical distance 2^-43");
}
