using System.CommandLine;
using System.Globalization;
using System.Net;
using SecureFL.Cli.Shell;
using SecureFL.Consortium.Plans;
using SecureFL.Learning.Data.Tensors;
using SecureFL.Learning.Models;
using SecureFL.Server.Hosting;
using SecureFL.Transport.Formats;
using SecureFL.Transport.Identity;

namespace SecureFL.Cli.Servers;

/// <summary><c>server</c>: adds what clients upload, and never holds a key that opens one of them.</summary>
internal static class ServerCommand
{
    internal static Command Create()
    {
        Option<DirectoryInfo> identity = new("--identity")
        {
            Description = "the server's folder (securefl identity)",
            HelpName = "FOLDER",
            DefaultValueFactory = _ => new DirectoryInfo("identity")
        };
        Option<DirectoryInfo> state = new("--state")
        {
            Description = "what must survive a restart; belongs to this one process",
            HelpName = "FOLDER",
            DefaultValueFactory = _ => new DirectoryInfo("state")
        };
        Option<FileInfo> plan = new("--plan")
        {
            Description = "the signed plan.json",
            HelpName = "FILE",
            DefaultValueFactory = _ => new FileInfo("plan.json")
        };
        Option<string[]> listen = new("--listen")
        {
            Description =
                    "ADDRESS:PORT, more than once for several; an address of this machine, or 0.0.0.0 or [::] for all",
            HelpName = "ADDRESS:PORT",
            DefaultValueFactory = _ => ["0.0.0.0:7443"]
        };
        Option<bool> keep = new("--keep-ciphertexts")
        { Description = "keep the uploads of decided rounds, so that verify --ciphertexts can recompute the sums" };
        Option<bool> start = new("--start-rounds")
        { Description = "start the rounds of a new session at once; else securefl round start does" };
        Option<bool> insecure = new("--insecure-loopback")
        { Description = "no TLS, on loopback addresses only: for development" };
        Option<FileInfo?> initial = new("--initial-model")
        {
            Description =
                    "the weights before the first round (.safetensors), where the plan's terms name a file's digest",
            HelpName = "FILE"
        };
        Option<Uri?> otlp = new("--otlp")
        { Description = "OTLP endpoint of a collector for metrics and traces", HelpName = "URL" };
        Option<string> format = new("--log-format") { Description = "text or json", DefaultValueFactory = _ => "text" };
        format.AcceptOnlyFromAmong("text", "json");
        Command command = new("server",
            "Run the aggregation server: takes ciphertexts, adds them, gathers votes and releases, opens nothing "
            + "but agreed sums.")
        {
            identity, state, plan, listen, keep, start, insecure, initial, otlp, format,
        };
        command.SetAction((result, cancellationToken) =>
        {
            PlanFile file = PlanFile.Load(result.GetValue(plan)!.FullName);
            ServerSettings settings = new()
            {
                StateFolder = result.GetValue(state)!.FullName,
                Listen = [.. result.GetValue(listen)!.Select(Parse)],
                InsecureLoopback = result.GetValue(insecure),
                InitialModel = result.GetValue(initial) is FileInfo weights
                    ? () => ReadWeights(weights.FullName, file) : null,
                KeepCiphertexts = result.GetValue(keep),
                StartRounds = result.GetValue(start),
                OtlpEndpoint = result.GetValue(otlp),
                JsonLogs = result.GetValue(format) == "json",
            };
            return RunAsync(settings, file, result.GetValue(identity)!.FullName, cancellationToken);
        });
        return
            Examples.Of(command,
                "securefl server --identity server --state server-state --plan plan.json --listen 0.0.0.0:7443");
    }

    private static async Task<int> RunAsync(ServerSettings settings, PlanFile plan, string identityFolder,
        CancellationToken cancellationToken)
    {
        using PartyIdentity identity = PartyIdentity.Load(identityFolder);
        AggregationHost host = await AggregationHost.StartAsync(settings, plan, identity).ConfigureAwait(false);
        await using (host.ConfigureAwait(false))
        {
            Talk.Line($"plan {plan.SpokenForm}, listening on {string.Join(", ", host.Addresses)}");
            await host.Completion.WaitAsync(cancellationToken).ConfigureAwait(false);
        }

        return (int)ExitCode.Ok;
    }

    private static IPEndPoint Parse(string text)
    {
        string address = Uri.TryCreate(text, UriKind.Absolute, out Uri? uri) && uri.Host.Length > 0
            ? uri.Authority : text;
        address = address.Replace("localhost", "127.0.0.1", StringComparison.OrdinalIgnoreCase);
        return IPEndPoint.TryParse(address, out IPEndPoint? endPoint)
            && address.Contains(endPoint.Port.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal)
            ? endPoint
            : throw new CliException(ExitCode.Usage, $"--listen {text} is no ADDRESS:PORT",
                "for example --listen 0.0.0.0:7443");
    }

    private static ModelParameters ReadWeights(string path, PlanFile plan)
    {
        using FileStream stream = OrdinaryFile.Open(path);
        SafetensorsContent content = Safetensors.Read(stream, path);
        return plan.Terms is TrainingTerms terms
            ? ModelParameters.FromTensors(terms.Layout, content, path)
            : throw new CliException(ExitCode.Usage, "the plan has no terms of training, so no model",
                "leave --initial-model out");
    }
}
