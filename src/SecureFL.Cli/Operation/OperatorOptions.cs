using System.CommandLine;
using Grpc.Core;
using SecureFL.Cli.Shell;
using SecureFL.Consortium.Plans;
using SecureFL.Transport.Calls;
using SecureFL.Transport.Connections;
using SecureFL.Transport.Identity;

namespace SecureFL.Cli.Operation;

/// <summary>The options of commands that speak to a server as an operator.</summary>
internal sealed class OperatorOptions
{
    private readonly Option<string> _server = new("--server")
    { Description = "the server, https://HOST:PORT", HelpName = "URL", Required = true };
    private readonly Option<DirectoryInfo> _identity = new("--identity")
    {
        Description = "the operator's folder (securefl identity)",
        HelpName = "FOLDER",
        DefaultValueFactory = _ => new DirectoryInfo("identity")
    };
    private readonly Option<FileInfo?> _plan = new("--plan")
    { Description = "plan.json, for the server's name; a server of another plan is refused", HelpName = "FILE" };
    private readonly Option<string?> _serverName = new("--server-name")
    { Description = "the name in the server's certificate; else the plan file's", HelpName = "NAME" };
    private readonly Option<bool> _insecure = new("--insecure-loopback")
    { Description = "permit http on a loopback address: for development" };

    internal void AddTo(Command command)
    {
        foreach (Option option in (Option[])[_server, _identity, _plan, _serverName, _insecure])
        {
            command.Add(option);
        }
    }

    /// <summary>Calls the server, and turns its refusals into what a person can act on.</summary>
    internal async Task<T> CallAsync<T>(ParseResult result, Func<ServerLink, Task<T>> call,
        CancellationToken cancellationToken)
    {
        using PartyIdentity identity = PartyIdentity.Load(result.GetValue(_identity)!.FullName);
        if (identity.Peer.Role != PeerRole.Operator)
        {
            throw new CliException(ExitCode.Usage, $"{identity.Peer} is no operator",
                "use the folder of an operator's identity");
        }

        PlanFile? plan = result.GetValue(_plan) is FileInfo file ? PlanFile.Load(file.FullName) : null;
        string name = result.GetValue(_serverName)
            ?? plan?.ServerName
            ?? throw new CliException(ExitCode.Usage, "the server's name is not known",
                "give --plan plan.json or --server-name");
        using ServerLink link = ServerConnector.Connect(Address(result.GetValue(_server)!), identity, name,
            result.GetValue(_insecure), Talk.Line);
        try
        {
            ServerGreeting greeting = new(link);
            if (plan is not null)
            {
                await greeting.RequireSamePlanAsync(plan.Digest, cancellationToken).ConfigureAwait(false);
            }

            return await call(link).ConfigureAwait(false);
        }
        catch (GrpcException fault) when (fault.StatusCode is StatusCode.Unavailable or StatusCode.DeadlineExceeded)
        {
            throw new CliException(ExitCode.Environment, $"the server cannot be reached: {fault.Detail}",
                "check that it runs, the address, and the certificates (securefl doctor)");
        }
        catch (GrpcException fault)
        {
            throw new CliException(ExitCode.RefusedByPeer, $"the server refuses: {fault.Detail}",
                "securefl status shows what it is at");
        }
    }

    private static Uri Address(string text) =>
        Uri.TryCreate(text.Contains("://", StringComparison.Ordinal) ? text : $"https://{text}", UriKind.Absolute,
            out Uri? address)
        ? new Uri(address.GetLeftPart(UriPartial.Authority))
        : throw new CliException(ExitCode.Usage, $"'{text}' is no server", "for example https://server.example:7443");
}
