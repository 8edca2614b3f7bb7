using SecureFL.Cli.Demo;
using SecureFL.Transport.Contracts;

namespace SecureFL.Processes.Tests;

/// <summary>
/// Processes that may write files up to a size and no larger: to them the disk is full. When it has room again,
/// everything goes on.
/// </summary>
public sealed class FullDiskTests
{
    [Fact]
    [Trait("Category", "Slow")]
    public async Task Whoever_cannot_write_says_so_and_goes_on_when_there_is_room()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows() || !File.Exists("/bin/bash"), "limits are set by bash");
        const int Rounds = 2;
        using Federation federation = new(Rounds);
        LocalProcess server = federation.Parties.Server;
        LocalProcess client = federation.Parties.Clients[0];
        LocalProcess holder = federation.Parties.Holders[0];

        // The client gets as far as keeping the plan: there is no server yet.
        client.Start();
        await Waiting.UntilAsync(() => client.LastWords(20).Contains("follows", StringComparison.Ordinal), federation);
        client.Kill();

        // The server's state outgrows this within the first round: it stays, and says so.
        server.Launcher = Full(128);
        foreach (LocalProcess process in federation.Parties.All.Where(process => process != client))
        {
            process.Start();
        }

        await Waiting.UntilAsync(() => server.LastWords(1000)
            .Contains("The disk fails; nothing is lost", StringComparison.Ordinal), federation);
        StatusReply status = await Waiting.ForStatusAsync(federation, _ => true);
        Assert.Equal(0UL, status.RoundsOpened);
        Assert.True(server.IsRunning);
        server.Kill();
        server.Launcher = [];
        server.Start();

        // A contribution has some 26 KiB: the client ends before anything of it leaves.
        client.Launcher = Full(16);
        await AssertFullAsync(client);
        status = await Waiting.ForStatusAsync(federation, status => status.Current.Phase == RoundPhase.Collecting);
        Assert.Equal(0UL, status.Clients[0].Chunks);

        // The key holder signs what its ledger cannot keep no more than the client sends.
        holder.Kill();
        holder.Launcher = Full(1);
        holder.Start();
        client.Launcher = [];
        client.Start();
        await AssertEndedFullAsync(holder);
        holder.Launcher = [];
        holder.Start();
        float[] clear = await federation.TrainInTheClearAsync();
        await Waiting.ForClientsAsync(federation, TimeSpan.FromMinutes(2));
        server.Stop(TimeSpan.FromSeconds(3));
        foreach (LocalProcess process in federation.Parties.Holders)
        {
            process.Stop(TimeSpan.FromSeconds(3));
        }

        Assert.Equal(clear, federation.FinalWeights());
        federation.AssertTranscript(Rounds + 1);
        federation.AssertLedgers();
    }

    // The system's limit on the size of files, for one process. The runtime's own memory files are no files of ours.
    private static string[] Full(int kibibytes) =>
        ["bash", "-c", $"trap '' XFSZ; export DOTNET_EnableWriteXorExecute=0; ulimit -f {kibibytes}; exec \"$@\"",
            "full"];

    private static async Task AssertFullAsync(LocalProcess process)
    {
        process.Start();
        await AssertEndedFullAsync(process);
    }

    private static async Task AssertEndedFullAsync(LocalProcess process)
    {
        (int code, string words) = await Waiting.ForEndAsync(process);
        Assert.True(code == 6, $"{process.Name} ended with code {code}: {words}");
        Assert.Contains("hint: check ", words, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", words, StringComparison.Ordinal);
    }
}
