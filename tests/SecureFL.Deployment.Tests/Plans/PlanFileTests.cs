using System.Text.Json.Nodes;
using SecureFL.Consortium.Plans;
using SecureFL.Messages.Identity;
using SecureFL.Messages.Primitives;
using SecureFL.Protocol.Plans;
using SecureFL.Rlwe.Planning;
using SecureFL.Transport.Formats;

namespace SecureFL.Deployment.Tests.Plans;

public sealed class PlanFileTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_file_reads_back_signed_and_unsigned(bool withTerms)
    {
        PlanFile draft = PlanSamples.Draft(withTerms ? PlanSamples.Terms : null, out SigningIdentity authority);
        PlanFile unsigned = PlanFile.Parse(draft.ToBytes(), "plan.json");
        Assert.Null(unsigned.Plan);
        Assert.Throws<PlanMismatchException>(unsigned.RequireSigned);
        PlanFile signed = unsigned.Sign(authority);
        PlanFile read = PlanFile.Parse(signed.ToBytes(), "plan.json");
        Assert.Equal(signed.ToBytes(), read.ToBytes());
        Assert.Equal(draft.Digest, read.RequireSigned().Digest);
        Assert.Equal(draft.SpokenForm, read.RequireSigned().SpokenForm);
        Assert.Equal(withTerms ? PlanSamples.Terms.Digest : default, read.Settings.Terms);
        PlanFile fetched = PlanFile.FromMessages("heart", "aggregator", read.RequireSigned().Encode(), read.TermsBytes);
        Assert.Equal(read.Digest, fetched.Digest);
    }

    [Theory]
    [InlineData("\"learningRate\": ", "\"learningRate\": -", "plan.json: terms: ")]
    [InlineData("\"rounding\": \"", "\"rounding\": \"X", "plan.json: terms: rounding: X")]
    [InlineData("\"terms\": {", "\"termz\": {", "plan.json: the plan holds terms")]
    [InlineData("\"seed\": ", "\"seed\": 9", "plan.json: the plan holds the terms")]
    [InlineData("\"plan\": {", "\"plan\": {{", "plan.json: line ")]
    [InlineData("\"plan\": {", "\"plan\": {\"a\":[[[[[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]]]]],",
        "nested too deeply: at most 16 levels")]
    public void An_edited_file_is_refused_by_its_name(string old, string edited, string message)
    {
        string text = System.Text.Encoding.UTF8.GetString(PlanSamples.Draft(PlanSamples.Terms, out _).ToBytes());
        int at = text.IndexOf(old, StringComparison.Ordinal);
        Assert.True(at > 0);
        string changed = text[..at] + edited + text[(at + old.Length)..];
        Exception fault = Assert.ThrowsAny<Exception>(
            () => PlanFile.Parse(System.Text.Encoding.UTF8.GetBytes(changed), "plan.json"));
        Assert.StartsWith("plan.json: ", fault.Message, StringComparison.Ordinal);
        Assert.Contains(message, fault.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("System.", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_joint_key_plan_reads_back_and_shows_the_life_of_its_key()
    {
        (PlanSettings settings, SigningIdentity authority) = PlanSamples.Settings(null);
        settings = settings with
        {
            Suite = Suite.JointKey,
            Parameters = AggregationPlanner.Plan(
                new PlanningRequest(100, 16, 1f, 4, 0, 3, new JointKeyRequest(3, 2, RoundsPerKey: 5))),
        };
        PlanFile signed = PlanFile.Draft("heart", "aggregator", settings, terms: null).Sign(authority);
        Assert.Equal(signed.ToBytes(), PlanFile.Parse(signed.ToBytes(), "plan.json").ToBytes());
        JsonObject document = JsonNode.Parse(signed.ToBytes())!.AsObject();
        JsonObject key = document["plan"]!["jointKey"]!.AsObject();
        Assert.Equal(5 * key["coefficientsPerSum"]!.GetValue<long>(), key["maxCoefficientsPerKey"]!.GetValue<long>());
        foreach (string name in key.Select(member => member.Key))
        {
            JsonObject changed = JsonNode.Parse(signed.ToBytes())!.AsObject();
            changed["plan"]!["jointKey"]![name] = 77;
            Assert.Throws<PlanMismatchException>(
                () => PlanFile.Parse(System.Text.Encoding.UTF8.GetBytes(changed.ToJsonString()), "plan.json"));
        }
    }

    [Fact]
    public void A_saved_file_is_loaded_and_newer_versions_are_refused()
    {
        string path = Path.Combine(Directory.CreateTempSubdirectory("plan").FullName, "plan.json");
        PlanSamples.Draft(PlanSamples.Terms, out _).Save(path);
        string text = File.ReadAllText(path);
        Assert.Equal(PlanSamples.Terms.Digest, PlanFile.Load(path).Terms!.Digest);
        File.WriteAllText(path, text.Replace("\"version\": 1,\n  \"consortium\"", "\"version\": 2,\n  \"consortium\"",
            StringComparison.Ordinal));
        NewerVersionException fault = Assert.Throws<NewerVersionException>(() => PlanFile.Load(path));
        Assert.Equal((2, 1), (fault.Found, fault.Supported));
        Assert.Contains(path, fault.Message, StringComparison.Ordinal);
        Directory.Delete(Path.GetDirectoryName(path)!, recursive: true);
    }

    /// <summary>The attack: a text for the board that says something else than what is signed.</summary>
    [Fact]
    public void Any_readable_field_that_differs_from_the_signed_bytes_is_refused()
    {
        PlanFile file = PlanSamples.Draft(PlanSamples.Terms, out SigningIdentity authority).Sign(authority);
        JsonObject document = JsonNode.Parse(file.ToBytes())!.AsObject();
        List<string> paths = [];
        Collect(document, "", paths);
        Assert.True(paths.Count > 80, $"{paths.Count} fields");
        foreach (string path in paths.Where(path => path is not ("/consortium" or "/serverName")))
        {
            JsonObject changed = JsonNode.Parse(file.ToBytes())!.AsObject();
            Change(changed, path);
            Exception fault = Assert.ThrowsAny<Exception>(
                () => PlanFile.Parse(System.Text.Encoding.UTF8.GetBytes(changed.ToJsonString()), "plan.json"));
            Assert.True(fault is PlanMismatchException or FormatException, $"{path}: {fault}");
        }
    }

    [Theory]
    [InlineData("threshold", "plan.json.plan.threshold says 1, the plan holds 2")]
    [InlineData("insecure", "plan.json.plan.insecure says true, the plan holds false")]
    public void The_refusal_names_the_field_and_both_values(string field, string expected)
    {
        JsonObject document = JsonNode.Parse(PlanSamples.Draft(null, out _).ToBytes())!.AsObject();
        document["plan"]![field] = field == "threshold" ? 1 : true;
        PlanMismatchException fault = Assert.Throws<PlanMismatchException>(
            () => PlanFile.Parse(System.Text.Encoding.UTF8.GetBytes(document.ToJsonString()), "plan.json"));
        Assert.Contains(expected, fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Other_terms_than_the_plan_holds_are_refused()
    {
        PlanFile file = PlanSamples.Draft(PlanSamples.Terms, out SigningIdentity authority).Sign(authority);
        byte[] others = (PlanSamples.Terms with { Seed = 2 }).ToBytes();
        Assert.Throws<PlanMismatchException>(
            () => PlanFile.FromMessages("heart", "aggregator", file.RequireSigned().Encode(), others));
        Assert.Throws<PlanMismatchException>(
            () => PlanFile.FromMessages("heart", "aggregator", file.RequireSigned().Encode(), []));
    }

    [Fact]
    public void Only_the_authority_signs()
    {
        PlanFile draft = PlanSamples.Draft(null, out _);
        Assert.Throws<ArgumentException>(() => draft.Sign(SigningIdentity.Create()));
    }

    [Fact]
    public void Terms_that_do_not_fit_the_settings_make_no_draft()
    {
        (PlanSettings settings, _) = PlanSamples.Settings(PlanSamples.Terms);
        Assert.Throws<ArgumentException>(
            () => PlanFile.Draft("heart", "s", settings with { Rounds = 10 }, PlanSamples.Terms));
        Assert.Throws<ArgumentException>(
            () => PlanFile.Draft("heart", "s", settings,
                PlanSamples.Terms with { Rounds = new RoundPolicy { Contributions = 2 } }));
        Assert.Throws<ArgumentException>(
            () => PlanFile.Draft("heart", "s", PlanSamples.Settings(null).Settings, PlanSamples.Terms));
    }

    private static void Collect(JsonNode node, string path, List<string> paths)
    {
        switch (node)
        {
            case JsonObject container:
                foreach ((string name, JsonNode? child) in container.Where(member => member.Value is not null))
                {
                    Collect(child!, $"{path}/{name}", paths);
                }

                break;
            case JsonArray list:
                for (int i = 0; i < list.Count; i++)
                {
                    Collect(list[i]!, $"{path}/{i}", paths);
                }

                break;
            default:
                paths.Add(path);
                break;
        }
    }

    private static void Change(JsonObject document, string path)
    {
        string[] parts = path[1..].Split('/');
        JsonNode parent = document;
        foreach (string part in parts[..^1])
        {
            parent = parent is JsonArray list ? list[int.Parse(part)]! : parent[part]!;
        }

        JsonNode old = parent is JsonArray array ? array[int.Parse(parts[^1])]! : parent[parts[^1]]!;
        JsonNode changed = old.GetValueKind() switch
        {
            System.Text.Json.JsonValueKind.True => false,
            System.Text.Json.JsonValueKind.False => true,
            System.Text.Json.JsonValueKind.Number => old.GetValue<double>() + 1,
            _ => old.GetValue<string>() + "A",
        };
        if (parent is JsonArray items)
        {
            items[int.Parse(parts[^1])] = changed;
        }
        else
        {
            parent[parts[^1]] = changed;
        }
    }
}
