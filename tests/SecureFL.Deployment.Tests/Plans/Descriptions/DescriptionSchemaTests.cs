using System.Text.Json.Nodes;
using SecureFL.Consortium.Plans;
using SecureFL.Consortium.Plans.Descriptions;
using SecureFL.Learning.Models;

namespace SecureFL.Deployment.Tests.Plans.Descriptions;

/// <summary>The schema beside the documents is the one that the types give.</summary>
public sealed class DescriptionSchemaTests
{
    [Fact]
    public void The_schema_beside_the_documents_is_made_from_the_types()
    {
        string? folder = AppContext.BaseDirectory;
        while (folder is not null && !File.Exists(Path.Combine(folder, "SecureFL.sln")))
        {
            folder = Path.GetDirectoryName(folder);
        }

        Assert.NotNull(folder);
        Assert.Equal(System.Text.Encoding.UTF8.GetString(DescriptionSchema.Print()),
            File.ReadAllText(Path.Combine(folder, "docs", DescriptionSchema.FileName)).ReplaceLineEndings("\n"));
    }

    [Fact]
    public void Every_member_of_printed_terms_is_in_the_schema_and_every_default_is_of_its_kind()
    {
        JsonObject schema = JsonNode.Parse(DescriptionSchema.Print())!.AsObject();
        JsonObject printed = JsonNode.Parse(
            TrainingDescription.Print(TrainingDescription.Default.Settle(DataFacts.Of(PlanSamples.Schema)),
                new SumSettings()))!.AsObject();
        RequireKnown(printed, schema, "");
        Assert.Equal("sgd", (string?)Member(schema, "training", "optimizer", "kind")["default"]);
        Assert.Equal(TrainingDefaults.Rounds, (int)Member(schema, "stopping", "rounds")["default"]!);
        Assert.Contains("cosine", Member(schema, "training", "schedule", "kind")["enum"]!.AsArray()
            .Select(node => (string?)node));
    }

    private static JsonObject Member(JsonObject schema, params string[] path) =>
        path.Aggregate(schema, (node, name) => node["properties"]![name]!.AsObject());

    private static void RequireKnown(JsonObject printed, JsonObject schema, string path)
    {
        foreach ((string name, JsonNode? value) in printed)
        {
            Assert.True(schema["properties"]!.AsObject().ContainsKey(name), path + name);
            if (value is JsonObject inner)
            {
                RequireKnown(inner, schema["properties"]![name]!.AsObject(), $"{path}{name}.");
            }
        }
    }
}
