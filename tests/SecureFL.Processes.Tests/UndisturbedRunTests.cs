using SecureFL.Cli.Demo;

namespace SecureFL.Processes.Tests;

/// <summary>Eight processes over mutual TLS, and nothing goes wrong.</summary>
public sealed class UndisturbedRunTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(0.5, Traits = ["Category", "Slow"])]
    public async Task All_clients_end_with_the_weights_of_training_in_the_clear(double averageDecay)
    {
        const int Rounds = 3;
        using Federation federation = new(Rounds, terms => terms with { AverageDecay = averageDecay });
        WriteOddCells(Path.Combine(federation.Folder, "lakeside.csv"));
        foreach (LocalProcess process in federation.Parties.All)
        {
            process.Start();
        }

        float[] clear = await federation.TrainInTheClearAsync();
        await Waiting.ForClientsAsync(federation, TimeSpan.FromMinutes(2));
        federation.AssertEndedWith(clear, Rounds + 1);

        // Whoever owns the rows is told, in the log that stays there, which cells were no number.
        string log = federation.Parties.All
            .Single(process => process.Name.Contains("lakeside", StringComparison.Ordinal)).LastWords(1000);
        Assert.Contains(
            "lakeside.csv: column cholesterol: 3 cells are no number and count as missing: '<100' 2x, 'n/k' 1x; the "
            + "first is in line 4", log, StringComparison.Ordinal);
    }

    private static void WriteOddCells(string path)
    {
        string[] lines = File.ReadAllLines(path);
        int column = Array.IndexOf(lines[0].Split(','), "cholesterol");
        foreach ((int line, string cell) in new[] { (3, "<100"), (5, "<100"), (9, "n/k") })
        {
            string[] cells = lines[line].Split(',');
            cells[column] = cell;
            lines[line] = string.Join(',', cells);
        }

        File.WriteAllLines(path, lines);
    }
}
