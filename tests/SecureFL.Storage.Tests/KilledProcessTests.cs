using System.Diagnostics;
using System.Text;
using SecureFL.Protocol.Ledgers;
using SecureFL.Storage.KillTarget;
using SecureFL.Storage.Ledgers;

namespace SecureFL.Storage.Tests;

/// <summary>
/// A real key-holder process is killed at random moments: it never gives two answers, and it never loses one it gave.
/// </summary>
public sealed class KilledProcessTests
{
    [Fact]
    public void A_few_kills() => Kill(lives: 4, seed: 1);

    [Fact]
    [Trait("Category", "Slow")]
    public void Two_hundred_kills() => Kill(lives: 200, seed: 2);

    private static void Kill(int lives, int seed)
    {
        DirectoryInfo directory = Directory.CreateTempSubdirectory("securefl-kill-");
        try
        {
            using (Process setup = Start("setup", directory.FullName))
            {
                setup.WaitForExit();
                Assert.Equal(0, setup.ExitCode);
            }

            Random random = new(seed);
            Dictionary<(string What, string Round), string> answers = [];
            int given = 0;
            for (int life = 0; life < lives; life++)
            {
                foreach (string[] line in Live(directory.FullName, random.Next(12),
                    TimeSpan.FromMilliseconds(random.Next(60))))
                {
                    given++;
                    string former = answers.GetValueOrDefault((line[0], line[1]), line[2]);
                    Assert.True(former == line[2],
                        $"life {life}: two {line[0]} answers in round {line[1]}: {former} and {line[2]}");
                    answers[(line[0], line[1])] = line[2];
                }

                RequireKept(directory.FullName, answers, life);
            }

            Assert.True(given > lives, $"the processes gave only {given} answers in {lives} lives");
            Assert.Contains(answers.Keys, key => key.What == "release");
        }
        finally
        {
            directory.Delete(recursive: true);
        }
    }

    // The lines "entry|vote|release ROUND HASH" of one life, which ends some time after it gave so many answers:
    // however slow the machine, it gets somewhere.
    private static List<string[]> Live(string directory, int answers, TimeSpan span)
    {
        using Process process = Start(directory);
        string? first = process.StandardOutput.ReadLine();
        if (first?.StartsWith("ready", StringComparison.Ordinal) != true)
        {
            Assert.Fail($"the process said: {first} {process.StandardError.ReadToEnd()}");
        }

        StringBuilder said = new();
        for (int i = 0; i < answers && process.StandardOutput.ReadLine() is { } line; i++)
        {
            said.Append(line).Append('\n');
        }

        Thread.Sleep(span);
        process.Kill();
        string rest = said.Append(process.StandardOutput.ReadToEnd()).ToString();
        process.WaitForExit();

        // A kill may cut the last line: what follows the last line end never left whole.
        string[] lines = rest[..(rest.LastIndexOf('\n') + 1)].Split('\n', StringSplitOptions.RemoveEmptyEntries);
        return [.. lines.Select(line => line.Trim().Split(' '))
            .Where(line => line[0] is "entry" or "vote" or "release")];
    }

    private static void RequireKept(string directory, Dictionary<(string What, string Round), string> answers, int life)
    {
        KillSetup setup = KillSetup.Load(directory);
        using FileLedgerStorage storage = new(KillSetup.LedgerPath(directory));
        LedgerState state = new DecryptionLedger(storage, setup.Plan, 0).State;
        foreach (((string what, string round), string answer) in answers)
        {
            ulong number = ulong.Parse(round, System.Globalization.CultureInfo.InvariantCulture);
            string? kept = what switch
            {
                "entry" => state.EntryOf(number)?.Hash.ToString(),
                "vote" => state.VoteOf(number)?.Certificate.ToString(),
                _ => state.ReleaseOf(number)?.Hash.ToString(),
            };
            Assert.True(kept == answer,
                $"life {life}: {what} of round {round} was {answer}, the ledger has {kept ?? "none"}");
        }
    }

    private static Process Start(params string[] arguments)
    {
        ProcessStartInfo start = new("dotnet") { RedirectStandardOutput = true, RedirectStandardError = true };
        start.ArgumentList.Add(typeof(KillSetup).Assembly.Location);
        foreach (string argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        return Process.Start(start)!;
    }
}
