using System.Globalization;
using Samples;
using SecureFL.Cli.Demo;
using SecureFL.Learning.Data;
using SecureFL.Learning.Data.Datasets;
using SecureFL.Learning.Data.Tensors;
using SecureFL.Learning.Models;

namespace SecureFL.Processes.Tests;

/// <summary>
/// The programs of <c>samples</c> in a deployed session: hospitals and a key holder that have no command line, with
/// <c>securefl</c> as the server and the other key holders.
/// </summary>
public sealed class SampleTests
{
    [Fact]
    public async Task Hospitals_and_a_holder_without_the_command_line_end_with_the_weights_of_training_in_the_clear()
    {
        const int Rounds = 2;
        using Federation federation = new(Rounds);
        UseClients(federation);
        LocalProcess holder = federation.Parties.Holders[0];
        Use(federation, holder, "KeyHolder", []);
        Start(federation);
        float[] clear = await federation.TrainInTheClearAsync();
        await Waiting.ForClientsAsync(federation, TimeSpan.FromMinutes(2));
        AssertSameWeights(federation, clear);
        Assert.True(holder.IsRunning, holder.LastWords());
        federation.Parties.Server.Stop(TimeSpan.FromSeconds(3));
        federation.AssertTranscript(Rounds + 1);
        foreach (LocalProcess other in federation.Parties.Holders)
        {
            // The sample does not look at its standard input.
            other.Kill();
        }

        federation.AssertLedgers();
        await AssertPredictsAsync(federation, federation.Consortium.Clients[0]);
    }

    /// <summary>Both say since when and why they wait, and that it is over.</summary>
    [Fact]
    public async Task A_hospital_and_a_holder_say_that_they_wait_for_a_server_that_is_away()
    {
        using Federation federation = new(rounds: 2, epochs: 4, 600, 200);
        UseClients(federation);
        LocalProcess holder = federation.Parties.Holders[0];
        Use(federation, holder, "KeyHolder", []);
        Start(federation);
        LocalProcess client = federation.Parties.Clients[0];
        await Waiting.UntilAsync(
            () => Words(client).Any(line => line.StartsWith("round 1: ", StringComparison.Ordinal)), federation);
        (LocalProcess Party, int Before, string Back)[] waiting =
            [(client, Words(client).Length, ": Following"), (holder, Words(holder).Length, "Attending: ")];
        DateTimeOffset killed = DateTimeOffset.UtcNow;
        federation.Parties.Server.Kill();
        foreach ((LocalProcess party, int before, _) in waiting)
        {
            await Waiting.UntilAsync(() => Since(party, before).Length >= 2, federation);
            DateTimeOffset since = Assert.Single(Since(party, before).Distinct());
            Assert.InRange(since, killed.AddSeconds(-1), killed.AddSeconds(30));
        }

        federation.Parties.Server.Start();
        foreach ((LocalProcess party, int before, string back) in waiting)
        {
            await Waiting.UntilAsync(
                () => Words(party).Skip(before).Any(line => line.Contains(back, StringComparison.Ordinal)), federation);
        }

        await Waiting.ForClientsAsync(federation, TimeSpan.FromMinutes(4));
        AssertSameWeights(federation, await federation.TrainInTheClearAsync());
    }

    /// <summary>Wherever it is killed, it sends the same bytes again; the weights are those of nobody killed.</summary>
    [Fact]
    [Trait("Category", "Slow")]
    public async Task A_hospital_that_is_killed_at_every_step_of_a_round_goes_on()
    {
        const int Rounds = 4;
        using Federation federation = new(Rounds, epochs: 4, 600, 200);
        UseClients(federation);
        Start(federation);
        LocalProcess victim = federation.Parties.Clients[1];
        await KillAtAsync(federation, victim, "round 2: Working");
        await KillAtAsync(federation, victim, "round 3: Stored");
        await KillAtAsync(federation, victim, "round 4: Uploading");
        await KillAtAsync(federation, victim, "round 5: Accepted");
        float[] clear = await federation.TrainInTheClearAsync();
        await Waiting.ForClientsAsync(federation, TimeSpan.FromMinutes(4));
        AssertSameWeights(federation, clear);
        federation.Parties.Server.Stop(TimeSpan.FromSeconds(3));
        federation.AssertTranscript(Rounds + 1);
        LocalProcess verify = new("verify",
            ["verify", federation.Parties.Transcript, "--ciphertexts", federation.Parties.Ciphertexts],
            Path.Combine(federation.Folder, "logs", "verify.log"));
        (int code, string words) = await Waiting.ForAsync(verify);
        Assert.True(code == 0, words);
    }

