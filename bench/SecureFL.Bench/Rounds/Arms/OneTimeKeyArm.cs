using SecureFL.Messages.Primitives;

namespace SecureFL.Bench.Rounds.Arms;

/// <summary>
/// The default suite, through the very roles that run apart in production: every message is encoded by one and parsed
/// by the next.
/// </summary>
internal sealed class OneTimeKeyArm : IRoundArm
{
    public string Name => SuiteNames.OneTimeKey;

    public string Description => "CKKS under a fresh key a contribution, secret-shared to the key holders";

    public bool KeyHolderMemoryIsFlat => true;

    public IArmSession CreateSession(RoundShape shape) => new SuiteSession(
        shape, Suite.OneTimeKey,
        "ePrint 2024/463 with the published key sum as a hint (Hint-RLWE), every prime counted");
}
