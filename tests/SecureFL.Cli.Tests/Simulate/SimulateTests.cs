using System.Text.Json;
using SecureFL.Cli.Tests.Support;

namespace SecureFL.Cli.Tests.Simulate;

/// <summary>The real executable on small tables: shape of the JSON, equality of the arms, resuming, seeds.</summary>
public class SimulateTests
{
    [Fact]
    public void Json_has_the_promised_shape_and_the_arms_agree()
    {
        using Hospitals hospitals = new();
        (JsonElement json, string output, string error) = hospitals.Simulate("a", "--rounds", "3", "--compare");
        JsonElement[] rounds = [.. json.GetProperty("rounds").EnumerateArray()];
        Assert.Equal(3, rounds.Length);
        string[] numbers =
            ["round", "trainLoss", "testAccuracy", "uploadBytesPerClient", "keyHolderBytes", "secondsTrain",
                "secondsEncrypt", "secondsAggregate", "secondsOpen", "contributors"];
        foreach (JsonElement round in rounds)
        {
            Assert.All(numbers, name => Assert.True(round.GetProperty(name).GetDouble() > 0, name));
            Assert.True(round.GetProperty("sumIsExact").GetBoolean());
            Assert.Equal(4, round.GetProperty("contributors").GetInt32());
        }

        JsonElement final = json.GetProperty("final");
        Assert.Equal(rounds[^1].GetProperty("trainLoss").GetDouble(), final.GetProperty("trainLoss").GetDouble(), 1e-4);
        Assert.Equal(rounds[^1].GetProperty("testAccuracy").GetDouble(),
            final.GetProperty("testAccuracy").GetDouble(), 1e-12);
        Assert.Equal(["Northfield", "Lakeside", "Saint-Anna", "Harbour-Veterans"],
            final.GetProperty("perSite").EnumerateArray().Select(site => site.GetProperty("site").GetString()));
        Assert.All(final.GetProperty("perSite").EnumerateArray(),
            site => Assert.Equal(60, site.GetProperty("samples").GetInt32()));
        Assert.All(final.GetProperty("perSite").EnumerateArray(),
            site => Assert.InRange(site.GetProperty("testAuc").GetDouble(), 0, 1));
        Assert.True(File.Exists(final.GetProperty("weightsFile").GetString()));
        Assert.True(json.GetProperty("compare").GetProperty("weightsEqual").GetBoolean());
        Assert.InRange(json.GetProperty("compare").GetProperty("plaintextFloat").GetProperty("largestWeightDifference")
            .GetDouble(), 1e-12, 1e-3);
        Assert.Contains("the same weights, bit for bit", output, StringComparison.Ordinal);
        Assert.Contains("(chosen:", error, StringComparison.Ordinal);
        foreach (JsonElement transcript in json.GetProperty("transcripts").EnumerateArray())
        {
            Assert.Equal(0, Securefl.Run("verify", transcript.GetString()!).ExitCode);
        }
    }

    [Theory]
    [InlineData("federated")]
    [InlineData("site")]
    [InlineData("minmax")]
    [InlineData("none")]
    [Trait("Category", "Slow")]
    public void Every_normalisation_trains_and_the_model_scores_a_hospital_that_nobody_knows(string normalization)
    {
        using Hospitals hospitals = new();
        (JsonElement json, _, _) = hospitals.Simulate(normalization, "--rounds", "2", "--normalize", normalization);
        double first = json.GetProperty("rounds")[0].GetProperty("trainLoss").GetDouble();

        // A regression can be at its optimum after one round.
        Assert.InRange(json.GetProperty("final").GetProperty("trainLoss").GetDouble(), 0, 1.01 * first);
        int preparations = json.GetProperty("transcripts").EnumerateArray()
            .Count(path => path.GetString()!.Contains("preparation", StringComparison.Ordinal));

        // Statistics, second moments of what is scaled, and clips: those that scale by themselves sum what a site that
        // nobody knows is scaled by.
        Assert.Equal(normalization == "none" ? 2 : 3, preparations);
        string model = json.GetProperty("final").GetProperty("weightsFile").GetString()!;
        (int code, string output, string error) =
            Securefl.Run("evaluate", "--model", model, "--data", hospitals.Files[3]);
        Assert.True(code == 0, error);
        Assert.Contains("accuracy", output, StringComparison.Ordinal);
        Assert.Equal(normalization is "site" or "minmax",
            error.Contains("as all sites share it", StringComparison.Ordinal));
    }

