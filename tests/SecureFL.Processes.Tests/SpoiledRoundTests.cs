using Microsoft.Extensions.Logging.Abstractions;
using SecureFL.Cli.Demo;
using SecureFL.Client.Models;
using SecureFL.Client.Rounds;
using SecureFL.Client.Sources;
using SecureFL.Consortium.Plans;
using SecureFL.Learning.Data.Datasets;
using SecureFL.Learning.Data.Scaling;
using SecureFL.Learning.Rounds;
using SecureFL.Protocol.Plans;
using SecureFL.Protocol.Roles;
using SecureFL.Storage.Clients;
using SecureFL.Testing;
using SecureFL.Transport.Connections;
using SecureFL.Transport.Contracts;
using SecureFL.Transport.Identity;

namespace SecureFL.Processes.Tests;

/// <summary>A round whose sum is useless is nothing that a client passes over in silence.</summary>
public sealed class SpoiledRoundTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    [Trait("Category", "Slow")]
    public async Task Clients_of_a_session_that_could_not_go_on_say_so_and_leave_the_last_good_model()
    {
        using Federation federation = new(rounds: 2, WithoutPreparation);
        LocalProcess hostile = federation.Parties.Clients[^1];
        LocalProcess[] honest = [.. federation.Parties.Clients.SkipLast(1)];
        foreach (LocalProcess process in federation.Parties.All.Where(process => process != hostile))
        {
            process.Start();
        }

        await Waiting.ForStatusAsync(federation,
            status => status.Current is { Round: 0, Phase: RoundPhase.Collecting, Contributions: 3 });
        await SpoilAsync(federation, hostile.Name);
        foreach (LocalProcess client in honest)
        {
            (int code, string words) = await Waiting.ForEndAsync(client);
            Assert.True(code == 5, $"{client.Name} ended with code {code}: {words}");
            Assert.Contains("securefl: the session ended before its training did: round 0 was spoiled (", words,
                StringComparison.Ordinal);
            Assert.Contains("hint: " + client.Name, words, StringComparison.Ordinal);
            Assert.True(File.Exists(federation.Parties.ModelOf(client.Name)));
        }

        StatusReply status = await Waiting.ForStatusAsync(federation,
            status => status.Current.Phase == RoundPhase.Ended);
        Assert.Equal(RoundPhase.Spoiled, status.Recent[^1].Outcome);
    }

    // What a patched program of one hospital sends: a number of rows that no table has.
    private static async Task SpoilAsync(Federation federation, string name)
    {
        AggregationPlan plan = federation.Plan;
        TrainingTerms terms = federation.Consortium.Plan.Terms!;
        PartyIdentity identity = PartyIdentity.Load(federation.Consortium.IdentityOf(name));
        using ServerLink link = ServerConnector.Connect(federation.Parties.Address, identity,
            DemoConsortium.ServerName, insecureLoopback: false);
        string folder = Directory.CreateDirectory(Path.Combine(federation.Folder, "hostile")).FullName;
        int index = plan.Enrolment.Clients.ToList().FindIndex(client => client.Name == name);
        AggregationClient role = HostileRole.Of(plan, identity.Signing);
        RawDataset row = new(new double[terms.Model.Inputs], [0], terms.Model.Inputs, terms.Model.Task,
            terms.Model.Classes);
        TrainingSource source = new(plan, terms, terms.TrainerUnder!, new RawSite(name, row, null), index);
        ClientService service = new(plan, role,
            new DurableContributions(plan, role, new FileContributionOutbox(Path.Combine(folder, "outbox"))),
            new ForgingSource(source, (_, counters) =>
            {
                counters[0] = 5 * plan.Settings.Counters.Counters[0].MaxMagnitude;
                return true;
            }),
            link, new ModelDownload(link, Path.Combine(folder, "models"), NullLogger.Instance), own: null,
            NullLogger.Instance);
        await service.RunAsync(0, once: true, Token);
    }

    // Round 0 is one of training.
    private static TrainingTerms WithoutPreparation(TrainingTerms terms)
    {
        int inputs = terms.Model.Inputs;
        FeatureScaling given = FeatureScaling.Declared(new double[inputs], [.. Enumerable.Repeat(100.0, inputs)]);
        return terms with
        {
            WeightUnit = 250,
            Clips = [2],
            Data = terms.Data with { Scaling = ScalingKind.Fixed, FixedScaling = given }
        };
    }
}
