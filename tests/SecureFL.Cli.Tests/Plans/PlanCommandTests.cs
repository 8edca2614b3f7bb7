using System.Text.Json.Nodes;
using SecureFL.Cli.Tests.Identities;
using SecureFL.Cli.Tests.Support;
using SecureFL.Consortium.Approvals;
using SecureFL.Consortium.Plans;
using SecureFL.Learning.Data.Tensors;
using SecureFL.Learning.Models;
using SecureFL.Learning.Rounds;
using SecureFL.Rlwe.JointKey;

namespace SecureFL.Cli.Tests.Plans;

public sealed class PlanCommandTests(ConsortiumFolder consortium) : IClassFixture<ConsortiumFolder>
{
    [Fact]
    public void A_plan_is_written_signed_shown_and_approved()
    {
        string plan = consortium.At("plan.json");
        string words = ConsortiumFolder.Must(
            consortium.PlanArguments(plan, "--schema-from", consortium.At("a.csv"), "--label", "ill", "--rounds", "5",
                "--clip", "0.5")).Trim();
        JsonObject written = JsonNode.Parse(File.ReadAllText(plan))!.AsObject();
        Assert.Equal("heart", (string?)written["consortium"]);
        Assert.Equal(24 * 3600, (int)written["plan"]!["agreementWindowSeconds"]!);
        Assert.Equal("preconditioned", (string?)written["terms"]!["training"]!["optimizer"]!["kind"]);
        Assert.Equal(2.0, (double)written["terms"]!["rounds"]!["openingGraceSeconds"]!);
        Assert.NotNull(written["unsignedPlan"]);

        Assert.Equal(words, ConsortiumFolder.Must("plan", "sign", plan, "--identity", consortium.At("board")).Trim());
        PlanFile signed = PlanFile.Load(plan);
        Assert.NotNull(signed.Plan);
        Assert.Equal(["a", "b", "c", "d"], signed.Settings.Enrolment.Clients.Select(party => party.Name));
        Assert.Equal($"{signed.Digest}\n{words}\n", ConsortiumFolder.Must("plan", "digest", plan));
        string golden = File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Golden", "plan-show.txt"))
            .ReplaceLineEndings("\n");
        string shown = ConsortiumFolder.Must("plan", "show", plan);
        Assert.Equal(golden, shown.Replace(words, "WORDS", StringComparison.Ordinal)
            .Replace(signed.Digest.ToString(), "DIGEST", StringComparison.Ordinal));
        Assert.Contains("4 vectors of 6 values", ConsortiumFolder.Must("plan", "explain", "--plan", plan),
            StringComparison.Ordinal);

        string state = consortium.At("state");
        Refused(2, "nobody is there", "plan", "approve", plan, "--state", state);
        Refused(5, "is not", "plan", "approve", plan, "--state", state, "--accept", "babab");
        ConsortiumFolder.Must("plan", "approve", plan, "--state", state, "--accept", words);
        ConsortiumFolder.Must("plan", "approve", plan, "--state", consortium.At("state2"), "--accept",
            signed.Digest.ToString());

        // What a hospital's people accept is added to what they accepted before.
        ConsortiumFolder.Must("plan", "approve", plan, "--state", state, "--accept", words, "--accept-repeated",
            "training");
        ConsortiumFolder.Must("plan", "approve", plan, "--state", state, "--accept", words, "--accept-repeated",
            "preparation", "evaluation");
        Assert.Equal([QuestionKind.Preparation, QuestionKind.Training, QuestionKind.Evaluation],
            new ApprovedPlan(state).Repeated);
        Assert.Contains("\"acceptsRepeated\": [", File.ReadAllText(Path.Combine(state, "approved-plan.json")),
            StringComparison.Ordinal);

        string other = consortium.At("other.json");
        ConsortiumFolder.Must(consortium.PlanArguments(other, "--vector", "1000", "--clip", "8"));
        Refused(5, "nobody has signed", "plan", "approve", other, "--state", state, "--accept", words);
        ConsortiumFolder.Must("plan", "sign", other, "--identity", consortium.At("board"));
        Refused(2, "another plan was approved", "plan", "approve", other, "--state", state, "--accept",
            PlanFile.Load(other).SpokenForm);
    }

