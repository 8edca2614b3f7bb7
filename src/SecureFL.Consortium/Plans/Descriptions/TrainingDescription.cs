using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Nodes;
using SecureFL.Learning.Data;
using SecureFL.Learning.Data.Scaling;
using SecureFL.Learning.Data.Schemas;
using SecureFL.Learning.Models;
using SecureFL.Learning.Rounds;
using SecureFL.Learning.ServerOptimizers;
using SecureFL.Transport.Formats;

namespace SecureFL.Consortium.Plans.Descriptions;

/// <summary>
/// A training as people describe it: the members of <see cref="TrainingTerms"/> that they want otherwise than by
/// default, the columns of their tables, and how updates are summed. <see cref="Settle"/> makes whole terms of it and
/// of the data; printing those (<see cref="Print"/>) and reading them again gives the same. Immutable.
/// </summary>
public sealed class TrainingDescription
{
    /// <summary>Longest file.</summary>
    public const int MaxBytes = TrainingTerms.MaxBytes;

    private const string ModelMember = "model";
    private readonly JsonObject _members;

    private readonly string? _source;

    private TrainingDescription(JsonObject members, string? source = null)
    {
        _members = members;
        _source = source;
    }

    /// <summary>The description in which everything is by default.</summary>
    public static TrainingDescription Default { get; } = new([]);

    /// <summary>What is said of the columns.</summary>
    /// <exception cref="DescriptionException">A value out of its range.</exception>
    public ColumnTerms Columns
    {
        get
        {
            ColumnTerms columns = Bind<ColumnTerms>(DescriptionShape.ColumnsMember);
            columns.Check();
            return columns;
        }
    }

    /// <summary>How updates are summed.</summary>
    public SumSettings Sum => Bind<SumSettings>(DescriptionShape.SumMember);

    /// <summary>The columns that the description fixes; null where they are to be found in the tables.</summary>
    public TableSchema? Schema => Given("data.schema") is JsonNode node
        ? DeploymentJson.Bind<TableSchema>(node, "data.schema") : null;

    /// <summary>A copy of the members that are said, as JSON.</summary>
    public JsonObject Members => _members.DeepClone().AsObject();

    /// <summary>The description of a file.</summary>
    /// <exception cref="DescriptionException">Not a description.</exception>
    public static TrainingDescription Load(string path) => Parse(WholeFile.Read(path, MaxBytes), path);

    /// <summary>The description in a text; <paramref name="source"/> is the name used in messages.</summary>
    /// <exception cref="DescriptionException">Not a description.</exception>
    public static TrainingDescription Parse(byte[] utf8, string source)
    {
        ArgumentNullException.ThrowIfNull(utf8);
        if (utf8.Length > MaxBytes)
        {
            throw new DescriptionException($"{source}: {utf8.Length} bytes, at most {MaxBytes}",
                "is it the file that was meant?");
        }

        JsonObject members = new DescriptionReader(utf8, source).Read();
        members.Remove(DescriptionShape.SchemaMember);
        if (members["version"] is JsonNode version && (int)version != TrainingTerms.CurrentVersion)
        {
            throw new DescriptionException(
                $"{source}: a description of version {version}, this program reads version "
                + $"{TrainingTerms.CurrentVersion}", "leave version out, or use the program that wrote it");
        }

        if (members[DescriptionShape.ColumnsMember] is not null && members["data"]?["schema"] is not null)
        {
            throw new DescriptionException($"{source}: columns and data.schema are two ways to say one thing",
                "leave one of them");
        }

        return new TrainingDescription(members, source);
    }

    /// <summary>The description that settled terms are.</summary>
    public static TrainingDescription Of(TrainingTerms terms, SumSettings sum) =>
        Parse(Print(terms, sum), "the settled description");

    /// <summary>The whole settled description as indented JSON.</summary>
    public static byte[] Print(TrainingTerms terms, SumSettings sum)
    {
        JsonObject document = JsonSerializer.SerializeToNode(terms, DeploymentJson.Indented)!.AsObject();
        document[DescriptionShape.SumMember] = JsonSerializer.SerializeToNode(sum, DeploymentJson.Indented);
        return DeploymentJson.WriteIndented(document);
    }

    /// <summary>Whether the member at a path, such as <c>training.optimizer.kind</c>, is said.</summary>
    public bool Has(string path) => Given(path) is not null;

    /// <summary>The value at a path: the one that is said, or the default.</summary>
    public T Value<T>(string path) => Find(Complete(_members), path) is JsonNode node
        ? node.Deserialize<T>(DeploymentJson.Compact)! : default!;

    /// <summary>
    /// The same with another value at a path. A new kind takes the place of all that was said about the old one.
    /// </summary>
    public TrainingDescription With(string path, object? value)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        JsonObject members = _members.DeepClone().AsObject();
        JsonObject parent = members;
        string[] names = path.Split('.');
        foreach (string name in names[..^1])
        {
            parent = parent[name] as JsonObject ?? Add(parent, name);
        }

