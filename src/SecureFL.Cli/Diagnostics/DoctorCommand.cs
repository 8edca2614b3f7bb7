using System.Collections.Immutable;
using System.CommandLine;
using System.Globalization;
using System.Net;
using System.Runtime.InteropServices;
using SecureFL.Cli.Clients;
using SecureFL.Cli.Configuration;
using SecureFL.Cli.Shell;
using SecureFL.Cli.Sites;
using SecureFL.Consortium.Diagnostics;
using SecureFL.Consortium.Plans;
using SecureFL.Transport.Connections;
using SecureFL.Transport.Identity;

namespace SecureFL.Cli.Diagnostics;

/// <summary><c>doctor</c>: one line for each thing that a deployment stands on.</summary>
internal static class DoctorCommand
{
    private const string Teaching = """
        Before the first round, at a hospital:
          securefl doctor --identity charite --plan plan.json --state state --server https://agg.example.org:7443
        At the server, before it starts:
          securefl doctor --identity aggregator --plan plan.json --state state --listen 0.0.0.0:7443
        With a securefl.json in the current folder, and identity, state and plan.json beside it:
          securefl doctor
        """;

    internal static Command Create()
    {
        Option<DirectoryInfo?> identity = new("--identity")
        {
            Description = "this party's folder; by default the folder identity, if there is one",
            HelpName = "FOLDER"
        };
        Option<FileInfo?> plan = new("--plan")
        { Description = "the plan; by default plan.json, if there is one", HelpName = "FILE" };
        Option<DirectoryInfo?> state = new("--state")
        { Description = "the state folder; by default the folder state, if there is one", HelpName = "FOLDER" };
        Option<string?> server = new("--server") { Description = "the server, https://HOST:PORT", HelpName = "URL" };
        Option<string?> serverName = new("--server-name")
        { Description = "the name in the server's certificate; else the plan's", HelpName = "NAME" };
        Option<string[]> listen = new("--listen")
        {
            Description = "an address that a server will listen on; more than once for several",
            HelpName = "ADDRESS:PORT"
        };
        Option<FileInfo?> data = new("--data")
        {
            Description =
                "a client's rows, to compare with the plan; nothing of them is shown but what client run says",
            HelpName = "FILE",
        };
        Option<FileInfo?> test = new("--test") { Description = "a client's rows to test on", HelpName = "FILE" };
        Option<string?> label = new("--label")
        { Description = "the label column, which must be the plan's", HelpName = "COLUMN" };
        TableOptions tables = new();
        Option<bool> insecure = new("--insecure-loopback")
        { Description = "permit http on a loopback address: for development" };
        Option<FileInfo?> json = new("--json") { Description = "write the checks to this file", HelpName = "FILE" };
        Command command = new("doctor",
            "Check settings, clock, port, certificates, disk, processor, plan, rows and server. Exit code 6 if "
            + "something fails.")
        {
            identity, plan, state, server, serverName, listen, data, test, label,
        };
        tables.AddTo(command);
        command.Add(insecure);
        command.Add(json);
        command.SetAction(async (result, cancellationToken) =>
        {
            Examination examination = new()
            {
                Identity = result.GetValue(identity)?.FullName ?? FolderHere("identity"),
                Plan = result.GetValue(plan)?.FullName
                    ?? (File.Exists("plan.json") ? Path.GetFullPath("plan.json") : null),
                State = result.GetValue(state)?.FullName ?? FolderHere("state"),
                Server = result.GetValue(server) is string text ? Address(text) : null,
                ServerName = result.GetValue(serverName),
                Listen = [.. (result.GetValue(listen) ?? []).Select(Endpoint)],
                Rows = result.GetValue(data) is FileInfo rows
                    ? new SiteFiles(rows.FullName, result.GetValue(test)?.FullName, result.GetValue(label))
                    { Csv = tables.Read(result) }
                    : null,
                Settings = new LayeredArguments((RootCommand)result.RootCommandResult.Command,
                    Environment.GetEnvironmentVariables()).FileFor(result),
                InsecureLoopback = result.GetValue(insecure),
            };
            List<CheckResult> checks = [];
            await foreach (CheckResult check in examination.RunAsync(cancellationToken).ConfigureAwait(false))
            {
                checks.Add(check);
                Terminal.WriteLine(check.ToString());
            }

            JsonOutput.Write(result.GetValue(json),
                new
                {
                    Schema = 1,
                    Checks = checks.Select(
                    check => new
                    {
                        check.Name,
                        State = check.State.ToString().ToLowerInvariant(),
                        check.Text,
                        check.Hint
                    })
                });
            return (int)(checks.Any(check => check.State == CheckState.Fail) ? ExitCode.Environment : ExitCode.Ok);
        });
        return Examples.Of(command, Teaching);
    }

