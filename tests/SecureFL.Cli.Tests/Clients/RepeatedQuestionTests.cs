using Microsoft.Extensions.Logging.Abstractions;
using SecureFL.Cli.Demo;
using SecureFL.Cli.Tests.Support;
using SecureFL.Client;
using SecureFL.Client.Questions;
using SecureFL.Client.Sources;
using SecureFL.Consortium.Approvals;
using SecureFL.Consortium.Parties;

namespace SecureFL.Cli.Tests.Clients;

/// <summary>A plan that asks what another one had answered, as a hospital's people meet it: before any round.</summary>
public sealed class RepeatedQuestionTests : IDisposable
{
    private static readonly string[] Clients = ["north", "east", "south", "west"];
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("securefl-repeated-");
    private readonly DemoConsortium _sums;

    public RepeatedQuestionTests()
    {
        _sums = DemoConsortium.Create(_folder.FullName, Clients, HospitalFederation.KeyHolders, null, clip: 2,
            HospitalFederation.Bits, threshold: 2, vectorLength: 10);
        new QuestionGuard(_sums.IdentityOf("north"), FederationClientOptions.DefaultDataSet, default, [],
            NullLogger.Instance).Claim(new VectorSource(new float[10], []).FirstQuestions);
    }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task It_is_refused_before_any_server_is_asked()
    {
        using FederationClient client = await FederationClient.OpenAsync(Options(), null, Cancellation);
        PartyException refusal = await PartyApiTests.RefusedAsync(PartyRefusal.RepeatedQuestion,
            () => client.SendAsync(new float[10], cancellationToken: Cancellation));
        Assert.Contains("data set 'rows' answered on ", refusal.Message, StringComparison.Ordinal);
        await SendsAsync(client, 1f);
    }

    [Fact]
    public async Task An_approval_is_kept_with_the_plan()
    {
        FederationClientOptions accepting = Options() with { AcceptRepeated = [QuestionKind.Sum] };
        (await FederationClient.OpenAsync(accepting, null, Cancellation)).Dispose();
        Assert.Equal([QuestionKind.Sum], new ApprovedPlan(_sums.StateOf("north")).Repeated);
        using FederationClient client = await FederationClient.OpenAsync(Options(), null, Cancellation);
        await SendsAsync(client, 0f);
    }

    [Fact]
    public async Task Other_rows_have_another_name()
    {
        using (FederationClient client = await FederationClient.OpenAsync(Options() with { DataSet = "others" }, null,
            Cancellation))
        {
            await SendsAsync(client, 0f);
        }

        await PartyApiTests.RefusedAsync(PartyRefusal.Options, () => FederationClient.OpenAsync(
            Options() with { DataSet = "../others" }, null, Cancellation));
    }

    [Fact]
    public void The_command_line_names_its_options()
    {
        string vector = Path.Combine(_folder.FullName, "zero.f32");
        File.WriteAllBytes(vector, new byte[40]);
        (int code, _, string error) = Securefl.Run("client", "send", vector, "--identity", _sums.IdentityOf("north"),
            "--state", _sums.StateOf("north"), "--plan", _sums.PlanPath, "--server", "https://127.0.0.1:9",
            "--accept-digest", _sums.Plan.Digest.ToString());
        Assert.Equal(2, code);
        Assert.Contains("repeated questions of sum;", error, StringComparison.Ordinal);
        Assert.Contains("(--accept-repeated, --data-set)", error, StringComparison.Ordinal);
    }

    public void Dispose() => _folder.Delete(recursive: true);

    // It goes on to the server, which is not there, and tries again until it is told to stop.
    private static async Task SendsAsync(FederationClient client, float value)
    {
        using CancellationTokenSource stop = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        stop.CancelAfter(TimeSpan.FromSeconds(0.5));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => client.SendAsync(
            [.. Enumerable.Repeat(value, 10)], cancellationToken: stop.Token));
    }

    private FederationClientOptions Options() => new()
    {
        Server = new Uri("https://127.0.0.1:9"),
        IdentityFolder = _sums.IdentityOf("north"),
        StateFolder = _sums.StateOf("north"),
        PlanPath = _sums.PlanPath,
        ApprovedPlan = _sums.Plan.Digest,
    };
}
