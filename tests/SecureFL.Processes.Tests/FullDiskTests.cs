using SecureFL.Cli.Demo;
using SecureFL.Deployment.Contracts;

namespace SecureFL.Processes.Tests;

/// <summary>Processes that may write files of so many bytes and no larger: to them the disk is full. When it has room again, everything goes on.</summary>
public sealed class FullDiskTests
{
    // The system's limit on the size of files, for one process: 64 KiB hold its plan and its state, no ciphertext. The runtime's own memory files are no files of ours.
    private static readonly string[] Full =
    [
        "bash", "-c", "trap '' XFSZ; export DOTNET_EnableWriteXorExecute=0; ulimit -f 64; exec \"$@\"", "full",
    ];

    // The ledger holds a few records.
    private static readonly string[] FullSoon = [.. Full.Select(word => word.Replace("ulimit -f 64", "ulimit -f 1", StringComparison.Ordinal))];

    [Fact]
    public async Task Whoever_cannot_write_says_so_and_goes_on_when_there_is_room()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows() || !File.Exists("/bin/bash"), "limits are set by bash");
        const int Rounds = 2;
        using Federation federation = new(Rounds);
        LocalProcess server = federation.Parties.Server;
        LocalProcess client = federation.Parties.Clients[0];
        LocalProcess holder = federation.Parties.Holders[0];
        server.Launcher = client.Launcher = Full;
        foreach (LocalProcess process in federation.Parties.All)
        {
            process.Start();
        }

        // The client ends before anything leaves; the server stays, and tells its operators and its clients.
        (int code, string words) = await Waiting.ForEndAsync(client);
        Assert.True(code == 6, $"{client.Name} ended with code {code}: {words}");
        Assert.Contains("hint: check that the disk has room", words, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", words, StringComparison.Ordinal);
        await Waiting.UntilAsync(() => server.LastWords(200).Contains("The disk fails; nothing is lost", StringComparison.Ordinal), federation);
        Assert.True(server.IsRunning);
        StatusReply status = await Waiting.ForStatusAsync(federation, _ => true);
        Assert.Equal(0UL, status.RoundsOpened);
        Assert.Equal(0U, status.Current.Contributions);

        server.Kill();
        server.Launcher = client.Launcher = [];
        server.Start();
        client.Start();
        holder.Kill();
        holder.Launcher = FullSoon;
        (code, words) = await Waiting.ForAsync(holder);
        Assert.True(code == 6, $"{holder.Name} ended with code {code}: {words}");
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
}