    [Fact]
    [Trait("Category", "Slow")]
    public async Task Hospitals_with_a_trainer_of_their_own_end_with_the_mean_of_their_weights()
    {
        const int Rounds = 2;
        using Federation federation = Federation.WithTrainer(Rounds, "none");
        foreach ((LocalProcess process, int i) in federation.Parties.Clients.Select((process, i) => (process, i)))
        {
            string name = federation.Consortium.Clients[i];
            Use(federation, process, "Trainer",
                [Path.Combine(federation.Folder, name + ".npz"), federation.Parties.ModelOf(name)]);
        }

        Start(federation);
        await Waiting.ForClientsAsync(federation, TimeSpan.FromMinutes(2));
        ModelParameters model = new(federation.Consortium.Plan.Terms!.Layout, [0, 1, 2]);
        for (int round = 1; round <= Rounds; round++)
        {
            model = await MeanAsync(federation, model, round);
        }

        foreach (string name in federation.Consortium.Clients)
        {
            float[] weights = Weights(federation, name);
            for (int i = 0; i < weights.Length; i++)
            {
                Assert.Equal(model.Values[i], weights[i], Rounds * federation.Plan.Parameters.Step);
            }
        }
    }

    [Fact]
    public async Task Sums_in_one_process_come_out()
    {
        string log = Path.Combine(Path.GetTempPath(), $"securefl-embed-{Guid.NewGuid():n}.log");
        LocalProcess embed = new("embed", [], log) { Assembly = PathOf("Embed") };
        embed.Start();
        (int code, string words) = await Waiting.ForAsync(embed);
        File.Delete(log);
        Assert.True(code == 0 && words.Contains("sites: 0.90 3.00 1.00", StringComparison.Ordinal), words);
    }

    /// <summary>What a hospital installs.</summary>
    [Theory]
    [InlineData("Client")]
    [InlineData("KeyHolder")]
    [InlineData("Trainer")]
    public void A_party_brings_no_database_and_no_web_server_along(string sample)
    {
        string framework = File.ReadAllText(Path.ChangeExtension(PathOf(sample), ".runtimeconfig.json"));
        Assert.Contains("Microsoft.NETCore.App", framework, StringComparison.Ordinal);
        Assert.DoesNotContain("AspNetCore", framework, StringComparison.Ordinal);
        string dependencies = File.ReadAllText(Path.ChangeExtension(PathOf(sample), ".deps.json"));
        Assert.Contains("SecureFL.Transport", dependencies, StringComparison.Ordinal);
        Assert.DoesNotContain("AspNetCore", dependencies, StringComparison.Ordinal);
        Assert.DoesNotContain("sqlite", dependencies, StringComparison.OrdinalIgnoreCase);
    }

    private static async Task<ModelParameters> MeanAsync(Federation federation, ModelParameters model, int round)
    {
        float[] mean = new float[model.Values.Length];
        foreach ((string name, int site) in federation.Consortium.Clients.Select((name, i) => (name, i)))
        {
            using FileStream file = File.OpenRead(Path.Combine(federation.Folder, name + ".npz"));
            IReadOnlyDictionary<string, TensorData> arrays = NumpyArchive.Read(file, name);
            Dataset rows = TensorDataset.Join(arrays["x"], arrays["y"], name).As(LearningTask.Binary, 2).ToDataset();
            LocalTrainingResult trained = await OwnTraining.TrainAsync(new LocalTrainingRequest
            { Global = model, Train = rows, Site = name, SiteIndex = site, Round = round, Seed = 1 },
                TestContext.Current.CancellationToken);
            for (int i = 0; i < mean.Length; i++)
            {
                mean[i] += trained.Weights[i] / federation.Consortium.Clients.Count;
            }
        }

        return new ModelParameters(model.Layout, mean);
    }