    private static Uri Address(string text) =>
        Uri.TryCreate(text.Contains("://", StringComparison.Ordinal) ? text : $"https://{text}", UriKind.Absolute,
            out Uri? address)
        ? new Uri(address.GetLeftPart(UriPartial.Authority))
        : throw new CliException(ExitCode.Usage, $"'{text}' is no server", "for example https://server.example:7443");

    // Where server, client and key holder look when nothing else is said: what they would use is what has to be
    // checked.
    private static string? FolderHere(string name) => Directory.Exists(name) ? Path.GetFullPath(name) : null;

    // A server's listen setting may be an address and a port, a URL, or a port alone.
    private static IPEndPoint Endpoint(string text)
    {
        string bare = text.Contains("://", StringComparison.Ordinal)
            ? text[(text.IndexOf("://", StringComparison.Ordinal) + 3)..].TrimEnd('/') : text;
        if (ushort.TryParse(bare, CultureInfo.InvariantCulture, out ushort port))
        {
            return new IPEndPoint(IPAddress.Any, port);
        }

        bare = bare.StartsWith("localhost:", StringComparison.Ordinal) ? "127.0.0.1" + bare["localhost".Length..]
            : bare.StartsWith("*:", StringComparison.Ordinal) ? "0.0.0.0" + bare[1..] : bare;
        return IPEndPoint.TryParse(bare, out IPEndPoint? endpoint)
            ? endpoint
            : throw new CliException(ExitCode.Usage, $"'{text}' is no address to listen on",
                "for example 0.0.0.0:7443");
    }

    private sealed record Examination
    {
        internal string? Identity { get; init; }

        internal string? Plan { get; init; }

        internal string? State { get; init; }

        internal Uri? Server { get; init; }

        internal string? ServerName { get; init; }

        internal ImmutableArray<IPEndPoint> Listen { get; init; } = [];

        internal SiteFiles? Rows { get; init; }

        internal ConfigurationFile? Settings { get; init; }

        internal bool InsecureLoopback { get; init; }

        internal async IAsyncEnumerable<CheckResult> RunAsync(
            [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
        {
            TimeProvider clock = TimeProvider.System;
            yield return new CheckResult("program", CheckState.Ok,
                $"securefl {typeof(DoctorCommand).Assembly.GetName().Version?.ToString(3)}, "
                + $"{RuntimeInformation.FrameworkDescription}, {RuntimeInformation.OSDescription}");
            yield return MachineChecks.Processor();
            yield return new CheckResult(
                "settings",
                CheckState.Ok,
                Settings is null
                    ? "no securefl.json: the command line and the environment alone"
                    : $"{Settings.Path} of a {PeerRoles.NameOf(Settings.Role)}: "
                    + $"{string.Join(", ", Settings.Settings.Keys)}");
            PartyIdentity? identity = null;
            if (Identity is null)
            {
                yield return new CheckResult("identity", CheckState.Warn,
                    "no party's folder was given: only this machine is checked",
                    "--identity FOLDER, or start it beside the folder identity");
            }
            else
            {
                (CheckResult result, identity) = PartyChecks.Identity(Identity);
                yield return result;
            }

            using PartyIdentity? owned = identity;
            if (identity is not null)
            {
                yield return PartyChecks.Certificate(identity, clock);
                yield return PartyChecks.Revocations(identity, clock);
            }

            PlanFile? plan = null;
            if (Plan is not null)
            {
                (CheckResult result, plan) = PartyChecks.Plan(Plan, identity, State);
                yield return result;
            }

            foreach (CheckResult result in Rows is null ? [] : TableChecks.Of(plan, identity?.Name, Rows))
            {
                yield return result;
            }

            if (State is not null)
            {
                yield return MachineChecks.Disk(State,
                    PartyChecks.WantedBytes(plan, identity?.Peer.Role ?? PeerRole.Operator));
            }

            foreach (IPEndPoint endpoint in Listen)
            {
                yield return MachineChecks.Port(endpoint);
            }

            if (Server is null)
            {
                yield break;
            }

            if (identity is null || identity.Peer.Role == PeerRole.Server
                || (ServerName ?? plan?.ServerName) is not string name)
            {
                yield return new CheckResult("server", CheckState.Warn, $"{Server} was not called",
                    "give --identity of a client, key holder or operator, and --plan or --server-name");
                yield break;
            }

            yield return await ServerChecks.HealthAsync(Server, identity, name, InsecureLoopback, cancellationToken)
                .ConfigureAwait(false);
            if (plan is not null)
            {
                using ServerLink link = ServerConnector.Connect(Server, identity, name, InsecureLoopback);
                yield return await ServerChecks.PlanAsync(link, plan.Digest, cancellationToken).ConfigureAwait(false);
            }

            yield return await ServerChecks.ClockAsync(Server, identity, name, InsecureLoopback, clock,
                cancellationToken).ConfigureAwait(false);
        }
    }
}
