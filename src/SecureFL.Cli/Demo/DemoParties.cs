using System.Net;
using System.Net.Sockets;
using SecureFL.Transport.Connections;
using SecureFL.Transport.Identity;

namespace SecureFL.Cli.Demo;

/// <summary>
/// The processes of a local consortium: one server, its clients, its key holders, over mutual TLS on loopback. Not
/// thread-safe.
/// </summary>
internal sealed class DemoParties : IDisposable
{
    private readonly DemoConsortium _consortium;
    private readonly string _logs;

    /// <param name="consortium">The consortium.</param>
    /// <param name="tables">Each client's rows, in the plan's order.</param>
    /// <param name="serverOptions">Further arguments of the server.</param>
    /// <param name="clientOptions">Further arguments of <c>client run</c>.</param>
    internal DemoParties(DemoConsortium consortium, IReadOnlyList<string> tables,
        IReadOnlyList<string>? serverOptions = null, IReadOnlyList<string>? clientOptions = null)
    {
        _consortium = consortium;
        _logs = Directory.CreateDirectory(Path.Combine(consortium.Folder, "logs")).FullName;
        Directory.CreateDirectory(Path.Combine(consortium.Folder, "state"));
        Directory.CreateDirectory(Path.Combine(consortium.Folder, "models"));
        Address = new Uri($"https://127.0.0.1:{FreePort()}");
        Server = new LocalProcess(DemoConsortium.ServerName, [.. ServerArguments(), .. serverOptions ?? []],
            LogOf(DemoConsortium.ServerName));
        Holders =
            [.. consortium.Holders.Select(
                name => new LocalProcess(name, ["key-holder", .. PartyArguments(name)], LogOf(name)))];
        Clients =
        [
            .. consortium.Clients.Take(tables.Count).Select((name, i) => new LocalProcess(
                name, ["client", "run", "--data", tables[i], "--output", ModelOf(name), .. PartyArguments(name),
                    .. clientOptions ?? []], LogOf(name))),
        ];
    }

    internal Uri Address { get; }

    internal LocalProcess Server { get; }

    internal IReadOnlyList<LocalProcess> Holders { get; }

    internal IReadOnlyList<LocalProcess> Clients { get; }

    internal IEnumerable<LocalProcess> All => [Server, .. Holders, .. Clients];

    internal string Transcript => Path.Combine(_consortium.StateOf(DemoConsortium.ServerName), "transcript.sfl");

    /// <summary>What <c>verify --ciphertexts</c> takes.</summary>
    internal string Ciphertexts => Path.Combine(_consortium.StateOf(DemoConsortium.ServerName), "rounds");

    /// <summary>Where a client leaves the final model.</summary>
    internal string ModelOf(string client) => Path.Combine(_consortium.Folder, "models", client + ".safetensors");

    internal string LedgerOf(string holder) => Path.Combine(_consortium.StateOf(holder), "ledger.sfl");

    /// <summary>Where a party's words go.</summary>
    internal string LogOf(string name) => Path.Combine(_logs, name + ".log");

    /// <summary>Another command of a party, as a process that is not started yet.</summary>
    internal LocalProcess Command(string party, string log, params string[] command) =>
        new(party, [.. command, .. PartyArguments(party)], LogOf(log));

    /// <summary>The operator's link to the server.</summary>
    internal ServerLink Operate()
    {
        PartyIdentity identity = PartyIdentity.Load(_consortium.IdentityOf(DemoConsortium.OperatorName));
        return ServerConnector.Connect(Address, identity, DemoConsortium.ServerName, insecureLoopback: false);
    }

    public void Dispose()
    {
        foreach (LocalProcess process in All)
        {
            process.Dispose();
        }
    }

    private static int FreePort()
    {
        using TcpListener listener = new(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private string[] ServerArguments() =>
    [
        "server", "--identity", _consortium.IdentityOf(DemoConsortium.ServerName), "--state",
        _consortium.StateOf(DemoConsortium.ServerName),
        "--plan", _consortium.PlanPath, "--listen", Address.GetLeftPart(UriPartial.Authority), "--keep-ciphertexts",
        "--start-rounds",
    ];

    private string[] PartyArguments(string name) =>
    [
        "--identity", _consortium.IdentityOf(name), "--state", _consortium.StateOf(name), "--plan",
        _consortium.PlanPath, "--server", Address.GetLeftPart(UriPartial.Authority),
        "--accept-digest", _consortium.Plan.Digest.ToString(),
    ];
}
