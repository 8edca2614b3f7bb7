using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Runtime.CompilerServices;
using SecureFL.Messages.Primitives;
using SecureFL.Protocol.Plans;
using SecureFL.Protocol.Sessions;
using SecureFL.Protocol.Suites.JointKey.Layout;
using SecureFL.Protocol.Suites.JointKey.Rounds;
using SecureFL.Protocol.Suites.JointKey.Sessions;
using SecureFL.Rlwe.JointKey;

namespace SecureFL.Protocol.Suites.JointKey;

/// <summary>Multiparty CKKS under one joint public key.</summary>
internal sealed class JointKeySuite : ISessionSuite
{
    public Suite Id => Suite.JointKey;

    public string Name => SuiteNames.JointKey;

    public bool HasJointKey => true;

    public SuiteLayout CreateLayout(PlanSettings settings) =>
        new JointKeyLayout(settings.Parameters, settings.Parameters.JointKey!);

    public string Describe(PlanSettings settings)
    {
        JointKeyParameters key = settings.Parameters.JointKey!;
        return string.Create(CultureInfo.InvariantCulture, $"""

            joint key: every key holder takes part in making it; exactly {key.Threshold} active ones decrypt a round, and one that fails after agreement costs the round
            a key lives for {key.MaxCoefficientsPerKey} coefficients, {key.MaxCoefficientsPerKey / settings.Parameters.CoefficientsPerOpening} sums; its decryptions are within statistical distance 2^-{key.Smudging} of hiding it (not 128 bits)
            {(key.Wire == WireMode.Seal ? $"wire: SEAL 4.1 ciphertexts, special prime {key.SpecialPrime}: any SEAL program can encrypt" : "wire: bit-packed residues")}
            ASSUMED: no client colludes with the server (one that does can read the joint key out of an opened sum); an active key holder can shift a sum unseen
            """);
    }

    public ISuiteClient CreateClient(AggregationPlan plan) => new JointKeyClient(plan);

    public ISuiteServer CreateServer(SuiteServerSettings settings) => new JointKeyServer(settings);

    public ISuiteKeyHolder CreateKeyHolder(SuiteKeyHolderSettings settings) => new JointKeyHalf(settings);

    public ISuiteSession CreateSession(AggregationPlan plan) => new JointKeySession(plan);

    public ISuiteAudit CreateAudit(AggregationPlan plan) => new JointKeyAudit(plan);

    [ModuleInitializer]
    [SuppressMessage("Usage", "CA2255", Justification = "a plan finds its suite without knowing it: arrows point down")]
    internal static void Register() => SuiteTable.Register(new JointKeySuite());
}
