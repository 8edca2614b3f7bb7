using System.Text.Json.Nodes;
using SecureFL.Cli.Tests.Support;
using SecureFL.Consortium.Plans;
using SecureFL.Learning.Data;
using SecureFL.Learning.Data.Schemas;
using SecureFL.Learning.Models;
using SecureFL.Learning.Rounds;
using SecureFL.Local;
using SecureFL.Messages.Primitives;
using SecureFL.Protocol.Plans;

namespace SecureFL.Cli.Tests.Names;

/// <summary>
/// Attacks by names in a plan: what people read before they approve must not be what a name makes of it.
/// </summary>
public sealed class HostilePlanTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("securefl-hostile-plan").FullName;

    /// <summary>Up to the line that tells who can open, which becomes another one, and down again.</summary>
    private const string Rewrites =
        "age\u001B[6A\r\u001B[2Kopened by     3 of 3 key holders; 0 may collude with the "
        + "server\u001B[6B\r\u001B[2Kdata          columns age";

    [Theory]
    [InlineData("column", Rewrites)]
    [InlineData("column", "a\u202Eb")]
    [InlineData("category", "typical\nopened by     3 of 3 key holders")]
    [InlineData("class", "ill\u200B")]
    [InlineData("tensor", "w\u009B2J")]
    [InlineData("server", "aggregator\u001B[1A")]
    [InlineData("server", "aggregator ")]
    public void A_plan_with_such_a_name_can_be_neither_shown_nor_approved_nor_signed(string where, string name)
    {
        string plan = At($"hostile-{where}-{name.Length}.json");
        Forge(plan, where, name);
        string[][] commands =
        [
            ["plan", "show", plan],
            ["plan", "approve", plan, "--state", At("never"), "--accept", "0"],
            ["plan", "sign", plan, "--identity", At("board")],
        ];
        foreach (string[] command in where == "column" ? commands : commands[..1])
        {
            (int exit, string output, string error) = Securefl.Run(command);
            Assert.True(exit is 2 or 5, $"{exit}: {error}");
            Assert.Empty(output);
            Printable.Check(string.Join(' ', command[..2]), error);
            Assert.Matches("^securefl: [^\n]*(does not print|space)[^\n]*\nhint: [^\n]*\n$", error);
        }

        Assert.False(Directory.Exists(At("never")));
    }

    [Fact]
    public void Names_that_imitate_a_line_by_filling_one_are_shown_in_quotation_marks()
    {
        string plan = At("filling.json");
        string filling = $"age{new string(' ', 90)}opened by 3 of 3";
        Forge(plan, "column", filling);
        string shown = Must("plan", "show", plan);
        Assert.Contains("columns \"age \\u0020\\u0020", shown, StringComparison.Ordinal);
        Assert.DoesNotContain(filling, shown, StringComparison.Ordinal);
    }

    [Fact]
    public void Names_in_other_writings_are_shown_as_they_are()
    {
        string plan = At("fine.json");
        Forge(plan, "column", "Größe 年齢");
        Assert.Contains("columns Größe 年齢, pain; scaled", Must("plan", "show", plan), StringComparison.Ordinal);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private string At(string name) => Path.Combine(_folder, name);

    private static string Must(params string[] arguments)
    {
        (int exit, string output, string error) = Securefl.Run(arguments);
        Assert.True(exit == 0, error);
        return output;
    }

    // The terms with the name in them and everything that depends on them, as somebody would write it who has no use
    // for our checks.
    private static void Forge(string path, string where, string name)
    {
        TrainingTerms terms = Terms(where == "tensor");
        PlanSettings settings = new LocalParties(4, 3).CreatePlan(
            terms.Layout.Length, clip: 1, bits: 16, 3, 2, 1, counters: terms.Counters).Settings;
        JsonObject document = JsonNode.Parse(
            PlanFile.Draft("heart", "aggregator", settings, terms).ToBytes())!.AsObject();
        TrainingTerms changed = Changed(terms, where, name);
        settings = settings with { Terms = changed.Digest };
        Digest digest = AggregationPlan.DigestOf(settings);
        document["serverName"] = where == "server" ? name : "aggregator";
        document["digest"] = digest.ToString();
        document["spoken"] = AggregationPlan.SpokenFormOf(digest);
        document["plan"]!["termsDigest"] = changed.Digest.ToString();
        document["terms"] = JsonNode.Parse(changed.ToBytes());
        document["unsignedPlan"] = Convert.ToBase64String(AggregationPlan.EncodeUnsigned(settings));
        File.WriteAllText(path, document.ToJsonString());
    }

    private static TrainingTerms Terms(bool external)
    {
        TableSchema schema = new()
        {
            Features =
            [
                new ColumnSchema { Name = "age", Kind = ColumnKind.Numeric },
                new ColumnSchema { Name = "pain", Kind = ColumnKind.Categorical, Categories = ["none", "typical"] },
            ],
            Label = new LabelSchema { Name = "ill", Task = LearningTask.Binary, Classes = ["0", "1"] },
        };
        ModelTerms model = external
            ? new ModelTerms
            {
                Task = LearningTask.Binary,
                Classes = 2,
                Inputs = schema.Width,
                Tensors = [new TensorTerms("w", [4])],
                InitialWeights = AggregationPlan.DigestOf(Any())
            }
            : ModelTerms.Of(ModelSpec.Logistic(schema.Width));
        return new TrainingTerms
        {
            Model = model,
            Stopping = new StoppingRules { Rounds = 5 },
            Data = new DataTerms { Schema = schema }
        };
    }

    private static PlanSettings Any() => new LocalParties(4, 3).CreatePlan(10, 1, 16, 3, 2, 1).Settings;

    private static TrainingTerms Changed(TrainingTerms terms, string where, string name)
    {
        TableSchema schema = terms.Data.Schema!;
        return where switch
        {
            "column" => terms with
            {
                Data = terms.Data with
                { Schema = schema with { Features = [schema.Features[0] with { Name = name }, schema.Features[1]] } }
            },
            "category" => terms with
            {
                Data = terms.Data with
                {
                    Schema = schema with
                    {
                        Features =
                                [schema.Features[0], schema.Features[1] with { Categories = ["none", name] }]
                    }
                }
            },
            "class" => terms with
            {
                Data = terms.Data with
                { Schema = schema with { Label = schema.Label with { Classes = ["0", name] } } }
            },
            "tensor" => terms with { Model = terms.Model with { Tensors = [new TensorTerms(name, [4])] } },
            _ => terms,
        };
    }
}
