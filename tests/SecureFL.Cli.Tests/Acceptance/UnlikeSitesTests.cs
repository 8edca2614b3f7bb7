using System.Globalization;
using SecureFL.Cli.Tests.Support;

namespace SecureFL.Cli.Tests.Acceptance;

/// <summary>
/// Sites of very different sizes, each with wards of its own and a column of two answers: what only a small site's rows
/// tell is in the model as a pooled fit has it.
/// </summary>
public sealed class UnlikeSitesTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("securefl-unlike-");

    [Fact]
    public void A_small_sites_own_columns_are_learnt_as_from_pooled_rows()
    {
        int[] rows = [600, 40, 30];
        List<(double Age, int Sex, string Ward, double Cost)> all = [];
        Random random = new(4);
        List<string> options = ["simulate", "--label", "cost", "--test-fraction", "0", "--rounds", "12"];
        for (int site = 0; site < rows.Length; site++)
        {
            string path = Path.Combine(_folder.FullName, $"{(char)('a' + site)}.csv");
            using StreamWriter file = new(path);
            file.WriteLine("age,sex,ward,cost");
            for (int r = 0; r < rows[site]; r++)
            {
                double age = 20 + (70 * random.NextDouble());
                int sex = random.Next(2);
                int ward = random.Next(3);
                double cost = 200_000 + (50 * age) + (900 * sex) + (site * 4000) + (ward * 1500)
                    + (300 * (random.NextDouble() - 0.5));
                all.Add((age, sex, $"{site}{ward}", cost));
                file.WriteLine(string.Create(
                    CultureInfo.InvariantCulture, $"{age},{(sex == 1 ? "m" : "f")},w{site}{ward},{cost}"));
            }

            options.AddRange(["--data", path]);
        }

        string[] wards = [.. all.Select(row => row.Ward).Distinct().Order(StringComparer.Ordinal)];
        double[][] features =
        [
            .. all.Select(row => (double[])
                [row.Age, row.Sex, .. wards.Skip(1).Select(ward => ward == row.Ward ? 1.0 : 0)]),
        ];
        double[] labels = [.. all.Select(row => row.Cost)];
        double pooled = new PooledFit(
            Learning.Data.LearningTask.Regression, 0, Standardised(features), Centred(labels))
            .Score(Standardised(features), Centred(labels));
        string json = Path.Combine(_folder.FullName, "out.json");
        (int exit, _, string error) = Securefl.Run([.. options, "--json", json, "--output", _folder.FullName + "/run"]);
        Assert.True(exit == 0, error);
        using System.Text.Json.JsonDocument document = System.Text.Json.JsonDocument.Parse(File.ReadAllText(json));
        System.Text.Json.JsonElement last = document.RootElement.GetProperty("final");
        double variance = 1 - last.GetProperty("trainLoss").GetDouble();
        Assert.InRange(variance, pooled - 0.003, pooled + 0.001);
    }

    public void Dispose() => _folder.Delete(recursive: true);

    private static double[] Centred(double[] values) => [.. values.Select(value => value - values.Average())];

    private static double[][] Standardised(double[][] rows)
    {
        int width = rows[0].Length;
        double[] mean = [.. Enumerable.Range(0, width).Select(f => rows.Average(row => row[f]))];
        double[] deviation =
        [
            .. Enumerable.Range(0, width).Select(f => Math.Sqrt(rows.Average(row => Math.Pow(row[f] - mean[f], 2)))),
        ];
        return [.. rows.Select(row => row.Select((value, f) => (value - mean[f]) / deviation[f]).ToArray())];
    }
}
