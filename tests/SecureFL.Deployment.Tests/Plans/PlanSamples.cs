using SecureFL.Consortium.Plans;
using SecureFL.Learning.Data;
using SecureFL.Learning.Data.Schemas;
using SecureFL.Learning.Models;
using SecureFL.Learning.Rounds;
using SecureFL.Messages.Counters;
using SecureFL.Messages.Identity;
using SecureFL.Messages.Primitives;
using SecureFL.Protocol.Plans;
using SecureFL.Ring.Randomness;
using SecureFL.Rlwe.Planning;

namespace SecureFL.Deployment.Tests.Plans;

/// <summary>Plans and terms to test with.</summary>
internal static class PlanSamples
{
    internal static TableSchema Schema { get; } = new()
    {
        Features =
        [
            new ColumnSchema { Name = "age", Kind = ColumnKind.Numeric },
            new ColumnSchema { Name = "pain", Kind = ColumnKind.Categorical, Categories = ["1", "2", "typical"] },
        ],
        Label = new LabelSchema { Name = "ill", Task = LearningTask.Binary, Classes = ["0", "1"] },
        Missing = MissingPolicy.Impute,
    };

    internal static TrainingTerms Terms { get; } = new()
    {
        Model = ModelTerms.Of(ModelSpec.Logistic(Schema.Width)),
        Training = new LocalTrainingOptions
        { Steps = 10, Optimizer = new LocalOptimizerOptions { LearningRate = 0.05f } },
        Stopping = new StoppingRules { Rounds = 10 },
        Data = new DataTerms { Schema = Schema, TestFraction = 0.25 },
    };

    /// <summary>
    /// Settings for four clients and three key holders that the terms fit, and the identity that signs them.
    /// </summary>
    internal static (PlanSettings Settings, SigningIdentity Authority) Settings(TrainingTerms? terms)
    {
        CounterLayout counters = terms?.Counters ?? CounterLayout.Empty;
        SigningIdentity authority = SigningIdentity.Create();
        static EnrolledParty Party(string name) => new(name, SigningIdentity.Create().PublicKey);
        PlanSettings settings = new()
        {
            Parameters = AggregationPlanner.Plan(
                new PlanningRequest(terms?.Layout.Length ?? 100, 16, 1f, 4, counters.ElementCount(16), 3)),
            Counters = counters,
            MinClients = 3,
            Threshold = 2,
            ColludingKeyHolders = 1,
            Session = SessionId.Create(SystemEntropy.Instance),
            Enrolment = new Enrolment(
                authority.PublicKey, SigningIdentity.Create().PublicKey,
                [Party("a"), Party("b"), Party("c"), Party("d")], [Party("x"), Party("y"), Party("z")]),
        };
        return (settings, authority);
    }

    internal static PlanFile Draft(TrainingTerms? terms, out SigningIdentity authority)
    {
        (PlanSettings settings, authority) = Settings(terms);
        return PlanFile.Draft("heart", "aggregator", settings, terms);
    }
}
