using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using SecureFL.Cli.Demo;
using SecureFL.Client;
using SecureFL.Client.Hosting;
using SecureFL.Consortium.Parties;
using SecureFL.Consortium.Plans;
using SecureFL.KeyHolder;
using SecureFL.KeyHolder.Hosting;
using SecureFL.Learning.Data;
using SecureFL.Learning.Data.Csv;
using SecureFL.Learning.Data.Datasets;
using SecureFL.Learning.Rounds;
using SecureFL.Messages.Primitives;
using SecureFL.Transport.Calls;

namespace SecureFL.Cli.Tests.Clients;

/// <summary>Parties as other programs open them: what is refused before any server is asked.</summary>
public sealed class PartyApiTests : IDisposable
{
    private static readonly string[] Clients = ["north", "east", "south", "west"];
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("securefl-api-");
    private readonly DemoConsortium _sums;

    public PartyApiTests() => _sums = DemoConsortium.Create(
        _folder.FullName, Clients, HospitalFederation.KeyHolders, null, clip: 2, HospitalFederation.Bits, threshold: 2,
        vectorLength: 10);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_client_knows_who_it_is_and_what_it_approved()
    {
        using FederationClient client = await FederationClient.OpenAsync(Options("south"), null, Cancellation);
        Assert.Equal(("south", 2), (client.Identity.Name, client.Index));
        Assert.Equal(_sums.Plan.Digest, client.Plan.Digest);
    }

    [Fact]
    public async Task An_approval_is_asked_for_once_and_kept()
    {
        int asked = 0;
        Task<bool> AskAsync(PlanFile plan, CancellationToken token)
        {
            asked++;
            return Task.FromResult(plan.Digest == _sums.Plan.Digest);
        }

        FederationClientOptions options = Options("north") with { ApprovedPlan = null, Approve = AskAsync };
        (await FederationClient.OpenAsync(options, null, Cancellation)).Dispose();
        (await FederationClient.OpenAsync(options with { PlanPath = null }, null, Cancellation)).Dispose();
        Assert.Equal(1, asked);
    }

    [Fact]
    public async Task A_plan_that_nobody_approved_is_refused()
    {
        FederationClientOptions options = Options("north") with { ApprovedPlan = null };
        await RefusedAsync(PartyRefusal.Options, () => FederationClient.OpenAsync(options, null, Cancellation));
        await RefusedAsync(PartyRefusal.PlanNotApproved, () => FederationClient.OpenAsync(
            options with { Approve = (_, _) => Task.FromResult(false) }, null, Cancellation));
        await RefusedAsync(PartyRefusal.PlanNotApproved, () => FederationClient.OpenAsync(
            options with { ApprovedPlan = default(Digest) }, null, Cancellation));
    }

    [Fact]
    public async Task The_identity_of_another_role_is_refused()
    {
        PartyException refusal = await RefusedAsync(PartyRefusal.Identity,
            () => FederationClient.OpenAsync(Options(HospitalFederation.KeyHolders[0]), null, Cancellation));
        Assert.Contains("is the identity of a KeyHolder", refusal.Message, StringComparison.Ordinal);
        await RefusedAsync(PartyRefusal.Identity,
            () => KeyHolderHost.OpenAsync(Holder("north"), null, Cancellation));
    }

    [Fact]
    public async Task A_state_folder_is_one_process_at_a_time()
    {
        KeyHolderOptions options = Holder(HospitalFederation.KeyHolders[1]);
        using KeyHolderHost holder = await KeyHolderHost.OpenAsync(options, null, Cancellation);
        Assert.Equal(1, holder.Index);
        await RefusedAsync(PartyRefusal.StateFolder, () => KeyHolderHost.OpenAsync(options, null, Cancellation));
    }

    [Fact]
    public async Task A_plan_of_sums_takes_no_training_and_a_withdrawal_holds_here_first()
    {
        using FederationClient client = await FederationClient.OpenAsync(Options("east"), null, Cancellation);
        RawDataset rows = new([1, 2], [0, 1], 1, LearningTask.Binary, 2);
        await RefusedAsync(PartyRefusal.Plan,
            () => client.RunAsync(new RawSite("east", rows, null), cancellationToken: Cancellation));
        PartyException away =
            await RefusedAsync(PartyRefusal.ServerUnreachable, () => client.WithdrawAsync(3, Cancellation));
        Assert.IsType<GrpcException>(away.InnerException);
        Assert.NotEmpty(Directory.GetFiles(Path.Combine(_sums.StateOf("east"), "outbox")));
    }

