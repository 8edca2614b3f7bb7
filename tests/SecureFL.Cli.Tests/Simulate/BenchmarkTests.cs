using System.Text.Json;

namespace SecureFL.Cli.Tests.Simulate;

/// <summary>The published benchmarks on the encrypted path, from the command line to the JSON.</summary>
public class BenchmarkTests(ITestOutputHelper output)
{
    private static readonly ulong[] Seeds = [42, 43, 44, 45, 46];

    [Theory]
    [Trait("Category", "Slow")]
    [InlineData(0.685, "--lr 0.001")]
    [InlineData(0.685, "--lr 0.001 --algorithm fedprox --mu 0.01")]
    [InlineData(0.726, "--lr 0.01 --server-optimizer fedadam --server-lr 0.01")]
    [InlineData(0.731, "--lr 0.003162 --server-optimizer fedyogi --server-lr 0.01")]
    [InlineData(0.731, "--lr 0.003162 --server-optimizer fedadagrad --server-lr 0.316228")]
    public void Heart_disease_reaches_the_published_means_encrypted(double published, string recipe)
    {
        double encrypted = 0;
        double floats = 0;
        foreach (ulong seed in Seeds)
        {
            string[] options =
            [
                "--data", SharedFiles.Require("heart_disease/flamby_features_split.csv"), .. SharedFiles.HeartDisease,
                "--rounds", "15", "--local-steps", "100", "--batch", "4",
                "--seed", $"{seed}", "--compare", .. recipe.Split(' '),
            ];
            (double own, double other) = SharedFiles.Simulate(options, json =>
            {
                Assert.True(json.GetProperty("sumIsExact").GetBoolean());
                Assert.True(json.GetProperty("compare").GetProperty("weightsEqual").GetBoolean());
                return (json.GetProperty("final").GetProperty("meanSiteTestAccuracy").GetDouble(),
                    json.GetProperty("compare").GetProperty("plaintextFloat").GetProperty("meanSiteTestAccuracy")
                        .GetDouble());
            });
            encrypted += own / Seeds.Length;
            floats += other / Seeds.Length;
        }

        output.WriteLine($"{recipe}: encrypted {encrypted:f4}, floats {floats:f4}, published {published:f3}");
        Assert.True(encrypted >= published - 0.03, $"{encrypted:f4} against {published:f3}");
        Assert.True(Math.Abs(encrypted - floats) <= 0.005, $"encrypted {encrypted:f4}, floats {floats:f4}");
    }

    [Fact]
    [Trait("Category", "Slow")]
    public void Digits_reach_95_percent_encrypted()
    {
        string[] options = [.. SharedFiles.Digits(1), "--hidden", "128", "--rounds", "60", "--local-epochs", "2",
            "--lr", "0.0008", "--server-optimizer", "fedyogi", "--server-lr", "0.01"];
        (double accuracy, double seconds, bool exact) = SharedFiles.Simulate(options, json => (
            json.GetProperty("final").GetProperty("testAccuracy").GetDouble(), json.GetProperty("seconds").GetDouble(),
            json.GetProperty("sumIsExact").GetBoolean()));
        output.WriteLine($"{accuracy:f4} in {seconds:f1} s");
        Assert.True(exact);
        Assert.True(accuracy >= 0.95, $"{accuracy:f4}");
    }

    [Fact]
    [Trait("Category", "Slow")]
    public void Sixteen_bits_cost_next_to_nothing_and_eight_little()
    {
        string[] recipe = ["--hidden", "128", "--rounds", "60", "--local-epochs", "2", "--lr", "0.0008",
            "--server-optimizer", "fedyogi", "--server-lr", "0.01"];
        double floats = 0;
        double sixteen = 0;
        double eight = 0;
        foreach (ulong seed in new ulong[] { 1, 2, 3, 4, 5 })
        {
            (double own, double other) = SharedFiles.Simulate(
                [.. SharedFiles.Digits(seed), .. recipe, "--compare"], json =>
                (Accuracy(json.GetProperty("final")),
                    Accuracy(json.GetProperty("compare").GetProperty("plaintextFloat"))));
            sixteen += own / 5;
            floats += other / 5;
            eight += SharedFiles.Simulate([.. SharedFiles.Digits(seed), .. recipe, "--bits", "8"],
                json => Accuracy(json.GetProperty("final"))) / 5;
        }

        output.WriteLine($"float32 {floats:f4}, 16 bits {sixteen:f4}, 8 bits {eight:f4}");
        Assert.True(floats - sixteen < 0.002, $"16 bits cost {floats - sixteen:f4}");
        Assert.True(floats - eight < 0.01, $"8 bits cost {floats - eight:f4}");
    }

    [Fact]
    [Trait("Category", "Slow")]
    public void Asynchronous_rounds_do_not_wait_for_a_site_that_is_ten_times_slower()
    {
        string[] common = [.. SharedFiles.Digits(1), "--hidden", "64", "--local-epochs", "3", "--lr", "0.004",
            "--site-seconds", "10,1,1,1,1,1,1,1,1,1"];
        (double accuracy, double time) = SharedFiles.Simulate([.. common, "--rounds", "60"], Read);
        (double buffered, double shorter) = SharedFiles.Simulate([.. common, "--rounds", "240", "--async", "5"], Read);
        output.WriteLine(
            $"synchronous {accuracy:f4} after {time:f0} s, asynchronous {buffered:f4} after {shorter:f0} s");
        Assert.True(shorter < time / 2);
        Assert.True(buffered >= accuracy - 0.01, $"{buffered:f4} against {accuracy:f4}");

        static (double, double) Read(JsonElement json)
        {
            Assert.True(json.GetProperty("sumIsExact").GetBoolean());
            return (Accuracy(json.GetProperty("final")),
                json.GetProperty("final").GetProperty("simulatedSeconds").GetDouble());
        }
    }

    private static double Accuracy(JsonElement element) => element.GetProperty("testAccuracy").GetDouble();
}