    [Fact]
    [Trait("Category", "Slow")]
    public void Encrypted_plaintext_and_resumed_runs_leave_the_same_weights_and_another_seed_others()
    {
        using Hospitals hospitals = new();
        byte[] Weights(string name, params string[] options) =>
            File.ReadAllBytes(hospitals.Simulate(name, options).Json.GetProperty("final").GetProperty("weightsFile")
                .GetString()!);
        byte[] whole = Weights("whole", "--rounds", "5", "--server-optimizer", "fedyogi");
        Assert.Equal(whole, Weights("plain", "--rounds", "5", "--server-optimizer", "fedyogi", "--suite", "plaintext"));

        // The rate falls until the last round: a run that is cut short had the rates of the whole one if it was told
        // where that ends.
        _ = Weights("parts", "--rounds", "2", "--server-optimizer", "fedyogi", "--lr-rounds", "5");
        Assert.Equal(whole,
            Weights("parts", "--rounds", "5", "--server-optimizer", "fedyogi", "--lr-rounds", "5", "--resume"));
        Assert.NotEqual(whole, Weights("other", "--rounds", "5", "--server-optimizer", "fedyogi", "--seed", "2"));
    }

    /// <summary>
    /// A site of one class in a run of few rounds: it is named, and the run ends below the loss of knowing only how
    /// many rows are of each class.
    /// </summary>
    [Fact]
    public void A_site_of_one_class_is_named_and_few_rounds_do_not_diverge()
    {
        using Hospitals folder = new(rows: 1);
        List<string> words = ["simulate", "--label", "y", "--rounds", "5", "--suite", "plaintext", "--output",
            folder.PathOf("one"), "--json", folder.PathOf("one.json")];
        Random random = new(4);
        foreach (char site in "abc")
        {
            // Of a and b each row is of one class or the other by x, but for noise; c lies apart.
            string lines = string.Concat(Enumerable.Range(0, site == 'c' ? 250 : 100).Select(_ =>
            {
                (double x, double z) = ((2 * random.NextDouble()) - 1, (2 * random.NextDouble()) - 1);
                double y = site != 'c' && (3 * x) + z > (random.NextDouble() - 0.5) / 2 ? 1 : 0;
                return FormattableString.Invariant($"{x + (site == 'c' ? 3 : 0):F4},{z:F4},{y}\n");
            }));
            File.WriteAllText(folder.PathOf($"{site}.csv"), "x,z,y\n" + lines);
            words.AddRange(["--data", folder.PathOf($"{site}.csv")]);
        }

        (int code, _, string error) = Securefl.Run([.. words]);
        Assert.True(code == 0, error);
        Assert.Contains(
            "site c: all 200 training rows have the label 0: such a site draws the model towards that label", error,
            StringComparison.Ordinal);
        Assert.DoesNotContain("site a: all", error, StringComparison.Ordinal);
        using JsonDocument json = JsonDocument.Parse(File.ReadAllText(folder.PathOf("one.json")));
        double share = 80.0 / 360;
        double known = -(share * Math.Log(share)) - ((1 - share) * Math.Log(1 - share));
        Assert.InRange(json.RootElement.GetProperty("final").GetProperty("trainLoss").GetDouble(), 0, known);
    }

    [Fact]
    public void Seal_ciphertexts_leave_the_same_weights()
    {
        using Hospitals hospitals = new();
        JsonElement seal = hospitals.Simulate("seal", "--rounds", "1", "--normalize", "site", "--suite", "joint-key",
            "--wire", "seal").Json;
        JsonElement plain = hospitals.Simulate("clear", "--rounds", "1", "--normalize", "site", "--suite",
            "plaintext").Json;
        Assert.Equal(("joint-key", "seal"),
            (seal.GetProperty("suite").GetString(), seal.GetProperty("wire").GetString()));
        Assert.True(seal.GetProperty("sumIsExact").GetBoolean());
        Assert.Equal(File.ReadAllBytes(plain.GetProperty("final").GetProperty("weightsFile").GetString()!),
            File.ReadAllBytes(seal.GetProperty("final").GetProperty("weightsFile").GetString()!));
    }

    [Fact]
    public void Asynchronous_rounds_of_uneven_sites_advance_on_the_simulated_clock()
    {
        using Hospitals hospitals = new();
        JsonElement json = hospitals.Simulate("async", "--rounds", "8", "--async", "3", "--site-seconds", "9,1,1,1.5",
            "--normalize", "site").Json;
        JsonElement[] rounds = [.. json.GetProperty("rounds").EnumerateArray()];
        Assert.All(rounds, round => Assert.Equal(3, round.GetProperty("contributors").GetInt32()));
        Assert.All(rounds, round => Assert.True(round.GetProperty("sumIsExact").GetBoolean()));
        Assert.InRange(json.GetProperty("final").GetProperty("simulatedSeconds").GetDouble(), 5, 30);
    }

