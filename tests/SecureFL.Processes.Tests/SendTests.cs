using System.Globalization;
using System.Runtime.InteropServices;
using SecureFL.Cli.Demo;
using SecureFL.Consortium.Plans;
using SecureFL.Learning.Data.Tensors;
using SecureFL.Transport.Connections;
using SecureFL.Transport.Contracts;

namespace SecureFL.Processes.Tests;

/// <summary><c>client send</c> and <c>client revoke</c> as processes over mutual TLS.</summary>
public sealed class SendTests
{
    private const int Length = 1000;
    private static readonly string[] Clients = ["north", "east", "south", "west"];
    private static readonly string[] Extensions = [".npz", ".safetensors", ".npz", ".safetensors"];
    private static readonly SumTerms Named = new()
    {
        Elements = Length,
        Tensors = [new SumTensor("a", [400]), new SumTensor("b", [300, 2], 1)],
        LeftOut = ["steps"]
    };

    [Fact]
    [Trait("Category", "Slow")]
    public async Task Tensors_are_summed_by_name_and_a_contribution_that_is_revoked_is_not()
    {
        using Federation federation = Federation.OfSums(Length, sums: Named);
        foreach (LocalProcess process in federation.Parties.All)
        {
            process.Start();
        }

        await Task.WhenAll(Clients.Select((name, i) => SendAsync(federation, name, i, round: 0, code: 0)));
        await Waiting.ForStatusAsync(federation,
            status => status.RoundsOpened == 1 && status.Current is { Round: 1, Phase: RoundPhase.Collecting });
        AssertSum(federation, 0, [0, 1, 2, 3]);

        // Whoever does not know whether it arrived asks again, also when the round is over.
        Assert.Contains("round 0 has the contribution", await SendAsync(federation, "north", 0, round: 0, code: 0),
            StringComparison.Ordinal);

        // With another file the answer is not that the round has it.
        Assert.Contains("round 0 has another contribution of this client",
            await SendAsync(federation, "north", 2, round: 0, code: 3), StringComparison.Ordinal);

        // The same vector in another sum is people's to approve: two sums of it may tell it.
        Assert.Contains("approve this plan for repeated questions of sum",
            await SendAsync(federation, "north", 0, round: 1, code: 2), StringComparison.Ordinal);
        await SendAsync(federation, "north", 0, round: 1, code: 0, "--accept-repeated", "sum");
        (int code, string words) = await Waiting.ForAsync(
            federation.Parties.Command("north", "revoke", "client", "revoke", "--round", "1"));
        Assert.True(code == 0, words);
        Assert.Contains("the contribution to round 1 is withdrawn", words, StringComparison.Ordinal);
        await Waiting.ForStatusAsync(federation,
            status => status.Current.Contributions == 0 && status.Clients[0].WaitingFor == "withdrawn");

        // What was withdrawn is not sent again, and nothing else in its place.
        await SendAsync(federation, "north", 0, round: 1, code: 3);
        await SendAsync(federation, "north", 2, round: 1, code: 3);
        await Task.WhenAll(Clients.Skip(1).Select((name, i) =>
            SendAsync(federation, name, i + 1, round: 1, code: 0, "--accept-repeated", "sum")));
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

    private static float[] Vector(int kind) =>
        [.. Enumerable.Range(0, Length).Select(i => ((i * (kind + 1) % 97) / 64f) - 0.7f)];

    private static async Task<string> SendAsync(Federation federation, string name, int kind, int round, int code,
        params string[] more)
    {
        string path = Path.Combine(federation.Folder,
            name + kind.ToString(CultureInfo.InvariantCulture) + Extensions[kind]);
        await using (FileStream stream = File.Create(path))
        {
            // Every site has the arrays in another order, as programs of several hands do.
            float[] vector = Vector(kind);
            KeyValuePair<string, TensorData>[] tensors =
                [new("a", TensorData.FromFloats(vector.AsSpan(0, 400), 400)),
                    new("b", TensorData.FromFloats(vector.AsSpan(400), 300, 2)),
                    new("steps", TensorData.FromInt64([1 << 20]))];
            tensors = [.. tensors.Skip(kind % 3), .. tensors.Take(kind % 3)];
            if (Extensions[kind] == ".npz")
            {
                NumpyArchive.Write(stream, tensors);
            }
            else
            {
                Safetensors.Write(stream, tensors);
            }
        }

        LocalProcess process = federation.Parties.Command(name, "send-" + name, ["client", "send", path, "--round",
            round.ToString(CultureInfo.InvariantCulture), .. more]);
        (int ended, string words) = await Waiting.ForAsync(process);
        Assert.True(ended == code, $"{name} ended with code {ended}, not {code}: {words}\n{federation.LastWords()}");
        return words;
    }

    private static void AssertSum(Federation federation, int round, int[] kinds)
    {
        string path = Path.Combine(federation.Consortium.StateOf(DemoConsortium.ServerName), "sums",
            $"round-{round}.f32");
        float[] sum = [.. MemoryMarshal.Cast<byte, float>(File.ReadAllBytes(path))];
        Assert.Equal(Length, sum.Length);
        float[][] vectors = [.. kinds.Select(Vector)];
        using FileStream archive = File.OpenRead(Path.ChangeExtension(path, ".npz"));
        IReadOnlyDictionary<string, TensorData> named = NumpyArchive.Read(archive, path);
        Assert.Equal(sum, (float[])[.. named["a"].ToFloats(), .. named["b"].ToFloats()]);
        Assert.Equal([300, 2], named["b"].Shape);
        using FileStream other = File.OpenRead(Path.ChangeExtension(path, ".safetensors"));
        Assert.Equal(named["b"].ToFloats(), Safetensors.Read(other, path).Find("b")!.ToFloats());
        for (int i = 0; i < Length; i++)
        {
            Assert.Equal(vectors.Sum(vector => vector[i]), sum[i], kinds.Length * federation.Plan.Parameters.Step);
        }
    }
}
