using System.Net;
using SecureFL.Consortium.Plans;
using SecureFL.Server;
using SecureFL.Server.Hosting;
using SecureFL.Transport.Identity;

namespace SecureFL.Bench.Network;

/// <summary>The server's process: the host that <c>securefl server</c> runs, until its standard input closes.</summary>
internal static class NetworkServer
{
    internal const string Command = "network-server";

    internal static async Task<int> RunAsync(string folder)
    {
        using PartyIdentity identity = PartyIdentity.Load(Path.Combine(folder, "server"));
        ServerSettings settings = new()
        {
            StateFolder = Path.Combine(folder, "state"),
            Listen = [new IPEndPoint(IPAddress.Loopback, 0)],
            StartRounds = true,
            Limits = new ServerLimits(),
        };
        AggregationHost host = await AggregationHost.StartAsync(settings,
            PlanFile.Load(Path.Combine(folder, "plan.json")), identity).ConfigureAwait(false);
        await using (host.ConfigureAwait(false))
        {
            Console.Out.WriteLine(host.Addresses[0]);
            await Task.WhenAny(host.Completion, Console.In.ReadToEndAsync()).ConfigureAwait(false);
        }

        return 0;
    }
}
