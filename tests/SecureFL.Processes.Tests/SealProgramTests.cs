using System.Runtime.InteropServices;
using SecureFL.Cli.Demo;
using SecureFL.Interop.Tests.Seal;
using SecureFL.Rlwe.JointKey;

namespace SecureFL.Processes.Tests;

/// <summary>
/// The example of <c>docs/examples/seal-encryptor</c>: a client whose updates the real SEAL encrypts, as processes over
/// mutual TLS.
/// </summary>
public sealed class SealProgramTests
{
    private const int Length = 300_000;

    [Fact]
    [Trait("Category", "Slow")]
    public async Task The_real_seal_encrypts_one_clients_vector()
    {
        NodeSeal.Require();
        using Federation federation = Federation.OfSums(Length, roundsPerKey: 10, WireMode.Seal);
        Assert.True(federation.Plan.Parameters.ChunkCount > 1);
        foreach (LocalProcess process in federation.Parties.All)
        {
            process.Start();
        }

        string[] program = ["--encryptor", $"node {Path.Combine(NodeSeal.Folder, "encrypt.cjs")}"];
        string[] clients = ["north", "east", "south", "west"];
        await Task.WhenAll(clients.Select((name, i) => SendAsync(federation, name, i, name == "south" ? program : [])));
        await Waiting.ForStatusAsync(federation, status => status.RoundsOpened == 1);
        string path = Path.Combine(federation.Consortium.StateOf(DemoConsortium.ServerName), "sums", "round-0.f32");
        float[] sum = [.. MemoryMarshal.Cast<byte, float>(File.ReadAllBytes(path))];
        float[][] vectors = [.. clients.Select((_, i) => Vector(i))];
        for (int i = 0; i < Length; i++)
        {
            Assert.Equal(vectors.Sum(vector => vector[i]), sum[i], clients.Length * federation.Plan.Parameters.Step);
        }

        federation.Parties.Server.Stop(TimeSpan.FromSeconds(3));
        federation.AssertTranscript(1);
    }

    private static float[] Vector(int client) =>
        [.. Enumerable.Range(0, Length).Select(i => ((i * (client + 1) % 97) / 64f) - 0.7f)];

    private static async Task SendAsync(Federation federation, string name, int client, string[] more)
    {
        string path = Path.Combine(federation.Folder, name + ".f32");
        await File.WriteAllBytesAsync(path, MemoryMarshal.AsBytes(Vector(client).AsSpan()).ToArray(),
            TestContext.Current.CancellationToken);
        (int code, string words) = await Waiting.ForAsync(
            federation.Parties.Command(name, "send-" + name, ["client", "send", path, "--round", "0", .. more]));
        Assert.True(code == 0, $"{name} ended with code {code}: {words}\n{federation.LastWords()}");
    }
}
