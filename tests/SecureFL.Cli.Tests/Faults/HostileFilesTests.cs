using System.Diagnostics;
using System.Text;
using SecureFL.Cli.Tests.Support;

namespace SecureFL.Cli.Tests.Faults;

/// <summary>
/// Commands with files that are none and numbers that make no sense: a sentence, a way out, a code, and no word of the
/// framework.
/// </summary>
public sealed class HostileFilesTests : IDisposable
{
    private static readonly string[] Forbidden =
        ["System.", "Exception", "Parameter '", " at SecureFL.", "Unhandled", "Actual value", "BytePositionInLine"];

    private static readonly string[] Commands =
    [
        "check-data --data FILE", "simulate --data FILE --label y --sites 3 --output RUN",
        "predict --model FILE --data TABLE", "evaluate --model MODELLESS --data FILE",
        "plan show FILE", "plan approve FILE --state RUN --accept x", "identity show FILE",
        "identity import FILE --identity RUN", "verify FILE", "config show client run --config FILE",
        "client send FILE --server https://localhost:1 --identity RUN --plan FILE",
        "plan new --authority FILE --server FILE --client FILE --key-holder FILE --vector 10 --clip 1",
        "plan explain --plan FILE", "simulate --data TABLE --label y --sites 3 --output FILE",
        "status --server localhost:1 --identity FILE --server-name a",
    ];

    private static readonly string[] Files =
        ["empty", "folder", "null", "noise", "missing", "json", "list", "deep", "zip"];

    private readonly string _folder = Directory.CreateTempSubdirectory("securefl-hostile-files").FullName;

    /// <summary>Every command once, and every file at least once.</summary>
    public static TheoryData<string, string> Some() => Pairs((command, file) => file == command % Files.Length);

    public static TheoryData<string, string> Others() => Pairs((command, file) => file != command % Files.Length);

    [Theory]
    [MemberData(nameof(Some))]
    [Trait("Category", "Slow")]
    public void A_file_that_is_none_is_refused_in_words(string command, string file) => Check(command, file);

    [Theory]
    [Trait("Category", "Slow")]
    [MemberData(nameof(Others))]
    public void A_file_that_is_none_is_refused_in_words_by_every_command(string command, string file) =>
        Check(command, file);

    [Theory]
    [InlineData("simulate --data TABLE --label y --sites 3 --rounds 0")]
    [InlineData("simulate --data TABLE --label y --sites -1")]
    [InlineData("simulate --data TABLE --label y --sites 100000")]
    [InlineData("simulate --data TABLE --label y --sites 3 --dirichlet NaN")]
    [InlineData("simulate --data TABLE --label y --sites 3 --dirichlet 0.0001 --min-site-rows 10")]
    [InlineData("simulate --data TABLE --label y --sites 3 --lr NaN --rounds 1")]
    [InlineData("simulate --data TABLE --label y --sites 3 --rounds 1 --batch -5")]
    [InlineData("simulate --data TABLE --label y --sites 3 --rounds 1 --clip -1")]
    [InlineData("simulate --data TABLE --label y --sites 3 --rounds 1 --hidden 1e9 --model mlp")]
    [InlineData("simulate --data TABLE --label y --sites 3 --rounds 99999999999")]
    [InlineData("simulate --data TABLE --label y --sites 3 --test-fraction 7")]
    [InlineData("plan explain --parameters -1")]
    [InlineData("plan explain --clip NaN")]
    [InlineData("plan explain --clients 2147483647 --bits 400")]
    public void A_number_that_makes_no_sense_is_refused_in_words(string command) =>
        Check(command + (command.StartsWith("simulate", StringComparison.Ordinal) ? " --output RUN" : ""), "missing");

    /// <summary>Every command that reads a file.</summary>
    public static TheoryData<string> All() =>
    [
        .. Commands.Where(command => !command.EndsWith("--output FILE", StringComparison.Ordinal)),
        "export FILE --onnx RUN", "identity issue FILE --ca RUN", "plan sign FILE --identity RUN",
        "simulate --data TABLE --training FILE",
        "plan new --authority RUN --server RUN --client RUN --key-holder RUN --training FILE",
        "identity import --revocations FILE --identity RUN",
        "identity import --certificate FILE --authority FILE --identity RUN", "doctor --plan FILE",
        "server --config FILE", "demo --training FILE",
        "evaluate --model FILE --data TABLE", "plan digest FILE",
    ];

