using SecureFL.Messages.JointKey;
using SecureFL.Messages.Rounds;
using SecureFL.Messages.Violations;
using SecureFL.Protocol.Plans;
using SecureFL.Protocol.Stores;
using SecureFL.Protocol.Suites.JointKey.KeyGeneration;
using SecureFL.Protocol.Suites.JointKey.Rounds;
using SecureFL.Protocol.Summation;

namespace SecureFL.Protocol.Suites.JointKey;

/// <summary>A client's half of the joint-key suite: the key that its contributions are encrypted under.</summary>
internal sealed class JointKeyClient(AggregationPlan plan) : ISuiteClient
{
    /// <summary>The joint key; null before one was taken.</summary>
    public JointKeyEpoch? KeyEpoch { get; private set; }

    public void Handle(KeyEpochRecord record, JointPublicKeyMessage publicKey) =>
        KeyEpoch = JointKeyEpoch.Verify(record, publicKey, plan);

    public void Handle(JointKeyEpoch epoch)
    {
        EpochRules.Require(epoch.Record, plan);
        KeyEpoch = epoch;
    }

    public IContributionCipher CreateCipher(ContributionTerms terms) => new JointKeyCipher(terms,
        KeyEpoch ?? throw new ProtocolViolationException(ViolationCode.WrongKeyEpoch, Party.Server,
            "the key epoch of the round first", "none"));

    public AggregationResult? OpenSum(AggregationPlan plan, SumEvidence evidence, Stream ciphertexts, ISumSink sink) =>
        JointSumVerification.Open(plan, evidence, ciphertexts, sink);
}