    [Theory]
    [InlineData(2, "--label nope --test-fraction 0.25", "no column nope")]
    [InlineData(2, "--label heart_disease --bits 3", "sum.bits 3")]
    [InlineData(2, "--label heart_disease --model softmax", "does not fit a label of 2 classes")]
    [InlineData(2, "--label heart_disease --threshold 1", "t >= 2")]
    [InlineData(2, "--label heart_disease --threshold 4", "t <= H")]
    [InlineData(2, "--label heart_disease --test-fraction 0.2 --split-column sex",
        "--test-fraction does not go with --split-column")]
    [InlineData(2, "--label heart_disease --split-column sex", "neither train nor test")]
    [InlineData(2, "--label heart_disease --dirichlet 0.3", "--dirichlet needs --sites")]
    [InlineData(2, "--label heart_disease --suite joint", "joint")]
    [InlineData(2, "--rounds 3", "--label is missing")]
    [InlineData(2, "--label heart_disease --async 3 --site-seconds 1,2", "2 numbers for 4 sites")]
    [InlineData(6, "--label heart_disease --resume", "there is no checkpoint")]
    [InlineData(6, "--label heart_disease --trainer securefl-no-such-program", "cannot be started")]
    [InlineData(4, "--label heart_disease --site-seconds 1,9,9,9 --deadline 2", "at least 3 are needed")]
    public void A_mistake_is_one_line_with_a_hint(int code, string options, string message)
    {
        using Hospitals hospitals = new(rows: 20);
        string[] all = ["simulate", .. hospitals.Files.SelectMany(file => new[] { "--data", file }),
            .. options.Split(' '), "--output", hospitals.PathOf("run")];
        (int exit, _, string error) = Securefl.Run(all);
        string[] lines = error.TrimEnd('\n').Split('\n');
        Assert.True(code == exit, $"exit code {exit}: {error}");
        Assert.Contains(message, lines[^2], StringComparison.Ordinal);
        Assert.StartsWith("securefl: ", lines[^2], StringComparison.Ordinal);
        Assert.StartsWith("hint: ", lines[^1], StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", error, StringComparison.Ordinal);
    }

    [Fact]
    public void Two_sites_are_refused_and_a_bad_cell_is_found()
    {
        using Hospitals hospitals = new(rows: 20);
        (int code, _, string error) = Securefl.Run(
            "simulate", "--data", hospitals.Files[0], "--data", hospitals.Files[1], "--label", "heart_disease",
            "--output", hospitals.PathOf("run"));
        Assert.Equal(2, code);
        Assert.Contains("each would see the other's update", error, StringComparison.Ordinal);
        Assert.Contains("hint: find a third site", error, StringComparison.Ordinal);

        string bad = hospitals.PathOf("bad.csv");
        File.WriteAllText(bad, "a,b,y\n1,2,0\n1,oops\n");
        (code, _, error) = Securefl.Run("simulate", "--data", bad, "--label", "y", "--sites", "3", "--output",
            hospitals.PathOf("run"));
        Assert.Equal(2, code);
        Assert.Contains("bad.csv, line 3: 2 fields where the first record has 3", error, StringComparison.Ordinal);
    }

    [Fact]
    public void Two_sites_for_a_trial_are_announced_everywhere()
    {
        using Hospitals hospitals = new(rows: 20);
        string json = hospitals.PathOf("two.json");
        string report = hospitals.PathOf("two.html");
        string[] two = ["simulate", "--data", hospitals.Files[0], "--data", hospitals.Files[1], "--label",
            "heart_disease", "--rounds", "1", "--insecure-two-sites"];
        (int code, string output, string error) = Securefl.Run([.. two, "--json", json, "--report", report]);
        Assert.True(code == 0, error);
        Assert.All([output, error, File.ReadAllText(report)],
            text => Assert.Contains("INSECURE, two sites", text, StringComparison.Ordinal));
        Assert.True(JsonDocument.Parse(File.ReadAllText(json)).RootElement.GetProperty("insecureTwoSites")
            .GetBoolean());
        (code, _, error) = Securefl.Run([.. two, "--data", hospitals.Files[2], "--output", hospitals.PathOf("three")]);
        Assert.Equal(2, code);
        Assert.Contains("--insecure-two-sites is for encrypted sums of exactly two sites, these are 3", error,
            StringComparison.Ordinal);
    }

    [Fact]
    [Trait("Category", "Slow")]
    public void A_second_run_leaves_the_first_ones_folder_alone()
    {
        using Hospitals hospitals = new(rows: 20);
        string model = hospitals.Simulate("run", "--rounds", "1").Json.GetProperty("final").GetProperty("weightsFile")
            .GetString()!;
        byte[] first = File.ReadAllBytes(model);
        string[] again =
            ["simulate", .. hospitals.Files.SelectMany(file => new[] { "--data", file }), "--label", "heart_disease",
                "--rounds", "2", "--output", Path.GetDirectoryName(model)!];
        (int code, _, string error) = Securefl.Run(again);
        Assert.Equal(2, code);
        Assert.Contains("holds a run already: model.safetensors", error, StringComparison.Ordinal);
        Assert.Equal(first, File.ReadAllBytes(model));
        (code, _, error) = Securefl.Run([.. again, "--overwrite"]);
        Assert.True(code == 0, error);
        Assert.NotEqual(first, File.ReadAllBytes(model));
    }

    [Theory]
    [InlineData("0.05", 0)]
    [InlineData("0.3", 0)]
    [Trait("Category", "Slow")]
    public void A_skewed_split_has_no_empty_site(string alpha, int expected)
    {
        using Hospitals hospitals = new(rows: 20);
        string json = hospitals.PathOf("skewed.json");
        (int code, _, string error) = Securefl.Run(
            "simulate", "--data", hospitals.Files[0], "--label", "heart_disease", "--sites", "4", "--dirichlet", alpha,
            "--rounds", "1", "--test-fraction", "0.2", "--json", json);
        Assert.True(code == expected, error);
        JsonElement sites = JsonDocument.Parse(File.ReadAllText(json)).RootElement.GetProperty("final")
            .GetProperty("perSite");
        Assert.All(sites.EnumerateArray(), site => Assert.True(site.GetProperty("samples").GetInt32() > 0));
        (code, _, error) = Securefl.Run("simulate", "--data", hospitals.Files[0], "--label", "heart_disease", "--sites",
            "4", "--dirichlet", "0.01", "--min-site-rows", "5", "--test-fraction", "0", "--output",
            hospitals.PathOf("none"));
        Assert.Equal(2, code);
        Assert.Contains("of 1000 draws of a Dirichlet(0.01) split none gives each of 4 sites at least 5 of 20 rows",
            error, StringComparison.Ordinal);
    }

    [Fact]
    public void Features_of_very_different_size_without_scaling_are_pointed_out()
    {
        using Hospitals hospitals = new();
        string[] data = [.. hospitals.Files.SelectMany(file => new[] { "--data", file })];
        string[] run = ["simulate", .. data, "--label", "heart_disease", "--rounds", "1", "--baselines", "off",
            "--output", hospitals.PathOf("none")];
        (_, _, string error) = Securefl.Run([.. run, "--normalize", "none"]);
        Assert.Matches(
            "with --normalize none .* is at most 1 and .*: features of so different size train slowly or not at all",
            error);
        (_, _, error) = Securefl.Run([.. run, "--overwrite"]);
        Assert.DoesNotContain("features of so different size", error, StringComparison.Ordinal);
    }

    [Fact]
    public void Models_predict_and_are_evaluated_on_files()
    {
        using Hospitals hospitals = new();
        string model = hospitals.Simulate("m", "--rounds", "10").Json.GetProperty("final").GetProperty("weightsFile")
            .GetString()!;
        (int code, string output, _) = Securefl.Run("predict", "--model", model, "--data", hospitals.Files[2]);
        Assert.Equal(0, code);
        string[] lines = output.TrimEnd('\n').Split('\n');
        Assert.Equal("line,prediction,p(0),p(1)", lines[0]);
        Assert.Equal(81, lines.Length);
        Assert.All(lines[1..], line => Assert.Equal(1, line.Split(',')[2..].Sum(float.Parse), 1e-5f));

        (code, _, string said) = Securefl.Run("predict", "--model", model, "--data", hospitals.Files[2],
            "--missing-values", File.ReadLines(hospitals.Files[2]).ElementAt(1).Split(',')[0]);
        Assert.Equal(0, code);
        Assert.Contains("missing", said, StringComparison.Ordinal);

        string json = hospitals.PathOf("evaluate.json");
        (code, output, _) = Securefl.Run("evaluate", "--model", model, "--data", hospitals.Files[2], "--json", json);
        Assert.Equal(0, code);
        string[] cells = [.. File.ReadLines(hospitals.Files[2]).Skip(1).Select(line => line[^1..])];
        double right = cells.Zip(lines[1..], (label, line) => label == line.Split(',')[1] ? 1.0 : 0).Average();
        Assert.Equal(right, JsonDocument.Parse(File.ReadAllText(json)).RootElement.GetProperty("accuracy")
            .GetDouble(), 1e-12);
        Assert.Contains("AUC", output, StringComparison.Ordinal);

        (code, output, _) = Securefl.Run("check-data", "--data", hospitals.Files[3], "--label", "heart_disease");
        Assert.Equal(0, code);
        Assert.Contains("80 rows", output, StringComparison.Ordinal);
        Assert.Contains("label: ", output, StringComparison.Ordinal);
    }
}
