using SecureFL.Consortium.Plans;
using SecureFL.Learning.Models;
using SecureFL.Learning.Preparation;
using SecureFL.Learning.Rounds;
using SecureFL.Protocol.Plans;
using SecureFL.Simulation;

namespace SecureFL.Deployment.Tests.Server;

/// <summary>
/// The training of a session as one process computes it, with the same integers summed in the clear: what the session
/// must give, bit for bit.
/// </summary>
internal static class InTheClear
{
    /// <summary>Prepares and trains on the rows that <see cref="TestSession.Site"/> gives.</summary>
    /// <returns>What the preparation found out, and what training gave.</returns>
    internal static async Task<(PreparedState Prepared, TrainingOutcome Outcome)> TrainAsync(TestSession session,
        TrainingTerms terms)
    {
        CancellationToken token = TestContext.Current.CancellationToken;
        PlanSettings plan = session.Plan.Settings;
        QuantizedReferenceSum sum = new(new EncryptedSumOptions
        {
            Sites = plan.Enrolment.Clients.Count,
            Clip = session.Plan.Parameters.Clip,
            Bits = session.Plan.Parameters.Bits,
            Suite = plan.Suite,
            MinClients = plan.MinClients,
            KeyHolders = plan.Enrolment.KeyHolders.Count,
            Threshold = plan.Threshold,
        });
        RawSite[] raw = [.. Enumerable.Range(0, plan.Enrolment.Clients.Count).Select(i => TestSession.Site(terms, i))];
        PreparedState prepared = await LocalPreparation.RunAsync(terms, state => terms.TrainerUnder(state)!, raw, sum,
            cancellationToken: token);
        FederatedSite[] sites = [.. raw.Select(site => prepared.Scale(terms.PreparationTerms, site))];
        FederationOptions options = terms.FederationOptionsFor(plan.MinClients, prepared);
        ILocalTrainer trainer = terms.TrainerUnder(prepared)!;
        TrainingOutcome outcome = terms.Asynchronous is { } pace
            ? await new BufferedAggregation(options with { Timing = new ConstantTiming([.. sites.Select(_ => 1.0)]) },
                pace, sites, trainer, sum).RunAsync(cancellationToken: token)
            : await new FederatedAveraging(options, sites, trainer, sum).RunAsync(cancellationToken: token);
        return (prepared, outcome);
    }
}