    // What the interface writes is what the command line reads.
    private static async Task AssertPredictsAsync(Federation federation, string name)
    {
        string table = Path.Combine(federation.Folder, name + ".csv");
        string output = Path.Combine(federation.Folder, "predictions.csv");
        LocalProcess predict = new("predict",
            ["predict", "--model", federation.Parties.ModelOf(name), "--data", table, "--output", output],
            Path.Combine(federation.Folder, "logs", "predict.log"));
        (int code, string words) = await Waiting.ForAsync(predict);
        Assert.True(code == 0, words);
        string[][] rows = [.. File.ReadLines(table).Select(line => line.Split(','))];
        int label = Array.IndexOf(rows[0], federation.Consortium.Plan.Terms!.Data.Schema!.Label.Name);
        string[][] predicted = [.. File.ReadLines(output).Skip(1).Select(line => line.Split(','))];
        Assert.Equal(rows.Length - 1, predicted.Length);
        double right = predicted.Count(
            row => row[1] == rows[int.Parse(row[0], CultureInfo.InvariantCulture) - 1][label]);
        Assert.True(right > 0.7 * predicted.Length, $"{right} of {predicted.Length}");
    }

    private static string[] Words(LocalProcess party) => party.LastWords(1000).Split('\n');

    private static DateTimeOffset[] Since(LocalProcess party, int before)
    {
        const string Start = "waiting for the server since ";
        return [.. Words(party).Skip(before).Where(line => line.StartsWith(Start, StringComparison.Ordinal))
            .Select(line => line[Start.Length..(line.IndexOf('Z', StringComparison.Ordinal) + 1)])
            .Select(time => DateTimeOffset.ParseExact(time, "u", CultureInfo.InvariantCulture))];
    }

    private static async Task KillAtAsync(Federation federation, LocalProcess victim, string step)
    {
        await Waiting.UntilAsync(
            () => !victim.IsRunning || victim.LastWords(1000).Contains(step, StringComparison.Ordinal), federation);
        Assert.True(victim.IsRunning, federation.LastWords());
        victim.Kill();
        victim.Start();
    }

    private static void UseClients(Federation federation)
    {
        foreach ((LocalProcess process, int i) in federation.Parties.Clients.Select((process, i) => (process, i)))
        {
            string name = federation.Consortium.Clients[i];
            Use(federation, process, "Client",
                [Path.Combine(federation.Folder, name + ".csv"), federation.Parties.ModelOf(name)]);
        }
    }

    private static void Use(Federation federation, LocalProcess process, string sample, string[] more)
    {
        process.Assembly = PathOf(sample);
        process.Arguments =
        [
            federation.Parties.Address.ToString(), federation.Consortium.IdentityOf(process.Name),
            federation.Consortium.StateOf(process.Name), federation.Consortium.PlanPath,
            federation.Consortium.Plan.Digest.ToString(), .. more,
        ];
    }

    private static string PathOf(string sample) =>
        Path.Combine(AppContext.BaseDirectory, $"SecureFL.Samples.{sample}.dll");

    private static void Start(Federation federation)
    {
        foreach (LocalProcess process in federation.Parties.All)
        {
            process.Start();
        }
    }

    private static void AssertSameWeights(Federation federation, float[] clear) => Assert.All(
        federation.Consortium.Clients, name => Assert.Equal(clear, Weights(federation, name)));

    private static float[] Weights(Federation federation, string name)
    {
        string path = federation.Parties.ModelOf(name);
        using FileStream file = File.OpenRead(path);
        return ModelParameters.FromTensors(federation.Consortium.Plan.Terms!.Layout, Safetensors.Read(file, path), path)
            .Values;
    }
}
