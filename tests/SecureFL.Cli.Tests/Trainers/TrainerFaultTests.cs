using System.Text.Json;
using SecureFL.Cli.Tests.Simulate;
using SecureFL.Cli.Tests.Support;
using SecureFL.Cli.Trainers;
using SecureFL.Learning.Data;
using SecureFL.Learning.Data.Datasets;
using SecureFL.Learning.Models;

namespace SecureFL.Cli.Tests.Trainers;

/// <summary>Trainers that fail, in every way that they can.</summary>
public sealed class TrainerFaultTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("securefl-faults").FullName;

    [Fact]
    public async Task A_failed_trainer_shows_its_last_lines_whole()
    {
        string command =
            Script(
                "for i in $(seq 60); do echo \"line $i of the program\" >&2; done; echo 'ValueError: a long reason, "
                + "with all of its words' >&2; exit 3");
        TrainerFaultException fault = await FaultAsync(command);
        Assert.Contains("ended with code 3", fault.Message, StringComparison.Ordinal);
        Assert.Equal(25, fault.LastLines.Count);
        Assert.Equal("ValueError: a long reason, with all of its words", fault.LastLines[^1]);
        Assert.Equal("line 60 of the program", fault.LastLines[^2]);
    }

    [Fact]
    public async Task A_trainer_that_takes_too_long_is_ended()
    {
        TrainerFaultException fault = await FaultAsync(Script("echo begun; sleep 60"), TimeSpan.FromSeconds(1));
        Assert.Contains("took longer than 1 s and was ended", fault.Message, StringComparison.Ordinal);
        Assert.Equal(["begun"], fault.LastLines);
    }

    [Fact]
    public async Task Wrong_outputs_are_named()
    {
        (string Words, TensorLeft Left)[] cases =
        [
            ("tensor w is missing", new("v", [3], [1, 2, 3])),
            ("tensor w has shape 4, expected 3", new("w", [4], [1, 2, 3, 4])),
            ("tensor w holds NaN at element 1", new("w", [3], [1, float.NaN, 3])),
            ("trained.safetensors: the trainer did not leave this file", null!),
        ];
        foreach ((string words, TensorLeft left) in cases)
        {
            string prepared = Path.Combine(_folder, "left.safetensors");
            if (left is not null)
            {
                using FileStream stream = File.Create(prepared);
                new ModelBundle
                {
                    Parameters =
                    new ModelParameters(new ModelLayout([(left.Name, [.. left.Shape])]), left.Values)
                }.Write(stream);
            }

            string command = Script(left is null ? "true"
                : $"cp {prepared} \"$1/trained.safetensors\"; echo '{{\"samples\": 4}}' > \"$1/result.json\"");
            ExternalTrainer trainer = ExternalTrainer.For(command, new ModelLayout([("w", [3])]), Rows(), 1);
            ModelParameters global = trainer.CreateInitial(1);
            LocalTrainingRequest request = new()
            { Global = global, Train = Rows(), Site = "north", SiteIndex = 0, Round = 1, Seed = 1 };
            TrainerFaultException fault = await Assert.ThrowsAsync<TrainerFaultException>(
                async () => await trainer.TrainAsync(request, TestContext.Current.CancellationToken));
            Assert.Contains(words, fault.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_cancelled_training_ends_the_program_before_it_returns()
    {
        string id = Path.Combine(_folder, "id");
        string command = Script($"echo $$ > {id}.part; mv {id}.part {id}; sleep 600");
        ExternalTrainer trainer = ExternalTrainer.For(command, new ModelLayout([("w", [3])]), Rows(), 1);
        LocalTrainingRequest request = new()
        { Global = trainer.CreateInitial(1), Train = Rows(), Site = "north", SiteIndex = 0, Round = 1, Seed = 1 };
        using CancellationTokenSource stop =
            CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        Task training = trainer.TrainAsync(request, stop.Token).AsTask();
        while (!File.Exists(id))
        {
            Assert.False(training.IsCompleted);
            await Task.Delay(5, TestContext.Current.CancellationToken);
        }

        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => training);
        int process = int.Parse(File.ReadAllText(id), System.Globalization.CultureInfo.InvariantCulture);
        Assert.Throws<ArgumentException>(() => System.Diagnostics.Process.GetProcessById(process));
    }

    [Fact]
    [Trait("Category", "Slow")]
    public void One_sites_fault_ends_the_run_or_leaves_the_site_out()
    {
        using Hospitals hospitals = new(rows: 20);
        string command = Script(
            """
            task=$(cat "$1/task.json")
            case "$task" in
              *'"train"'*Lakeside*|*Lakeside*'"train"'*) echo 'Traceback: Lakeside has no memory left' >&2; exit 9;;
            esac
            exec python3 "$(dirname "$0")/train.py" "$1"
            """);
        File.WriteAllText(Path.Combine(_folder, "train.py"), Trainer);
        string[] arguments =
            ["simulate", .. hospitals.Files.SelectMany(file => new[] { "--data", file }), "--label", "heart_disease",
                "--rounds", "2", "--test-fraction", "0", "--trainer", command, "--output", hospitals.PathOf("run")];
        (int exit, _, string error) = Securefl.Run(arguments);
        Assert.True(exit == 6, error);
        Assert.Contains("site Lakeside, before round 1: the trainer", error, StringComparison.Ordinal);
        Assert.Contains("securefl:   | Traceback: Lakeside has no memory left\n", error, StringComparison.Ordinal);

        string json = hospitals.PathOf("left.json");
        (exit, _, error) = Securefl.Run(
            [.. arguments[..^1], hospitals.PathOf("left"), "--on-trainer-fault", "leave-out", "--json", json]);
        Assert.True(exit == 0, error);
        Assert.Contains("site Lakeside, round 2: the trainer", error, StringComparison.Ordinal);
        Assert.Contains("the round goes on without it", error, StringComparison.Ordinal);
        Assert.Contains("its first update is not among those that the clips are found from", error,
            StringComparison.Ordinal);
        JsonElement rounds = JsonDocument.Parse(File.ReadAllText(json)).RootElement.GetProperty("rounds");
        Assert.All(rounds.EnumerateArray(), round => Assert.Equal(3, round.GetProperty("contributors").GetInt32()));

        // Clips that are given need no training before the first round.
        (exit, _, error) = Securefl.Run(
            [.. arguments[..^1], hospitals.PathOf("given"), "--on-trainer-fault", "leave-out", "--min-clients", "4",
                "--clip", "1"]);
        Assert.True(exit == 4, error);
        Assert.Contains("securefl: round 1: 3 sites whose trainers did not fail, at least 4 are needed", error,
            StringComparison.Ordinal);

        (exit, _, error) = Securefl.Run(
            [.. arguments[..^1], hospitals.PathOf("few"), "--on-trainer-fault", "leave-out", "--min-clients", "4"]);
        Assert.True(exit == 4, error);
        Assert.Contains("before round 1: 3 sites whose trainers did not fail, at least 4 are needed", error,
            StringComparison.Ordinal);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    // A trainer without any package: one tensor that never changes.
    private const string Trainer = """
        import json, struct, sys, zipfile
        folder = sys.argv[1]
        task = json.load(open(folder + "/task.json"))
        def rows(name):
            head = zipfile.ZipFile(folder + "/" + name).read("y.npy")
            text = head[10:10 + struct.unpack("<H", head[8:10])[0]].decode()
            return int(text.split("(")[1].split(",")[0])
        def write(name):
            header = json.dumps({"w": {"dtype": "F32", "shape": [2], "data_offsets": [0, 8]}}).encode()
            header += b" " * (-len(header) % 8)
            open(folder + "/" + name, "wb").write(struct.pack("<Q", len(header)) + header + struct.pack("<2f", 0.5, 0.25))
        if task["task"] != "evaluate":
            write("trained.safetensors")
        if task["task"] != "initialise":
            n = rows("train.npz")
            json.dump({"samples": n, "train": {"samples": n, "loss": 0.5, "correct": 1}}, open(folder + "/result.json", "w"))
        """;

    private static Dataset Rows() => new([1, 2, 3, 4], [0, 1, 0, 1], 1, LearningTask.Binary, 2);

    private static async Task<TrainerFaultException> FaultAsync(string command, TimeSpan? limit = null) =>
        await Assert.ThrowsAsync<TrainerFaultException>(
            () => ExternalTrainer.StartAsync(command, Rows(), 1, limit, TestContext.Current.CancellationToken));

    private string Script(string body)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "needs a shell");
        string path = Path.Combine(_folder, "trainer.sh");
        File.WriteAllText(path, "#!/bin/sh\n" + body + "\n");
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }

        return path;
    }

    private sealed record TensorLeft(string Name, int[] Shape, float[] Values);
}
