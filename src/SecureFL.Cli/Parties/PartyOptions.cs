using System.CommandLine;
using Microsoft.Extensions.Logging;
using SecureFL.Cli.Shell;
using SecureFL.Client;
using SecureFL.Consortium.Parties;
using SecureFL.KeyHolder;
using SecureFL.Messages.Primitives;

namespace SecureFL.Cli.Parties;

/// <summary>What a client or key holder was told about itself and its server.</summary>
internal sealed record PartySettings
{
    internal required Uri Server { get; init; }

    internal required string Identity { get; init; }

    internal required string State { get; init; }

    internal string? Plan { get; init; }

    internal string? ServerName { get; init; }

    internal bool InsecureLoopback { get; init; }

    internal Digest? AcceptedDigest { get; init; }

    internal LogLevel LogLevel { get; init; }

    internal bool LogJson { get; init; }

    internal ILoggerFactory CreateLogging() => PartyLogging.Create(LogLevel, LogJson);

    internal FederationClientOptions ToClient() => Whole(new FederationClientOptions
    { Server = Server, IdentityFolder = Identity, StateFolder = State });

    internal KeyHolderOptions ToKeyHolder(string? keys) => Whole(new KeyHolderOptions
    { Server = Server, IdentityFolder = Identity, StateFolder = State, KeysFolder = keys });

    private T Whole<T>(T party)
        where T : ConsortiumPartyOptions => (T)((ConsortiumPartyOptions)party with
        {
            PlanPath = Plan,
            ServerName = ServerName,
            ApprovedPlan = AcceptedDigest,
            Approve = PlanQuestion.AskAsync,
            InsecureLoopback = InsecureLoopback,
        });
}

/// <summary>The options that <c>client</c> and <c>key-holder</c> share.</summary>
internal sealed class PartyOptions
{
    private readonly Option<Uri> _server = new("--server")
    {
        Description = "the server, https://HOST:PORT",
        HelpName = "URL",
        Required = true,
        CustomParser = ParseServer
    };
    private readonly Option<DirectoryInfo> _identity = new("--identity")
    {
        Description = "this party's folder (securefl identity)",
        HelpName = "FOLDER",
        DefaultValueFactory = _ => new DirectoryInfo("identity")
    };
    private readonly Option<DirectoryInfo> _state = new("--state")
    {
        Description = "what must survive a restart; belongs to this one process",
        HelpName = "FOLDER",
        DefaultValueFactory = _ => new DirectoryInfo("state")
    };
    private readonly Option<FileInfo?> _plan = new("--plan")
    { Description = "plan.json; else the one kept in the state folder, else the server's", HelpName = "FILE" };
    private readonly Option<string?> _serverName = new("--server-name")
    { Description = "the name in the server's certificate; else the plan file's", HelpName = "NAME" };
    private readonly Option<bool> _insecure = new("--insecure-loopback")
    { Description = "permit http on a loopback address: for development" };
    private readonly Option<string?> _accept = new("--accept-digest")
    {
        Description =
                "the plan's digest (64 hexadecimal digits) that your people approved: instead of the question at "
                + "the first start",
        HelpName = "DIGEST"
    };
    private readonly Option<LogLevel> _level = new("--log-level")
    {
        Description = "the least that is logged: trace, debug, information, warning, error, critical or none",
        HelpName = "LEVEL",
        DefaultValueFactory = _ => LogLevel.Information
    };
    private readonly Option<string> _format = new("--log-format")
    { Description = "text or json", DefaultValueFactory = _ => "text" };

    internal PartyOptions() => _format.AcceptOnlyFromAmong("text", "json");

    internal void AddTo(Command command) => HelpGroups.Add(
        command, "This party", [_server, _identity, _state, _plan, _serverName, _insecure, _accept, _level, _format]);

    internal PartySettings Read(ParseResult result) => new()
    {
        Server = result.GetValue(_server)!,
        Identity = result.GetValue(_identity)!.FullName,
        State = result.GetValue(_state)!.FullName,
        Plan = result.GetValue(_plan)?.FullName,
        ServerName = result.GetValue(_serverName),
        InsecureLoopback = result.GetValue(_insecure),
        AcceptedDigest = Digest(result.GetValue(_accept)),
        LogLevel = result.GetValue(_level),
        LogJson = result.GetValue(_format) == "json",
    };

    private static Digest? Digest(string? text)
    {
        if (text is null)
        {
            return null;
        }

        try
        {
            return new Digest(Convert.FromHexString(text));
        }
        catch (Exception fault) when (fault is FormatException or ArgumentException)
        {
            throw new CliException(ExitCode.Usage, $"--accept-digest is not 64 hexadecimal digits: {text}",
                "securefl plan show prints it");
        }
    }

    private static Uri? ParseServer(System.CommandLine.Parsing.ArgumentResult argument)
    {
        string text = argument.Tokens.Count == 1 ? argument.Tokens[0].Value : "";
        if (Uri.TryCreate(text.Contains("://", StringComparison.Ordinal) ? text : $"https://{text}", UriKind.Absolute,
            out Uri? address))
        {
            return new Uri(address.GetLeftPart(UriPartial.Authority));
        }

        argument.AddError($"'{text}' is no server, for example https://server.example:7443");
        return null;
    }
}
