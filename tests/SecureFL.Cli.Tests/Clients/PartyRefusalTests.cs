using System.Runtime.CompilerServices;
using SecureFL.Cli.Demo;
using SecureFL.Cli.Shell;
using SecureFL.Cli.Tests.Support;
using SecureFL.Client;
using SecureFL.Consortium.Parties;
using SecureFL.Consortium.Plans;
using SecureFL.KeyHolder;
using SecureFL.Learning.Data;
using SecureFL.Learning.Data.Csv;
using SecureFL.Messages.Violations;
using SecureFL.Transport.Connections;
using SecureFL.Transport.Identity;

namespace SecureFL.Cli.Tests.Clients;

/// <summary>
/// Whatever is wrong with identity, plan, state folder, server or rows, a program gets one type of exception, with a
/// code and the fault behind it.
/// </summary>
public sealed class PartyRefusalTests : IDisposable
{
    private static readonly string[] Clients = ["north", "east", "south", "west"];
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("securefl-refusals-");
    private readonly DemoConsortium _sums;

    public PartyRefusalTests() => _sums = Create(_folder.CreateSubdirectory("sums").FullName, vectorLength: 10);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_identity_that_is_missing_or_damaged_is_refused()
    {
        FederationClientOptions options = Options();
        PartyException missing = await RefusedAsync(PartyRefusal.Identity,
            options with { IdentityFolder = Path.Combine(_folder.FullName, "nowhere") });
        Assert.IsType<DirectoryNotFoundException>(missing.InnerException);
        foreach (string file in new[] { "identity.json", "signing.key", "tls.key", "tls.crt", "ca.crt", "ca.crl" }
            .Select(name => Path.Combine(options.IdentityFolder, name)))
        {
            byte[] whole = File.ReadAllBytes(file);
            File.WriteAllBytes(file, whole.AsSpan(0, whole.Length / 2));
            PartyException damaged = await RefusedAsync(
                file.EndsWith(".crl", StringComparison.Ordinal) ? PartyRefusal.Certificate : PartyRefusal.Identity,
                options);
            Assert.NotNull(damaged.InnerException);
            File.WriteAllBytes(file, whole);
        }

        (await FederationClient.OpenAsync(options, null, Cancellation)).Dispose();
    }

    [Fact]
    public async Task A_plan_that_is_missing_damaged_changed_or_a_draft_is_refused()
    {
        FederationClientOptions options = Options();
        PartyException missing = await RefusedAsync(PartyRefusal.Plan,
            options with { PlanPath = Path.Combine(_folder.FullName, "nowhere.json") });
        Assert.IsAssignableFrom<IOException>(missing.InnerException);
        string other = Path.Combine(_folder.FullName, "plan.json");
        string text = File.ReadAllText(_sums.PlanPath);
        File.WriteAllText(other, text[..(text.Length / 2)]);
        PartyException damaged = await RefusedAsync(PartyRefusal.Plan, options with { PlanPath = other });
        Assert.IsAssignableFrom<FormatException>(damaged.InnerException);
        string changed = text.Replace("\"north\"", "\"nord\"", StringComparison.Ordinal);
        Assert.NotEqual(text, changed);
        File.WriteAllText(other, changed);
        PartyException lie = await RefusedAsync(PartyRefusal.Plan, options with { PlanPath = other });
        Assert.IsType<PlanMismatchException>(lie.InnerException);
        Assert.Equal(ExitCode.Integrity, Failures.Of(lie).Code);
        PlanFile.Draft(_sums.Plan.Consortium, _sums.Plan.ServerName, _sums.Plan.Settings, null, _sums.Plan.Sums)
            .Save(other);
        PartyException draft = await RefusedAsync(PartyRefusal.Plan, options with { PlanPath = other });
        Assert.IsType<PlanMismatchException>(draft.InnerException);
    }

    [Fact]
    public async Task A_plan_that_does_not_enrol_the_identity_is_refused()
    {
        DemoConsortium other = Create(_folder.CreateSubdirectory("other").FullName, vectorLength: 10);
        PartyException client = await RefusedAsync(PartyRefusal.Plan, Options() with
        { PlanPath = other.PlanPath, ApprovedPlan = other.Plan.Digest });
        Assert.IsType<ProtocolViolationException>(client.InnerException);
        string name = HospitalFederation.KeyHolders[0];
        PartyException holder = await PartyApiTests.RefusedAsync(PartyRefusal.Plan,
            () => KeyHolderHost.OpenAsync(Holder(name) with
            { PlanPath = other.PlanPath, ApprovedPlan = other.Plan.Digest }, null, Cancellation));
        Assert.IsType<ProtocolViolationException>(holder.InnerException);
    }

