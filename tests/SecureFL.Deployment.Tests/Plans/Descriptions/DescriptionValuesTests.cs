using System.Text.Json;
using System.Text.Json.Nodes;
using SecureFL.Consortium.Plans.Descriptions;

namespace SecureFL.Deployment.Tests.Plans.Descriptions;

/// <summary>
/// Every name and every number of a description, as the schema lists them and as the reader takes them.
/// </summary>
public sealed class DescriptionValuesTests
{
    private static readonly JsonObject Schema = JsonNode.Parse(DescriptionSchema.Print())!.AsObject();

    [Fact]
    public void The_reader_accepts_the_names_that_the_schema_lists_and_no_others()
    {
        int seen = 0;
        (string Path, JsonObject Schema)[] all = [.. Leaves(Schema, "").Where(leaf => leaf.Schema.ContainsKey("enum"))];
        string[] everyName = [.. all.SelectMany(leaf => leaf.Schema["enum"]!.AsArray()).OfType<JsonNode>()
            .Select(name => name.GetValue<string>()).Distinct()];
        foreach ((string path, JsonObject schema) in all)
        {
            string?[] names = [.. schema["enum"]!.AsArray().Select(name => name?.GetValue<string>())];
            Assert.True(names.OfType<string>().Count() >= 2, path);
            foreach (string? name in names)
            {
                Parse(path, JsonSerializer.Serialize(name));
            }

            IEnumerable<string> others = everyName.Except(names.OfType<string>()).Append(names[0]!.ToUpperInvariant())
                .Append($"{names[0]}, {names[1]}").Append("0").Append("");
            string[] refused = [.. others.Select(name => JsonSerializer.Serialize(name)), "0", "1", "99", "true", "[]",
                .. names.Contains(null) ? Array.Empty<string>() : ["null"]];
            foreach (string value in refused)
            {
                DescriptionException fault = Assert.Throws<DescriptionException>(() => Parse(path, value));
                Assert.StartsWith("t.json, line 1, column ", fault.Message, StringComparison.Ordinal);
                Assert.Contains(path.Replace("[]", "[0]", StringComparison.Ordinal), fault.Message,
                    StringComparison.Ordinal);
                Assert.Contains($"one of {string.Join(", ", names.OfType<string>())}", fault.Hint,
                    StringComparison.Ordinal);
                seen++;
            }
        }

        Assert.True(seen > 100);
    }

    [Fact]
    public void Columns_dates_are_day_first_or_month_first() => Assert.Equal(
        """["dayFirst","monthFirst",null]""",
        Schema["properties"]!["columns"]!["properties"]!["dates"]!["enum"]!.ToJsonString());

    [Fact]
    public void Every_number_out_of_range_is_refused_at_its_place_with_the_limit()
    {
        int seen = 0;
        foreach ((string path, JsonObject schema) in Leaves(Schema, ""))
        {
            string[] types = schema["type"] is JsonArray several ? [.. several.Select(type => type!.GetValue<string>())]
                : [schema["type"]?.GetValue<string>() ?? ""];
            if (!types.Contains("number") && !types.Contains("integer"))
            {
                continue;
            }

            List<string> refused = ["1e309", "-1e309"];
            foreach ((string end, double step, bool open) in
                new[] { ("minimum", -1.0, false), ("exclusiveMinimum", -1, true), ("maximum", 1, false),
                    ("exclusiveMaximum", 1, true) })
            {
                if (schema[end]?.GetValue<double>() is double limit)
                {
                    refused.Add(JsonSerializer.Serialize(limit + (step * Math.Max(1, Math.Abs(limit)))));
                    refused.AddRange(open ? [JsonSerializer.Serialize(limit)] : []);
                }
            }

            foreach (string value in refused)
            {
                DescriptionException fault = Assert.Throws<DescriptionException>(() => Parse(path, value));
                Assert.StartsWith("t.json, line 1, column ", fault.Message, StringComparison.Ordinal);
                Assert.Contains(path.Replace("[]", "", StringComparison.Ordinal),
                    fault.Message.Replace("[0]", "", StringComparison.Ordinal), StringComparison.Ordinal);
                Assert.Matches("number, (at least|above) -?[0-9.E+-]+ and (at most|below) [0-9.E+-]+", fault.Hint);
                seen++;
            }
        }

        Assert.True(seen > 150);
    }

    [Fact]
    public void Every_path_with_a_range_is_one_of_the_descriptions_numbers()
    {
        Dictionary<string, JsonObject> leaves = Leaves(Schema, "").ToDictionary(leaf => leaf.Path, leaf => leaf.Schema);
        Assert.All(DescriptionRanges.Paths,
            path => Assert.True(leaves[path].ContainsKey("minimum")
                || leaves[path].ContainsKey("exclusiveMinimum"), path));
    }

    [Theory]
    [InlineData("{\n  \"seed\": 1\n  \"rounding\": \"nearest\"\n}",
        "t.json, line 3, column 3: this is not JSON: a comma or a closing brace")]
    [InlineData("{ \"seed\": ", "this is not JSON")]
    [InlineData("{\n \"training\": { \"steps\": [[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]] } }", "t.json, line 2, column")]
    public void What_is_no_json_is_told_with_its_line_and_what_was_expected(string text, string message)
    {
        DescriptionException fault = Assert.Throws<DescriptionException>(
            () => TrainingDescription.Parse(System.Text.Encoding.UTF8.GetBytes(text), "t.json"));
        Assert.Contains(message, fault.Message, StringComparison.Ordinal);
        Assert.Equal(text.Contains("[[", StringComparison.Ordinal),
            fault.Message.Contains("nested too deeply: at most 16 levels", StringComparison.Ordinal));
    }

    private static void Parse(string path, string value)
    {
        string[] names = path.Split('.');
        string text = value;
        foreach (string name in names.Reverse())
        {
            text = name.EndsWith("[]", StringComparison.Ordinal) ? $"{{\"{name[..^2]}\":[{text}]}}"
                : $"{{\"{name}\":{text}}}";
        }

        TrainingDescription.Parse(System.Text.Encoding.UTF8.GetBytes(text), "t.json");
    }

    private static IEnumerable<(string Path, JsonObject Schema)> Leaves(JsonObject schema, string path)
    {
        if (schema["properties"] is JsonObject members)
        {
            return
                members.SelectMany(
                    member => Leaves(member.Value!.AsObject(), path.Length == 0 ? member.Key : $"{path}.{member.Key}"));
        }

        return schema["items"] is JsonObject items ? Leaves(items, path + "[]") : [(path, schema)];
    }
}
