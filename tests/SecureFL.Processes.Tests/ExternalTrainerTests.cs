using System.ComponentModel;
using System.Diagnostics;
using SecureFL.Cli.Demo;

namespace SecureFL.Processes.Tests;

/// <summary><c>client run --trainer</c>: sites that train with a command of their own.</summary>
public sealed class ExternalTrainerTests
{
    private const int Rounds = 2;

    // Adds a quarter to every weight. Python's own library alone: no array package is needed for one tensor.
    private const string Trainer = """
        import json, os, struct, sys, zipfile

        folder = sys.argv[1]
        with open(os.path.join(folder, "task.json")) as f:
            task = json.load(f)

        def rows(name):
            with zipfile.ZipFile(os.path.join(folder, name)) as archive:
                header = archive.read("y.npy")
            return int(header.split(b"(")[1].split(b",")[0])

        def read(name):
            with open(os.path.join(folder, name), "rb") as f:
                content = f.read()
            size = struct.unpack("<Q", content[:8])[0]
            return content[8:8 + size], content[8 + size:]

        count = rows("train.npz")
        read("evaluated.safetensors")
        if task["task"] == "train":
            header, body = read("weights.safetensors")
            weights = struct.unpack("<3f", body)
            with open(os.path.join(folder, "trained.safetensors"), "wb") as f:
                f.write(struct.pack("<Q", len(header)) + header + struct.pack("<3f", *[w + 0.25 for w in weights]))
        with open(os.path.join(folder, "result.json"), "w") as f:
            json.dump({"samples": count, "train": {"samples": count, "loss": 0.5, "correct": 1}}, f)
        """;

    [Fact]
    [Trait("Category", "Slow")]
    public async Task Sites_with_a_trainer_of_their_own_end_with_one_model()
    {
        string python = FindPython();
        string script = Path.Combine(Path.GetTempPath(), $"securefl-trainer-{Guid.NewGuid():N}.py");
        await File.WriteAllTextAsync(script, Trainer, TestContext.Current.CancellationToken);
        try
        {
            using Federation federation = Federation.WithTrainer(Rounds, $"{python} \"{script}\"");
            foreach (LocalProcess process in federation.Parties.All)
            {
                process.Start();
            }

            await Waiting.ForClientsAsync(federation, TimeSpan.FromMinutes(2));
            federation.Parties.Server.Stop(TimeSpan.FromSeconds(3));

            // Four updates of a quarter, weighted alike: rounding moves the mean by less than a step a round.
            float[] weights = federation.FinalWeights();
            Assert.Equal(3, weights.Length);
            for (int i = 0; i < weights.Length; i++)
            {
                Assert.Equal(i + (Rounds * 0.25), weights[i], Rounds * federation.Plan.Parameters.Step);
            }

            federation.AssertTranscript(Rounds + 1);
        }
        finally
        {
            File.Delete(script);
        }
    }

    private static string FindPython()
    {
        try
        {
            using Process process = Process.Start(
                new ProcessStartInfo("python3", ["-c", "import json, struct, zipfile"])
                { RedirectStandardError = true })!;
            process.WaitForExit();
            Assert.SkipWhen(process.ExitCode != 0, "python3 does not run here");
        }
        catch (Win32Exception)
        {
            Assert.Skip("no python3 is there");
        }

        return "python3";
    }
}