    [Fact]
    public async Task A_state_folder_that_is_no_folder_or_damaged_is_refused()
    {
        FederationClientOptions options = Options();
        PartyException file =
            await RefusedAsync(PartyRefusal.StateFolder, options with { StateFolder = options.PlanPath! });
        Assert.IsAssignableFrom<IOException>(file.InnerException);
        string state = Path.Combine(_folder.FullName, "damaged");
        Directory.CreateDirectory(state);
        File.WriteAllText(Path.Combine(state, "approved-plan.json"), "{");
        PartyException approval = await RefusedAsync(PartyRefusal.StateFolder, options with { StateFolder = state });
        Assert.IsAssignableFrom<FormatException>(approval.InnerException);
    }

    [Fact]
    public async Task A_ledger_that_is_damaged_is_refused()
    {
        KeyHolderOptions options = Holder(HospitalFederation.KeyHolders[0]);
        Directory.CreateDirectory(options.StateFolder);
        File.WriteAllBytes(Path.Combine(options.StateFolder, "ledger.sfl"), new byte[200]);
        PartyException refusal = await PartyApiTests.RefusedAsync(PartyRefusal.StateFolder,
            () => KeyHolderHost.OpenAsync(options, null, Cancellation));
        Assert.NotNull(refusal.InnerException);
    }

    [Fact]
    public async Task A_certificate_of_another_authority_is_refused()
    {
        DemoConsortium other = Create(_folder.CreateSubdirectory("other").FullName, vectorLength: 10);
        FederationClientOptions options = Options();
        foreach (string name in new[] { "ca.crt", "ca.crl" })
        {
            File.Copy(Path.Combine(other.IdentityOf("north"), name), Path.Combine(options.IdentityFolder, name),
                overwrite: true);
        }

        PartyException refusal = await RefusedAsync(PartyRefusal.Certificate, options);
        Assert.IsType<CertificateRefusedException>(refusal.InnerException);
    }

    [Fact]
    public async Task A_table_that_does_not_fit_is_refused_and_so_is_training_by_a_plan_of_sums()
    {
        DirectoryInfo folder = _folder.CreateSubdirectory("training");
        IReadOnlyList<string> tables = HospitalFederation.WriteTables(folder.FullName);
        string[] names = [.. tables.Select(path => Path.GetFileNameWithoutExtension(path))];
        DemoConsortium training = DemoConsortium.Create(folder.FullName, names, HospitalFederation.KeyHolders,
            HospitalFederation.TermsFor(tables, 2, new RoundPolicy()), HospitalFederation.Clip,
            HospitalFederation.Bits, threshold: 2);
        using FederationClient client =
            await FederationClient.OpenAsync(Options(names[0], training), null, Cancellation);
        PartyException rows = await PartyApiTests.RefusedAsync(PartyRefusal.Rows, () =>
        {
            client.SiteOf(CsvTableReader.Read(new StringReader("a,b\n1,2\n"), "other.csv"));
            return Task.CompletedTask;
        });
        Assert.IsType<DataFormatException>(rows.InnerException);
        using FederationClient sums = await FederationClient.OpenAsync(Options("east"), null, Cancellation);
        await PartyApiTests.RefusedAsync(PartyRefusal.Plan, () =>
        {
            sums.SiteOf(CsvTableReader.Read(new StringReader("a,b\n1,2\n"), "other.csv"));
            return Task.CompletedTask;
        });
    }

