using System.Globalization;
using System.Runtime.InteropServices;
using SecureFL.Cli.Demo;
using SecureFL.Deployment.Connections;
using SecureFL.Deployment.Contracts;
using SecureFL.Federated.Data.Tensors;

namespace SecureFL.Processes.Tests;

/// <summary><c>client send</c> and <c>client revoke</c> as processes over mutual TLS.</summary>
public sealed class SendTests
{
    private const int Length = 1000;
    private static readonly string[] Clients = ["north", "east", "south", "west"];
    private static readonly string[] Extensions = [".npz", ".f32", ".safetensors", ".npy"];

    [Fact]
    public async Task Vectors_of_every_format_are_summed_and_one_that_is_revoked_is_not()
    {
        using Federation federation = Federation.OfSums(Length);
        foreach (LocalProcess process in federation.Parties.All)
        {
            process.Start();
        }

        await Task.WhenAll(Clients.Select((name, i) => SendAsync(federation, name, i, round: 0, code: 0)));
        await Waiting.ForStatusAsync(federation, status => status.RoundsOpened == 1 && status.Current is { Round: 1, Phase: RoundPhase.Collecting });
        AssertSum(federation, 0, [0, 1, 2, 3]);

        // Whoever does not know whether it arrived asks again, also when the round is over.
        Assert.Contains("round 0 has the contribution", await SendAsync(federation, "north", 0, round: 0, code: 0), StringComparison.Ordinal);

        await SendAsync(federation, "north", 0, round: 1, code: 0);
        (int code, string words) = await Waiting.ForAsync(federation.Parties.Command("north", "revoke", "client", "revoke", "--round", "1"));
        Assert.True(code == 0, words);
        Assert.Contains("the contribution to round 1 is withdrawn", words, StringComparison.Ordinal);
        await Waiting.ForStatusAsync(federation, status => status.Current.Contributions == 0 && status.Clients[0].WaitingFor == "withdrawn");

        // What was withdrawn is not sent again, and nothing else in its place.
        await SendAsync(federation, "north", 0, round: 1, code: 3);
        await SendAsync(federation, "north", 2, round: 1, code: 3);
        await Task.WhenAll(Clients.Skip(1).Select((name, i) => SendAsync(federation, name, i + 1, round: 1, code: 0)));
        using (ServerLink operate = federation.Parties.Operate())
        {
            await operate.CloseRoundAsync(1, TestContext.Current.CancellationToken);
        }

        StatusReply status = await Waiting.ForStatusAsync(federation, status => status.RoundsOpened == 2);
        Assert.Equal(Clients.Skip(1).Order(), status.Recent[^1].Contributors.Order());
        AssertSum(federation, 1, [1, 2, 3]);
        federation.Parties.Server.Stop(TimeSpan.FromSeconds(3));
        federation.AssertTranscript(2);
    }

    private static float[] Vector(int kind) => [.. Enumerable.Range(0, Length).Select(i => ((i * (kind + 1) % 97) / 64f) - 0.7f)];

    private static async Task<string> SendAsync(Federation federation, string name, int kind, int round, int code)
    {
        string path = Path.Combine(federation.Folder, name + kind.ToString(CultureInfo.InvariantCulture) + Extensions[kind]);
        await using (FileStream stream = File.Create(path))
        {
            byte[] bytes = MemoryMarshal.AsBytes(Vector(kind).AsSpan()).ToArray();
            TensorData First(int count) => new([count], TensorElement.Float32, bytes[..(count * sizeof(float))]);
            TensorData Rest(int count) => new([count / 2, 2], TensorElement.Float32, bytes[^(count * sizeof(float))..]);
            switch (Extensions[kind])
            {
                case ".f32":
                    await stream.WriteAsync(bytes, TestContext.Current.CancellationToken);
                    break;
                case ".npy":
                    NumpyFile.Write(stream, First(Length));
                    break;
                case ".npz":
                    NumpyArchive.Write(stream, [new("a", First(400)), new("b", Rest(600))]);
                    break;
                default:
                    Safetensors.Write(stream, [new("a", First(400)), new("b", Rest(600))]);
                    break;
            }
        }

        LocalProcess process = federation.Parties.Command(name, "send-" + name, "client", "send", path, "--round", round.ToString(CultureInfo.InvariantCulture));
        (int ended, string words) = await Waiting.ForAsync(process);
        Assert.True(ended == code, $"{name} ended with code {ended}, not {code}: {words}\n{federation.LastWords()}");
        return words;
    }

    private static void AssertSum(Federation federation, int round, int[] kinds)
    {
        string path = Path.Combine(federation.Consortium.StateOf(LocalConsortium.ServerName), "sums", $"round-{round}.f32");
        float[] sum = [.. MemoryMarshal.Cast<byte, float>(File.ReadAllBytes(path))];
        Assert.Equal(Length, sum.Length);
        float[][] vectors = [.. kinds.Select(Vector)];
        for (int i = 0; i < Length; i++)
        {
            Assert.Equal(vectors.Sum(vector => vector[i]), sum[i], kinds.Length * federation.Plan.Parameters.Step);
        }
    }
}