    [Theory]
    [MemberData(nameof(All))]
    [Trait("Category", "Slow")]
    public async Task No_command_waits_for_a_pipe(string command)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "no pipes with names there");
        string pipe = Path.Combine(_folder, "pipe.csv");
        using (Process make = Process.Start("mkfifo", pipe))
        {
            await make.WaitForExitAsync(TestContext.Current.CancellationToken);
        }

        string[] words =
            [
                .. command.Split(' ')
                    .Select(
                        word => word switch { "FILE" => pipe, "RUN" => Path.Combine(_folder, "run"), "TABLE" => Table(),
                            _ => word })];
        (int exit, string output, string error) =
            await Task.Run(() => Securefl.Run(words), TestContext.Current.CancellationToken)
            .WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);
        Assert.True(exit is 2 or 5 or 6, $"{command} ended with code {exit}:\n{error}");
        Assert.Matches("pipe|folder|there is no|Could not find|not find", error + output);
        Assert.Contains("hint: ", error + output, StringComparison.Ordinal);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private void Check(string command, string file)
    {
        string path = PathOf(file);
        (int exit, string output, string error) = Securefl.Run([.. command.Split(' ').Select(word => word switch
        {
            "FILE" => path,
            "RUN" => Path.Combine(_folder, "run"),
            "TABLE" => Table(),
            "MODELLESS" => PathOf("missing"),
            _ => word,
        })]);
        Assert.All(Forbidden,
            word => Assert.False(error.Contains(word, StringComparison.Ordinal), $"{command} with {file}:\n{error}"));
        if (exit == 0 && command.StartsWith("check-data", StringComparison.Ordinal)
            && file is "list" or "json" or "zip" or "deep")
        {
            // Lines of text are a table to whoever looks for one.
            return;
        }

        Assert.True(exit is 2 or 3 or 5 or 6, $"{command} with {file} ended with code {exit}:\n{error}");
        string[] lines = error.TrimEnd('\n').Split('\n');
        Assert.StartsWith("securefl: ", lines[^2], StringComparison.Ordinal);
        Assert.StartsWith("hint: ", lines[^1], StringComparison.Ordinal);
        Assert.True(output.Length == 0 || command.StartsWith("verify", StringComparison.Ordinal), output);
    }

    private string PathOf(string kind)
    {
        string path = Path.Combine(_folder, kind + (kind == "zip" ? ".npz" : ".json"));
        switch (kind)
        {
            case "null":
                return "/dev/null";
            case "folder":
                Directory.CreateDirectory(path);
                break;
            case "empty":
                File.WriteAllText(path, "");
                break;
            case "noise":
                byte[] noise = new byte[5000];
                new Random(1).NextBytes(noise);
                File.WriteAllBytes(path, noise);
                break;
            case "json":
                File.WriteAllText(path,
                    """{"format": 7, "version": 1, "settings": [null], "x": {"y": [1, 2, {"z": 1e999}]}}""");
                break;
            case "list":
                File.WriteAllText(path, "[1, 2, 3]");
                break;
            case "deep":
                File.WriteAllText(path, new string('[', 4000) + new string(']', 4000));
                break;
            case "zip":
                File.WriteAllBytes(path, [0x50, 0x4B, 3, 4, 9, 9, 9, 9, 9, 9]);
                break;
        }

        return path;
    }

    private string Table()
    {
        string path = Path.Combine(_folder, "table.csv");
        StringBuilder text = new("a,b,y\n");
        for (int i = 0; i < 60; i++)
        {
            text.Append(i % 7).Append(',').Append(i % 5).Append(',').Append(i % 3 / 2).Append('\n');
        }

        File.WriteAllText(path, text.ToString());
        return path;
    }

    private static TheoryData<string, string> Pairs(Func<int, int, bool> chosen)
    {
        TheoryData<string, string> pairs = [];
        for (int command = 0; command < Commands.Length; command++)
        {
            for (int file = 0; file < Files.Length; file++)
            {
                // An empty folder, and one that is not there yet, are good ones to write to.
                bool writes = Commands[command].EndsWith("--output FILE", StringComparison.Ordinal)
                    && Files[file] is "missing" or "folder";
                if (chosen(command, file) && !writes)
                {
                    pairs.Add(Commands[command], Files[file]);
                }
            }
        }

        return pairs;
    }
}
