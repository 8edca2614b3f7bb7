using System.Globalization;
using SecureFL.Learning.Models;

namespace SecureFL.Cli.Tests.Simulate;

/// <summary>
/// Full-batch federated descent, encrypted, ends where Newton's method on the pooled rows ends. Reading, scaling and
/// Newton are written here once more, in doubles, and share nothing with the program.
/// </summary>
public class PooledOptimumTests(ITestOutputHelper output)
{
    private const int Features = 13;

    [Fact]
    [Trait("Category", "Slow")]
    public void Encrypted_full_batch_descent_reaches_the_pooled_optimum()
    {
        string file = SharedFiles.Require("heart_disease/flamby_features_split.csv");
        (double[][] x, double[] y) = PooledTrainingRows(file);
        double[] optimum = Newton(x, y);
        string[] options = ["--data", file, .. SharedFiles.HeartDisease, "--rounds", "800", "--local-steps", "1",
            "--batch", "0", "--lr", "1"];
        (double reported, float[] weights) = SharedFiles.Simulate(options, json =>
        {
            using FileStream stream = File.OpenRead(json.GetProperty("final").GetProperty("weightsFile").GetString()!);
            return (json.GetProperty("final").GetProperty("trainLoss").GetDouble(),
                ModelBundle.Read(stream, "model").Parameters.Values);
        });
        double[] reached = [.. weights.Select(weight => (double)weight)];
        double gap = Loss(x, y, reached) - Loss(x, y, optimum);
        double distance = reached.Zip(optimum, (a, b) => Math.Abs(a - b)).Max();
        output.WriteLine($"loss gap {gap:e2}, largest difference of a weight {distance:e2}");
        Assert.InRange(gap, -1e-9, 1e-4);
        Assert.Equal(Loss(x, y, reached), reported, 1e-4);
    }

    private static (double[][] X, double[] Y) PooledTrainingRows(string file)
    {
        string[][] lines = [.. File.ReadLines(file).Select(line => line.Split(','))];
        int site = Array.IndexOf(lines[0], "centre_name");
        int split = Array.IndexOf(lines[0], "split");
        int label = Array.IndexOf(lines[0], "label");
        int[] features = [.. Enumerable.Range(0, lines[0].Length)
            .Where(c => lines[0][c] is not ("centre" or "centre_name" or "raw_row0" or "split" or "label"))];
        Assert.Equal(Features, features.Length);
        List<double[]> x = [];
        List<double> y = [];
        foreach (IGrouping<string, string[]> rows in lines.Skip(1).Where(line => line[split] == "train")
            .GroupBy(line => line[site]))
        {
            double[][] values =
                [
                    .. rows.Select(
                        row => features.Select(c => double.Parse(row[c], CultureInfo.InvariantCulture)).ToArray())];
            double[] means = [.. Enumerable.Range(0, Features).Select(f => values.Average(row => row[f]))];
            double[] deviations = [.. Enumerable.Range(0, Features)
                .Select(f => Math.Sqrt(values.Sum(row => Math.Pow(row[f] - means[f], 2)) / (values.Length - 1)))];
            x.AddRange(
                values.Select(
                    row => row.Select((value, f) => deviations[f] > 0 ? (value - means[f]) / deviations[f] : 0)
                        .Append(1).ToArray()));
            y.AddRange(rows.Select(row => double.Parse(row[label], CultureInfo.InvariantCulture)));
        }

        return ([.. x], [.. y]);
    }

    private static double Margin(double[] row, double[] w) => row.Zip(w, (a, b) => a * b).Sum();

    private static double Loss(double[][] x, double[] y, double[] w) =>
        x.Zip(y, (row, label) => Math.Log(1 + Math.Exp(Margin(row, w))) - (label * Margin(row, w))).Average();

    private static double[] Newton(double[][] x, double[] y)
    {
        int size = Features + 1;
        double[] w = new double[size];
        for (int iteration = 0; iteration < 30; iteration++)
        {
            // [H | g], solved by elimination; the Hessian is positive definite.
            double[,] system = new double[size, size + 1];
            for (int r = 0; r < x.Length; r++)
            {
                double p = 1 / (1 + Math.Exp(-Margin(x[r], w)));
                for (int i = 0; i < size; i++)
                {
                    system[i, size] += x[r][i] * (p - y[r]);
                    for (int j = 0; j < size; j++)
                    {
                        system[i, j] += x[r][i] * x[r][j] * p * (1 - p);
                    }
                }
            }

            double[] step = Solve(system, size);
            for (int i = 0; i < size; i++)
            {
                w[i] -= step[i];
            }
        }

        return w;
    }

    private static double[] Solve(double[,] system, int size)
    {
        for (int pivot = 0; pivot < size; pivot++)
        {
            for (int row = pivot + 1; row < size; row++)
            {
                double factor = system[row, pivot] / system[pivot, pivot];
                for (int column = pivot; column <= size; column++)
                {
                    system[row, column] -= factor * system[pivot, column];
                }
            }
        }

        double[] solution = new double[size];
        for (int row = size - 1; row >= 0; row--)
        {
            solution[row] = system[row, size];
            for (int column = row + 1; column < size; column++)
            {
                solution[row] -= system[row, column] * solution[column];
            }

            solution[row] /= system[row, row];
        }

        return solution;
    }
}