        JsonNode? node = value is null ? null
            : JsonSerializer.SerializeToNode(value, value.GetType(), DeploymentJson.Compact);
        if (names[^1] == "kind" && !JsonNode.DeepEquals(parent["kind"], node))
        {
            parent.Clear();
        }

        parent[names[^1]] = node;
        return new TrainingDescription(members, _source);
    }

    /// <summary>The same without the member at a path.</summary>
    public TrainingDescription Without(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        JsonObject members = _members.DeepClone().AsObject();
        int end = path.LastIndexOf('.');
        (Find(members, end < 0 ? "" : path[..end]) as JsonObject)?.Remove(path[(end + 1)..]);
        return new TrainingDescription(members, _source);
    }

    /// <summary>Whole terms: defaults where nothing is said, model and columns from the data.</summary>
    /// <exception cref="DescriptionException">The description contradicts itself or the data.</exception>
    public TrainingTerms Settle(DataFacts facts)
    {
        ArgumentNullException.ThrowIfNull(facts);
        Sum.Check();
        JsonObject members = Complete(_members);
        members.Remove(DescriptionShape.ColumnsMember);
        members.Remove(DescriptionShape.SumMember);
        members["version"] = TrainingTerms.CurrentVersion;
        members[ModelMember] = Model(members[ModelMember]!.AsObject(), facts);
        if (members[ModelMember]!["builtIn"] is JsonNode architecture)
        {
            ModelSpec spec = architecture.Deserialize<ModelSpec>(DeploymentJson.Compact)!;
            LayDefaults(members["training"]!.AsObject(), spec, facts.Schema);
        }

        if (facts.Schema is not null)
        {
            members["data"]!["schema"] = JsonSerializer.SerializeToNode(facts.Schema, DeploymentJson.Compact);
        }

        if (!Has("stopping.metric"))
        {
            members["stopping"]!["metric"] = DescriptionShape.NameOf(RoundMetricInfo.MainOf(facts.Task));
        }

        JsonObject schedule = Find(members, "training.schedule")!.AsObject();
        if ((string?)schedule["kind"] == DescriptionShape.NameOf(RateScheduleKind.Cosine)
            && (int)schedule["rounds"]! == 0)
        {
            schedule["rounds"] = (int)Find(members, "stopping.rounds")!;
        }

        try
        {
            TrainingTerms terms = DeploymentJson.Bind<TrainingTerms>(members, "the description");
            terms.Check();
            return terms;
        }
        catch (Exception fault) when (fault is ArgumentException or OverflowException)
        {
            throw new DescriptionException(
                $"{(_source is null ? "" : _source + ": ")}{SecureFL.Messages.Text.FaultText.Of(fault)}",
                "change the description or the options so that they agree");
        }
    }

    // A built-in model is trained as TrainingDefaults has it where nothing else is said: another optimiser comes with a
    // rate and a schedule of its own, and steps and passes are taken or left together, with batches where these are not
    // all rows.
    private void LayDefaults(JsonObject training, ModelSpec spec, TableSchema? schema)
    {
        // Beyond that many columns of categories, the bound on their products is too far from them.
        const int MostCategoricalColumns = 12;
        ScalingKind scaling = Value<ScalingKind>("data.scaling");
        bool scaled = scaling != ScalingKind.None;
        bool allRows = scaling == ScalingKind.Federated && Value<Weighting>("weighting") == Weighting.Samples
            && !Has("asynchronous") && !Has("maxWeight")
            && Value<int>("sitesPerRound") == 0 && Value<int>("rounds.contributions") == 0
            && (schema?.Features.Count(column => column.Kind != ColumnKind.Numeric) ?? 0) <= MostCategoricalColumns;
        JsonObject said = Given("training") as JsonObject ?? [];
        JsonNode? kind = said["optimizer"]?["kind"];
        bool other = kind is not null && (string?)kind != DescriptionShape.NameOf(LocalOptimizerKind.Preconditioned);
        LocalTrainingOptions options = TrainingDefaults.For(spec, scaled && !other, allRows);
        JsonObject defaults = JsonSerializer.SerializeToNode(options, DeploymentJson.Compact)!.AsObject();
        if (kind is not null && !JsonNode.DeepEquals(kind, defaults["optimizer"]!["kind"]))
        {
            defaults.Remove("optimizer");
            defaults.Remove("schedule");
        }

        string[] amounts = options.BatchSize == 0 ? ["steps", "epochs"] : ["steps", "epochs", "batchSize"];
        if (amounts.Any(said.ContainsKey))
        {
            foreach (string amount in amounts)
            {
                defaults.Remove(amount);
            }
        }

        if (said["schedule"]?["kind"] is not null)
        {
            defaults.Remove("schedule");
        }

        // One step at the full rate is no answer to who says how many steps there are, or at which rates.
        if (kind is not null || amounts.Any(said.ContainsKey) || said.ContainsKey("schedule"))
        {
            defaults.Remove("newton");
        }

        Overlay(training, defaults);
        Overlay(training, said);
    }

    private static JsonObject Add(JsonObject parent, string name)
    {
        JsonObject child = [];
        parent[name] = child;
        return child;
    }

    // Defaults under what is said; where a kind brings defaults of its own, those.
    private static JsonObject Complete(JsonObject members)
    {
        JsonObject whole = Defaults();
        Overlay(whole, members);
        Refine<LocalOptimizerKind>(whole, members, "training.optimizer", kind => LocalMethods.Of(kind).Defaults);
        Refine<string>(whole, members, "serverOptimizer", key => ServerMethods.Of(key).Defaults);
        return whole;
    }

    private static void Refine<TKind>(JsonObject whole, JsonObject members, string path, Func<TKind, object> defaults)
    {
        JsonObject target = Find(whole, path)!.AsObject();
        TKind kind = target["kind"].Deserialize<TKind>(DeploymentJson.Compact)!;
        Overlay(target, JsonSerializer.SerializeToNode(defaults(kind), DeploymentJson.Compact)!.AsObject());
        Overlay(target, Find(members, path) as JsonObject ?? []);
    }

    private static JsonObject Defaults()
    {
        TrainingTerms terms = new() { Model = ModelTerms.Of(ModelSpec.Logistic(1)) };
        JsonObject whole = JsonSerializer.SerializeToNode(terms, DeploymentJson.Compact)!.AsObject();
        whole[ModelMember] = new JsonObject
        {
            ["builtIn"] = new JsonObject
            {
                ["hidden"] = new JsonArray(),
                ["activation"] = DescriptionShape.NameOf(terms.Model.BuiltIn!.Activation)
            },
        };
        whole[DescriptionShape.ColumnsMember] =
            JsonSerializer.SerializeToNode(new ColumnTerms(), DeploymentJson.Compact);
        whole[DescriptionShape.SumMember] = JsonSerializer.SerializeToNode(new SumSettings(), DeploymentJson.Compact);
        return whole;
    }

    private static void Overlay(JsonObject target, JsonObject over)
    {
        foreach ((string name, JsonNode? value) in over)
        {
            if (value is JsonObject inner && target[name] is JsonObject outer)
            {
                Overlay(outer, inner);
            }
            else if (value is JsonObject fresh && name == "asynchronous")
            {
                JsonObject buffer = JsonSerializer.SerializeToNode(new BufferOptions(),
                    DeploymentJson.Compact)!.AsObject();
                Overlay(buffer, fresh);
                target[name] = buffer;
            }
            else
            {
                target[name] = value?.DeepClone();
            }
        }
    }

    private static JsonObject Model(JsonObject said, DataFacts facts)
    {
        Require(said, "task", DescriptionShape.NameOf(facts.Task), facts);
        Require(said, "inputs", facts.Inputs, facts);
        Require(said, "classes", facts.Classes, facts);
        ModelTerms model;
        if (facts.External is { } external)
        {
            model = new ModelTerms
            {
                Task = facts.Task,
                Classes = facts.Classes,
                Inputs = facts.Inputs,
                Tensors = [.. external.Layout.Tensors.Select(slot => new TensorTerms(slot.Name, slot.Shape))],
                InitialWeights = external.InitialWeights,
            };
            return JsonSerializer.SerializeToNode(model, DeploymentJson.Compact)!.AsObject();
        }

        JsonNode? architecture = said["builtIn"];
        int outputs = facts.Task == LearningTask.MultiClass ? facts.Classes : 1;
        if (architecture is null || said["tensors"] is JsonArray { Count: > 0 })
        {
            throw new DescriptionException("the model's tensors are those of an external trainer",
                "give its command, or leave model.tensors out");
        }

        Require(architecture, "task", DescriptionShape.NameOf(facts.Task), facts);
        Require(architecture, "inputs", facts.Inputs, facts);
        Require(architecture, "outputs", outputs, facts);
        model = ModelTerms.Of(new ModelSpec
        {
            Task = facts.Task,
            Inputs = facts.Inputs,
            Outputs = outputs,
            Hidden = architecture["hidden"].Deserialize<ImmutableArray<int>>(DeploymentJson.Compact),
            Activation = architecture["activation"].Deserialize<Activation>(DeploymentJson.Compact),
        });
        JsonObject settled = JsonSerializer.SerializeToNode(model, DeploymentJson.Compact)!.AsObject();
        settled["initialWeights"] = said["initialWeights"]?.DeepClone();
        return settled;
    }

    private static void Require(JsonNode said, string name, object due, DataFacts facts)
    {
        if (said[name] is JsonNode value && value.ToString() != due.ToString())
        {
            string label = facts.Task == LearningTask.Regression ? "a label of real numbers"
                : $"a label of {facts.Classes} classes";
            throw new DescriptionException(
                $"a model whose {name} is {value} does not fit {label} and {facts.Inputs} features",
                "leave the model's task, inputs and outputs out: they follow from the data");
        }
    }

    private static JsonNode? Find(JsonNode? node, string path)
    {
        foreach (string name in path.Length == 0 ? [] : path.Split('.'))
        {
            node = (node as JsonObject)?[name];
        }

        return node;
    }

    private JsonNode? Given(string path) => Find(_members, path);

    private T Bind<T>(string member)
        where T : class => DeploymentJson.Bind<T>(Complete(_members)[member]!, member);
}