    [Fact]
    public void A_clip_is_found_by_the_sites_or_said_never_guessed()
    {
        string plan = consortium.At("found.json");
        ConsortiumFolder.Must(
            consortium.PlanArguments(plan, "--schema-from", consortium.At("a.csv"), "--label", "ill"));
        PlanFile file = PlanFile.Load(plan);
        Assert.Empty(file.Terms!.Clips);
        Assert.NotNull(file.Terms.PreparationTerms.Clips);
        Assert.Equal(1, file.Settings.Parameters.Clip);
        Assert.Null(file.Terms.WeightUnit);
        Assert.Contains("clips         found by the sites, one for each tensor, before the first round",
            ConsortiumFolder.Must("plan", "show", plan), StringComparison.Ordinal);
        (int code, _, string error) = Securefl.Run(
            consortium.PlanArguments(consortium.At("guess.json"), "--vector", "1000"));
        Assert.Equal(2, code);
        Assert.Contains("--clip is missing", error, StringComparison.Ordinal);
        Assert.Contains("hint: --clip 8", error, StringComparison.Ordinal);
    }

    [Fact]
    public void Only_the_authority_signs()
    {
        string plan = consortium.At("sums.json");
        ConsortiumFolder.Must(consortium.PlanArguments(plan, "--vector", "1000", "--clip", "8"));
        Refused(2, "is not the authority", "plan", "sign", plan, "--identity", consortium.At("aggregator"));
        Assert.Null(PlanFile.Load(plan).Plan);
        Assert.Contains("none: plain sums", ConsortiumFolder.Must("plan", "show", plan), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("packed")]
    [InlineData("seal")]
    [Trait("Category", "Slow")]
    public void A_joint_key_plan_holds_what_was_asked_for(string wire)
    {
        string plan = consortium.At($"joint-{wire}.json");
        ConsortiumFolder.Must(consortium.PlanArguments(plan, "--vector", "1000", "--clip", "8", "--suite", "joint-key",
            "--wire", wire, "--rounds-per-key", "70", "--smudging", "50"));
        ConsortiumFolder.Must("plan", "sign", plan, "--identity", consortium.At("board"));
        PlanFile signed = PlanFile.Load(plan);
        JointKeyParameters key = signed.Settings.Parameters.JointKey!;
        Assert.Equal((3, 2, 50, wire),
            (key.KeyHolders, key.Threshold, key.Smudging, key.Wire.ToString().ToLowerInvariant()));
        Assert.Equal(70 * signed.Settings.Parameters.CoefficientsPerOpening, key.MaxCoefficientsPerKey);
        JsonNode view = JsonNode.Parse(File.ReadAllText(plan))!["plan"]!["jointKey"]!;
        Assert.Equal(wire, (string?)view["wire"]);
        Assert.Equal(key.SpecialPrime, (ulong)view["specialPrime"]!);
        Assert.Contains(wire == "seal" ? "joint-key, SEAL ciphertexts; a key opens 70 sums"
            : "joint-key, packed ciphertexts", ConsortiumFolder.Must("plan", "show", plan), StringComparison.Ordinal);
        string explained = ConsortiumFolder.Must("plan", "explain", "--plan", plan);
        Assert.Contains("2 of 3 key holders decrypt, 70 sums a key; hidden to statistical distance 2^-50", explained,
            StringComparison.Ordinal);
        Assert.Contains(wire == "seal" ? $"special prime {key.SpecialPrime}" : "bit-packed residues", explained,
            StringComparison.Ordinal);
        Assert.Contains($"{signed.Settings.Parameters.UploadBytes} bytes of ciphertext a client", explained,
            StringComparison.Ordinal);

        // The wire mode is in the digest, and the readable form is held to it.
        File.WriteAllText(plan, File.ReadAllText(plan)
            .Replace($"\"wire\": \"{wire}\"", "\"wire\": \"other\"", StringComparison.Ordinal));
        Refused(5, "jointKey.wire says \"other\"", "plan", "show", plan);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Early_resubmission_is_for_those_who_ask_for_it_and_shown_to_everybody(bool asked)
    {
        string plan = consortium.At($"early-{asked}.json");
        ConsortiumFolder.Must(consortium.PlanArguments(plan,
            ["--vector", "1000", "--clip", "8", .. asked ? ["--allow-early-resubmission"] : Array.Empty<string>()]));
        ConsortiumFolder.Must("plan", "sign", plan, "--identity", consortium.At("board"));
        Assert.Equal(asked, PlanFile.Load(plan).Settings.AllowEarlyResubmission);
        Assert.Equal(asked, ConsortiumFolder.Must("plan", "show", plan)
            .Contains("early resubmission: the difference of two sums can show one client", StringComparison.Ordinal));
    }

    [Fact]
    public void Seal_ciphertexts_are_for_the_joint_key_suite()
    {
        Refused(2, "--wire needs --suite joint-key",
            consortium.PlanArguments(consortium.At("never.json"), "--vector", "1000", "--clip", "8", "--wire", "seal"));
        Refused(2, "--wire needs --suite joint-key", "plan", "explain", "--wire", "seal");
        Refused(2, "smudging rule", consortium.PlanArguments(consortium.At("never.json"), "--vector", "1000", "--clip",
            "8", "--suite", "joint-key", "--smudging", "39"));
    }

    [Fact]
    public void A_changed_plan_is_an_integrity_error()
    {
        string plan = consortium.At("changed.json");
        ConsortiumFolder.Must(consortium.PlanArguments(plan, "--vector", "1000", "--clip", "8"));
        File.WriteAllText(plan, File.ReadAllText(plan)
            .Replace("\"threshold\": 2", "\"threshold\": 1", StringComparison.Ordinal));
        Refused(5, "threshold says 1, the plan holds 2", "plan", "show", plan);
        File.WriteAllText(plan, File.ReadAllText(plan)
            .Replace("\"version\": 1,\n  \"consortium\"", "\"version\": 7,\n  \"consortium\"",
                StringComparison.Ordinal));
        Refused(2, "version 7, this program reads up to version 1", "plan", "sign", plan, "--identity",
            consortium.At("board"));
    }

    [Fact]
    public void A_schema_file_serves_as_well_and_wrong_roles_are_named()
    {
        string from = consortium.At("from.json");
        ConsortiumFolder.Must(consortium.PlanArguments(from, "--schema-from", consortium.At("a.csv"), "--label", "ill",
            "--scaling", "fixed"));
        string schema = consortium.At("schema.json");
        File.WriteAllText(schema, JsonNode.Parse(File.ReadAllText(from))!["terms"]!["data"]!["schema"]!.ToJsonString());
        string plan = consortium.At("by-schema.json");
        ConsortiumFolder.Must(consortium.PlanArguments(plan, "--schema", schema, "--model", "mlp", "--hidden", "8,4",
            "--weighting", "equal"));
        Assert.Equal([8, 4], PlanFile.Load(plan).Terms!.Model.BuiltIn!.Hidden);
        Assert.Equal(PlanFile.Load(from).Terms!.Data.Schema!.Digest, PlanFile.Load(plan).Terms!.Data.Schema!.Digest);
        string[] swapped = [.. consortium.PlanArguments(plan, "--vector", "10", "--clip", "8")
            .Select(argument => argument == consortium.At("aggregator") ? consortium.At("a") : argument)];
        Refused(2, "is of a client, due is a server", swapped);
    }

    [Fact]
    public void An_external_trainers_plan_holds_its_tensors_and_initial_weights()
    {
        string weights = consortium.At("initial.safetensors");
        ModelParameters initial = new(new ModelLayout([("w", [3, 2]), ("b", [2])]), [1, 2, 3, 4, 5, 6, 7, 8]);
        using (FileStream stream = File.Create(weights))
        {
            new ModelBundle { Parameters = initial }.Write(stream);
        }

        string plan = consortium.At("external.json");
        Refused(2, "needs --initial-weights",
            consortium.PlanArguments(plan, "--task", "binary", "--inputs", "3", "--external-trainer"));
        ConsortiumFolder.Must(consortium.PlanArguments(plan, "--task", "binary", "--inputs", "3", "--external-trainer",
            "--initial-weights", weights));
        TrainingTerms terms = PlanFile.Load(plan).Terms!;
        Assert.Equal(ModelStamp.Of(0, initial.Values).Digest, terms.Model.InitialWeights);
        Assert.True(terms.Layout.Matches(initial.Layout));
    }

    [Fact]
    public void A_plan_over_named_tensors_carries_their_names_and_leaves_out_what_cannot_be_clipped_alike()
    {
        string file = consortium.At("update.npz");
        using (FileStream stream = File.Create(file))
        {
            TensorData numbers = TensorData.FromFloats([1, 2, 3, 4, 5, 6], 3, 2);
            NumpyArchive.Write(
                stream,
                [
                    new("w", numbers), new("bn.running_var", TensorData.FromFloats([1, 2], 2)),
                    new("bn.num_batches_tracked", TensorData.FromInt64([9])),
                    new("b", TensorData.FromFloats([1, 2], 2)), new("epochs", TensorData.FromInt64([9])),
                    new("old", numbers),
                ]);
        }

        string plan = consortium.At("named.json");
        (int exit, _, string error) = Securefl.Run(consortium.PlanArguments(
            plan, "--layout", file, "--clip", "8", "--tensor-clip", "bn.running_var=64", "--leave-out", "old",
            "--max-clipped", "2%"));
        Assert.True(exit == 0, error);
        Assert.Contains("bn.num_batches_tracked is left out: whole numbers; --tensor-clip", error,
            StringComparison.Ordinal);
        SumTerms sums = PlanFile.Load(plan).Sums!;
        Assert.Equal(["b", "bn.running_var", "w"], sums.Tensors.Select(tensor => tensor.Name));
        Assert.Equal([null, 64f, null], sums.Tensors.Select(tensor => tensor.Clip));
        Assert.Equal(["bn.num_batches_tracked", "epochs", "old"], sums.LeftOut);
        Assert.Equal((10, 0.02), (sums.Elements, sums.MaxClipped));
        string shown = ConsortiumFolder.Must("plan", "show", plan);
        Assert.Contains(
            "by name: b (2), bn.running_var (2) clipped to 64, w (3 x 2); left out: bn.num_batches_tracked, epochs, "
            + "old\n", shown, StringComparison.Ordinal);
        Assert.Contains("more than 2.00 %", shown, StringComparison.Ordinal);

        ConsortiumFolder.Must(consortium.PlanArguments(plan, "--layout", "w:3x2,s:,b:2", "--clip", "8"));
        Assert.Equal([[3, 2], [], [2]], PlanFile.Load(plan).Sums!.Tensors.Select(tensor => tensor.Shape.ToArray()));
    }

    [Theory]
    [InlineData("--tensor-clip and --leave-out name tensors", "--vector", "10", "--leave-out", "a")]
    [InlineData("the layout has no tensor c", "--layout", "a:3,b:2", "--leave-out", "c")]
    [InlineData("no NAME=CLIP", "--layout", "a:3,b:2", "--tensor-clip", "a=0")]
    [InlineData("no NAME:SHAPE", "--layout", "a")]
    [InlineData("--vector 4, and the tensors of --layout have 5 elements", "--layout", "a:3,b:2", "--vector", "4")]
    [InlineData("a share such as 1% or 0.01 is due", "--layout", "a:3,b:2", "--max-clipped", "101%")]
    [InlineData("is left to sum", "--layout", "a:3", "--leave-out", "a")]
    [InlineData("two tensors are called a", "--layout", "a:3,a:2")]
    public void A_layout_that_cannot_be_says_why(string message, params string[] more) =>
        Refused(2, message, consortium.PlanArguments(consortium.At("never.json"), [.. more, "--clip", "1"]));

    [Theory]
    [InlineData("what is trained is not said")]
    [InlineData("plan rule 't <= H'", "--vector", "10", "--clip", "8", "--threshold", "4")]
    [InlineData("plan rule 'n_min <= n_max'", "--vector", "10", "--clip", "8", "--min-clients", "5")]
    [InlineData("--schema does not go with --vector or --layout, which are for sums", "--vector", "10", "--clip", "8",
        "--schema", "x.json")]
    [InlineData("rounds close with 2 contributions", "--task", "binary", "--inputs", "3", "--contributions", "2")]
    public void A_plan_that_cannot_be_names_the_rule(string message, params string[] more) =>
        Refused(2, message, consortium.PlanArguments(consortium.At("never.json"), more));

    [Theory]
    [InlineData("new")]
    [InlineData("sign")]
    [InlineData("show")]
    [InlineData("explain")]
    [InlineData("digest")]
    [InlineData("approve")]
    public void Every_help_teaches_by_examples(string command)
    {
        string help = ConsortiumFolder.Must("plan", command, "--help");
        Assert.Matches($"Examples:\n(.*\n)*  +securefl plan {command} ", help);
    }

    private static void Refused(int code, string message, params string[] arguments)
    {
        (int exit, _, string error) = Securefl.Run(arguments);
        Assert.True(exit == code && error.Contains(message, StringComparison.Ordinal)
            && error.Contains("hint: ", StringComparison.Ordinal), $"{exit}: {error}");
    }
}
