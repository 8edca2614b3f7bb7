using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using SecureFL.Messages.Primitives;
using SecureFL.Messages.Rounds;
using SecureFL.Protocol.Plans;
using SecureFL.Protocol.Stores;
using SecureFL.Protocol.Summation;

namespace SecureFL.Protocol.Suites.OneTimeKey;

/// <summary>A fresh short key for every contribution, secret-shared to the key holders.</summary>
internal sealed class OneTimeKeySuite : ISuite
{
    public Suite Id => Suite.OneTimeKey;

    public string Name => SuiteNames.OneTimeKey;

    public bool HasJointKey => false;

    public SuiteLayout CreateLayout(PlanSettings settings) => new OneTimeKeyLayout(settings);

    public string Describe(PlanSettings settings) => string.Empty;

    public ISuiteClient CreateClient(AggregationPlan plan) => new Client();

    public ISuiteServer CreateServer(SuiteServerSettings settings) => new OneTimeKeyServer(settings);

    public ISuiteKeyHolder CreateKeyHolder(SuiteKeyHolderSettings settings) => new OneTimeKeyHolder(settings);

    public ISuiteAudit CreateAudit(AggregationPlan plan) => new OneTimeKeyAudit(plan);

    [ModuleInitializer]
    [SuppressMessage("Usage", "CA2255", Justification = "a plan finds its suite without knowing it: arrows point down")]
    internal static void Register() => SuiteTable.Register(new OneTimeKeySuite());

    private sealed class Client : ISuiteClient
    {
        public IContributionCipher CreateCipher(ContributionTerms terms) => new OneTimeKeyCipher(terms);

        public AggregationResult? OpenSum(AggregationPlan plan, SumEvidence evidence, Stream ciphertexts,
            ISumSink sink) => SumVerification.Open(plan, evidence, ciphertexts, sink);
    }
}