    [Theory]
    [InlineData("--trainer does not go with this plan", "--trainer", "python3 train.py")]
    [InlineData("--trainer-timeout needs --trainer", "--trainer-timeout", "60")]
    public void Options_that_would_change_nothing_under_a_plan_of_a_built_in_model_are_refused(string due,
        string option, string value)
    {
        DirectoryInfo folder = _folder.CreateSubdirectory("built-in");
        IReadOnlyList<string> tables = HospitalFederation.WriteTables(folder.FullName);
        string[] names = [.. tables.Select(path => Path.GetFileNameWithoutExtension(path))];
        DemoConsortium training = DemoConsortium.Create(folder.FullName, names, HospitalFederation.KeyHolders,
            HospitalFederation.TermsFor(tables, 2, new RoundPolicy()), HospitalFederation.Clip,
            HospitalFederation.Bits, threshold: 2);
        (int code, _, string error) = Securefl.Run("client", "run", "--identity", training.IdentityOf(names[0]),
            "--state", training.StateOf(names[0]), "--server", "https://127.0.0.1:9", "--plan", training.PlanPath,
            "--accept-digest", training.Plan.Digest.ToString(), "--data", tables[0], option, value);
        Assert.Equal(2, code);
        Assert.Contains(due, error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Addresses_arguments_and_cancellation_are_the_frameworks_own()
    {
        FederationClientOptions options = Options();
        await Assert.ThrowsAsync<ArgumentException>(() => FederationClient.OpenAsync(
            options with { Server = new Uri("http://server.example:7443") }, null, Cancellation));
        await Assert.ThrowsAsync<ArgumentNullException>(
            () => FederationClient.OpenAsync(null!, null, Cancellation));
        using CancellationTokenSource stop = new(TimeSpan.FromSeconds(1));
        string state = Path.Combine(_folder.FullName, "fetching");
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => FederationClient.OpenAsync(
            options with { PlanPath = null, StateFolder = state, ServerName = "server" }, null, stop.Token));
        await RefusedAsync(PartyRefusal.Options, options with { PlanPath = null, StateFolder = state });
    }

    /// <summary>What the person who is asked throws is that program's own.</summary>
    [Fact]
    public async Task What_the_question_throws_is_thrown_on()
    {
        IOException own = new("no terminal");
        Assert.Same(own, await Assert.ThrowsAsync<IOException>(() => FederationClient.OpenAsync(
            Options() with { ApprovedPlan = null, Approve = (_, _) => throw own }, null, Cancellation)));
    }

    [Theory]
    [InlineData(PartyRefusal.StaleLedger, 5)]
    [InlineData(PartyRefusal.WrongPlan, 3)]
    [InlineData(PartyRefusal.Certificate, 3)]
    [InlineData(PartyRefusal.StateFolder, 6)]
    [InlineData(PartyRefusal.Protocol, 3)]
    public async Task What_ends_the_work_keeps_its_code_and_its_fault(PartyRefusal code, int exit)
    {
        Exception fault = code switch
        {
            PartyRefusal.StaleLedger => (Exception)RuntimeHelpers.GetUninitializedObject(
                typeof(Protocol.Stores.StaleLedgerException)),
            PartyRefusal.WrongPlan => new WrongPlanException(default, default),
            PartyRefusal.Certificate => new CertificateRefusedException("expired", "renew it"),
            PartyRefusal.StateFolder => new IOException("the disk is full"),
            _ => new ProtocolViolationException(ViolationCode.WrongRound, Party.Server, "round 1", "round 2"),
        };
        PartyException refusal = await PartyApiTests.RefusedAsync(code,
            () => PartyFaults.OfWorkAsync<int>(() => throw fault));
        Assert.Same(fault, refusal.InnerException);
        Assert.Equal(exit, (int)Failures.Of(refusal).Code);
    }

    /// <summary>A trainer that cannot read its own file is no fault of the state folder.</summary>
    [Fact]
    public async Task What_a_trainer_throws_is_thrown_on()
    {
        IOException own = new("no weights");
        Assert.Same(own, await Assert.ThrowsAsync<IOException>(
            () => PartyFaults.OfWorkAsync<int>(() => throw new SiteFaultException(own))));
    }

    [Fact]
    public async Task The_command_line_adds_the_options_that_a_hint_is_about()
    {
        PartyException refusal = await RefusedAsync(PartyRefusal.Options, Options() with
        { PlanPath = null, StateFolder = Path.Combine(_folder.FullName, "new") });
        Assert.EndsWith("(--plan, --server-name)", Failures.Of(refusal).Hint, StringComparison.Ordinal);
        PartyException open = await RefusedAsync(PartyRefusal.Options, Options() with { ApprovedPlan = null });
        Assert.EndsWith("(--accept-digest)", Failures.Of(open).Hint, StringComparison.Ordinal);
    }

    public void Dispose() => _folder.Delete(recursive: true);

    private static DemoConsortium Create(string folder, int vectorLength) => DemoConsortium.Create(
        folder, Clients, HospitalFederation.KeyHolders, null, clip: 2, HospitalFederation.Bits, threshold: 2,
        vectorLength: vectorLength);

    private static Task<PartyException> RefusedAsync(PartyRefusal code, FederationClientOptions options) =>
        PartyApiTests.RefusedAsync(code, () => FederationClient.OpenAsync(options, null, Cancellation));

    private FederationClientOptions Options(string name = "north", DemoConsortium? consortium = null)
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
}