    [Fact]
    public async Task Rows_of_a_table_become_the_site_that_the_command_line_makes()
    {
        DirectoryInfo folder = _folder.CreateSubdirectory("training");
        IReadOnlyList<string> tables = HospitalFederation.WriteTables(folder.FullName);
        TrainingTerms terms = HospitalFederation.TermsFor(tables, 2, new RoundPolicy());
        string[] names = [.. tables.Select(path => Path.GetFileNameWithoutExtension(path))];
        DemoConsortium training = DemoConsortium.Create(folder.FullName, names, HospitalFederation.KeyHolders, terms,
            HospitalFederation.Clip, HospitalFederation.Bits, threshold: 2);
        using FederationClient client =
            await FederationClient.OpenAsync(Options(names[1], training), null, Cancellation);
        using StreamReader reader = File.OpenText(tables[1]);
        RawSite site = client.SiteOf(CsvTableReader.Read(reader, tables[1]));
        RawSite due = Cli.Clients.SiteRows.Load(terms, new Cli.Clients.SiteFiles(tables[1], null, null), names[1], 1)
            .Site;
        Assert.Equal(due.Name, site.Name);
        Assert.Equal(due.Train.Features, site.Train.Features);
        Assert.Equal(due.Test!.Labels, site.Test!.Labels);
        await RefusedAsync(PartyRefusal.Plan,
            () => client.SendAsync([1], cancellationToken: Cancellation));
    }

    [Fact]
    public async Task A_host_runs_one_service_for_each_party()
    {
        ServiceCollection services = new();
        services.AddLogging();
        services.AddSecureFLClient<NoSite>(Options("west"));
        services.AddSecureFLKeyHolder(Holder(HospitalFederation.KeyHolders[2]));
        await using ServiceProvider provider = services.BuildServiceProvider();
        IHostedService[] hosted = [.. provider.GetServices<IHostedService>()];
        Assert.Equal(2, hosted.Length);
        BackgroundService client = Assert.IsAssignableFrom<BackgroundService>(hosted[0]);
        await client.StartAsync(Cancellation);
        await Assert.ThrowsAsync<NotSupportedException>(() => client.ExecuteTask!);
        Assert.Equal("west", ((NoSite)provider.GetRequiredService<ISiteLoader>()).Asked);
    }

    internal static async Task<PartyException> RefusedAsync(PartyRefusal code, Func<Task> work)
    {
        PartyException refusal = await Assert.ThrowsAsync<PartyException>(work);
        Assert.Equal(code, refusal.Code);
        Assert.NotEmpty(refusal.Hint);
        Assert.DoesNotContain("--", refusal.Message + refusal.Hint, StringComparison.Ordinal);
        return refusal;
    }

    public void Dispose() => _folder.Delete(recursive: true);

    private FederationClientOptions Options(string name, DemoConsortium? consortium = null)
    {
        consortium ??= _sums;
        return new FederationClientOptions
        {
            Server = new Uri("https://127.0.0.1:9"),
            IdentityFolder = consortium.IdentityOf(name),
            StateFolder = consortium.StateOf(name),
            PlanPath = consortium.PlanPath,
            ApprovedPlan = consortium.Plan.Digest,
        };
    }

    private KeyHolderOptions Holder(string name) => new()
    {
        Server = new Uri("https://127.0.0.1:9"),
        IdentityFolder = _sums.IdentityOf(name),
        StateFolder = _sums.StateOf(name),
        PlanPath = _sums.PlanPath,
        ApprovedPlan = _sums.Plan.Digest,
    };

    private sealed class NoSite : ISiteLoader
    {
        public string? Asked { get; private set; }

        public ValueTask<LocalSite> LoadAsync(FederationClient client, CancellationToken cancellationToken)
        {
            Asked = client.Identity.Name;
            throw new NotSupportedException();
        }

        public ValueTask EndedAsync(SessionEnd end, TrainedModel? model, CancellationToken cancellationToken) =>
            ValueTask.CompletedTask;
    }
}
