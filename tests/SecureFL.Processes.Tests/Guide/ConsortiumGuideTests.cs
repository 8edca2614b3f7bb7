using System.Net;
using System.Net.Sockets;
using SecureFL.Cli.Demo;
using SecureFL.Learning.Data.Generated;

namespace SecureFL.Processes.Tests.Guide;

/// <summary>
/// <c>docs/consortium.md</c>, run: every command in its order, on machines that are folders, as processes over mutual
/// TLS. Only addresses are exchanged (the guide's host by loopback and a free port), and each hospital's rows are
/// generated.
/// </summary>
public sealed class ConsortiumGuideTests : IDisposable
{
    private static readonly string[] Hospitals =
        [.. HospitalGenerator.Demonstration.Select(profile => profile.Name.ToLowerInvariant().Replace(' ', '-'))];
    private static readonly TimeSpan RepeatFor = TimeSpan.FromMinutes(2);
    private readonly DirectoryInfo _root = Directory.CreateTempSubdirectory("securefl-guide-");
    private readonly Dictionary<string, GuideMachine> _machines = [];

    [Fact]
    [Trait("Category", "Slow")]
    public async Task Every_command_of_the_guide_does_what_the_guide_says()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows() || !File.Exists("/bin/bash"), "the guide's shell is bash");
        GuideWords words = new(Addresses());
        foreach (string table in HospitalFederation.WriteTables(_root.FullName))
        {
            File.Move(table, Path.Combine(Machine(Path.GetFileNameWithoutExtension(table)).Folder, "site.csv"));
        }

        int commands = 0;
        foreach (GuideBlock block in GuideDocument.Blocks(
            await File.ReadAllTextAsync(GuidePath(), TestContext.Current.CancellationToken), Hospitals,
            HospitalFederation.KeyHolders))
        {
            switch (block.Kind)
            {
                case "files":
                    Carry(block.Body);
                    break;
                case "json" or "csv":
                    await File.WriteAllTextAsync(Locate(block.Info.Replace('/', ':')), words.Fill(block.Body),
                        TestContext.Current.CancellationToken);
                    break;
                case "console":
                    foreach (GuideCommand command in GuideDocument.Commands(block))
                    {
                        await RunAsync(command, words);
                        commands++;
                    }

                    break;
                default:
                    Assert.Fail($"a block of kind '{block.Kind}' is run by nobody");
                    break;
            }
        }

        Assert.True(commands > 80, $"{commands} commands");
        string rehearsal = Path.Combine(Machine("board").Folder, "rehearsal");
        float[][] models =
        [
            .. Directory.EnumerateFiles(_root.FullName, "model.safetensors", SearchOption.AllDirectories)
                .Where(path => !path.StartsWith(rehearsal, StringComparison.Ordinal)).Select(ProcessDemo.Weights),
        ];
        Assert.True(models.Length >= 4, $"{models.Length} models: three hospitals' and the server's");
        Assert.All(models, model => Assert.Equal(models[0], model));
        AssertLogsAreDiscreet();
    }

    [Theory]
    [InlineData("a\n", true, "a")]
    [InlineData("a\nb\n", false, "a")]
    [InlineData("a\nb\nc\n", true, "a", "...", "c")]
    [InlineData("a 17 b\n", true, "a ... b")]
    [InlineData("x-y\nx-y\n", true, "<w>", "<w>")]
    [InlineData("x-y\nx-z\n", false, "<w>", "<w>")]
    public void Outputs_are_compared(string actual, bool same, params string[] expected) =>
        Assert.Equal(same, new GuideWords(new Dictionary<string, string>()).Matches(expected, actual));

    public void Dispose()
    {
        foreach (GuideMachine machine in _machines.Values)
        {
            machine.Dispose();
        }

        _root.Delete(recursive: true);
    }

    /// <summary>No log holds a row, a key, or a name of a column.</summary>
    private void AssertLogsAreDiscreet()
    {
        string[] rows =
            [.. Hospitals.SelectMany(hospital => File.ReadLines(Path.Combine(Machine(hospital).Folder, "site.csv")))];
        string[] logs = Directory.GetFiles(_root.FullName, "*.log", SearchOption.AllDirectories);
        Assert.True(logs.Length >= 8, $"{logs.Length} logs");
        foreach (string log in logs.Select(File.ReadAllText))
        {
            Assert.DoesNotContain(rows, row => log.Contains(row, StringComparison.Ordinal));
            Assert.DoesNotContain(HospitalGenerator.Columns
                .Where(column => column.Contains('_', StringComparison.Ordinal)),
                column => log.Contains(column, StringComparison.Ordinal));
            Assert.DoesNotContain("PRIVATE", log, StringComparison.Ordinal);
        }
    }

    private async Task RunAsync(GuideCommand command, GuideWords words)
    {
        string text = words.Fill(command.Text);
        Assert.False(GuideWords.IsOpen(text), $"nothing shows what to type: {text}");
        GuideMachine machine = Machine(command.Machine);
        long started = TimeProvider.System.GetTimestamp();
        while (true)
        {
            (int code, string output) = await machine.RunAsync(text, TestContext.Current.CancellationToken);
            if (code == command.ExitCode && (command.Output.Count == 0 || words.Matches(command.Output, output)))
            {
                return;
            }

            Assert.True(
                command.Repeat && TimeProvider.System.GetElapsedTime(started) < RepeatFor,
                $"{command.Machine}$ {text}\nexit code {code}, the guide says {command.ExitCode}\n--- it "
                + $"prints\n{output}\n--- the guide "
                + $"shows\n{string.Join('\n', command.Output.Select(words.Fill))}\n{Logs()}");
            await Task.Delay(500, TestContext.Current.CancellationToken);
        }
    }

    private void Carry(string transfers)
    {
        foreach (string line in transfers.TrimEnd('\n').Split('\n'))
        {
            string[] ends = line.Split(" -> ");
            File.Copy(Locate(ends[0]), Locate(ends[1]), overwrite: true);
        }
    }

    private string Locate(string place)
    {
        string[] parts = place.Split(':', 2);
        return Path.Combine(Machine(parts[0]).Folder, parts[1].Trim());
    }

    private GuideMachine Machine(string name)
    {
        if (!_machines.TryGetValue(name, out GuideMachine? machine))
        {
            string programs = Directory.CreateDirectory(Path.Combine(_root.FullName, ".programs")).FullName;
            string command = Path.Combine(programs, "securefl");
            if (!File.Exists(command))
            {
                File.WriteAllText(command,
                    $"#!/bin/sh\nexec dotnet \"{Path.Combine(AppContext.BaseDirectory, "securefl.dll")}\" \"$@\"\n");
                if (!OperatingSystem.IsWindows())
                {
                    File.SetUnixFileMode(command, UnixFileMode.UserRead | UnixFileMode.UserWrite
                        | UnixFileMode.UserExecute);
                }
            }

            string outputs = Directory.CreateDirectory(Path.Combine(_root.FullName, ".outputs")).FullName;
            _machines[name] = machine = new GuideMachine(Path.Combine(_root.FullName, name), programs, outputs);
        }

        return machine;
    }

    private string Logs() => string.Join('\n',
        Directory.EnumerateFiles(_root.FullName, "*.log", SearchOption.AllDirectories)
        .Select(
            path =>
                $"--- {Path.GetRelativePath(_root.FullName, path)}\n{string.Join('\n', File.ReadLines(path).TakeLast(8))}"));

    private static Dictionary<string, string> Addresses()
    {
        using TcpListener listener = new(IPAddress.Loopback, 0);
        listener.Start();
        string address = listener.LocalEndpoint.ToString()!;
        return new Dictionary<string, string> { ["aggregator.example.org:7443"] = address, ["0.0.0.0:7443"] = address };
    }

    private static string GuidePath()
    {
        DirectoryInfo? folder = new(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "docs", "consortium.md")))
        {
            folder = folder.Parent;
        }

        Assert.SkipWhen(folder is null, "the sources are not there");
        return Path.Combine(folder!.FullName, "docs", "consortium.md");
    }
}
