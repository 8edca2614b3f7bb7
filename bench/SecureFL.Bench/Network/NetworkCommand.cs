using System.CommandLine;
using SecureFL.Bench.Measurement;

namespace SecureFL.Bench.Network;

/// <summary>
/// <c>network</c>: whole rounds over mutual TLS, the server in a process of its own, clients and key holders in this
/// one.
/// </summary>
internal static class NetworkCommand
{
    internal static Command Create()
    {
        Option<long> parameters = new("--parameters")
        { Description = "vector length of the plan", DefaultValueFactory = _ => 1_000_000 };
        Option<int> clients = new("--clients")
        { Description = "clients, all connected at once and all in every round", DefaultValueFactory = _ => 100 };
        Option<int> rounds = new("--rounds") { Description = "measured rounds", DefaultValueFactory = _ => 3 };
        Option<int> roundTrip = new("--round-trip")
        { Description = "milliseconds of emulated round trip between clients and server; 0 for none" };
        Option<int> atOnce = new("--uploads-at-once") { Description = "uploads under way at the same time; 0 for all" };
        Option<FileInfo?> json = new("--json") { Description = "write the figures to this file" };
        Command command = new("network",
            "rounds a minute, memory of the server and upload rate, over mutual TLS with the server in its own process")
        {
            parameters,
            clients,
            rounds,
            roundTrip,
            atOnce,
            json,
        };
        command.SetAction((result, cancellationToken) =>
            RunAsync(
                result.GetValue(clients),
                result.GetValue(parameters),
                result.GetValue(rounds),
                TimeSpan.FromMilliseconds(result.GetValue(roundTrip)),
                result.GetValue(atOnce),
                result.GetValue(json),
                cancellationToken));
        return command;
    }

    /// <summary>The other process.</summary>
    internal static Command CreateServer()
    {
        Argument<DirectoryInfo> folder = new("folder");
        Command command = new(NetworkServer.Command) { folder };
        command.Hidden = true;
        command.SetAction((result, _) => NetworkServer.RunAsync(result.GetValue(folder)!.FullName));
        return command;
    }

    private static async Task<int> RunAsync(int clients, long parameters, int rounds, TimeSpan roundTrip, int atOnce,
        FileInfo? json, CancellationToken cancellationToken)
    {
        using NetworkRounds network = new(clients, parameters);
        NetworkArm arm = await network.RunAsync(rounds, roundTrip, atOnce > 0 ? Math.Min(atOnce, clients) : clients,
            cancellationToken).ConfigureAwait(false);
        Console.WriteLine(
            $"{Machine.Here.Processor}, {Machine.Here.Runtime}, {Machine.Here.Cores} cores for server, clients and "
            + $"key holders together");
        Console.WriteLine(
            $"{arm.Arm}: {arm.Clients} clients, {arm.Parameters} parameters, 3 key holders, mutual TLS, "
            + $"{arm.RoundTripMilliseconds:F0} ms round trip added, {arm.UploadsAtOnce} uploads at once, "
            + $"{arm.Rounds} rounds");
        Console.WriteLine(
            $"  {arm.RoundsPerMinute:F1} rounds a minute, uploads {arm.UploadMiBPerSecond:F1} MiB/s, "
            + $"acknowledgements median {arm.MedianAckMilliseconds:F1} ms, p99 {arm.P99AckMilliseconds:F1} ms");
        Console.WriteLine(
            $"  server peak {arm.ServerPeakRssBytes / 1e6:F0} MB, limit {arm.RssLimitBytes / 1e6:F0} MB, "
            + $"{arm.ConnectedAtOnce} clients connected at once");
        BenchJson.Write(json, Machine.Here, [arm]);
        return Judge(arm, Console.Error);
    }

    /// <summary>0 where the server stayed within its limit of memory, else 1, and why.</summary>
    internal static int Judge(NetworkArm arm, TextWriter error)
    {
        if (arm.ServerPeakRssBytes <= arm.RssLimitBytes)
        {
            return 0;
        }

        error.WriteLine(
            $"bench: the server took {arm.ServerPeakRssBytes / 1e6:F0} MB, the limit is "
            + $"{arm.RssLimitBytes / 1e6:F0} MB");
        return 1;
    }
}
