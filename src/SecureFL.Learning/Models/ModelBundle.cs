using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using SecureFL.Learning.Data;
using SecureFL.Learning.Data.Datasets;
using SecureFL.Learning.Data.Scaling;
using SecureFL.Learning.Data.Schemas;
using SecureFL.Learning.Data.Tensors;
using SecureFL.Messages.Text;

namespace SecureFL.Learning.Models;

/// <summary>
/// A trained model with all that is needed to use it on a table: architecture, schema with categories, scaling. One
/// safetensors file; any reader of that format gets the weights.
/// </summary>
public sealed record ModelBundle
{
    private const string SpecKey = "securefl.model";
    private const string SchemaKey = "securefl.schema";
    private const string ScalingKey = "securefl.scaling";
    private const string TargetKey = "securefl.target";
    private const string LabelsKey = "securefl.labels";

    private static readonly JsonSerializerOptions Json = new()
    { Converters = { new NamedEnumConverter() }, MaxDepth = 8 };

    /// <summary>The weights.</summary>
    public required ModelParameters Parameters { get; init; }

    /// <summary>The architecture; null for a model that only its external trainer understands.</summary>
    public ModelSpec? Spec { get; init; }

    /// <summary>The columns; null for images and other data that is no table.</summary>
    public TableSchema? Schema { get; init; }

    /// <summary>The scaling by site; under the empty name the one that all sites share. Empty for none.</summary>
    public ImmutableSortedDictionary<string, FeatureScaling> Scalings { get; init; } =
        ImmutableSortedDictionary<string, FeatureScaling>.Empty;

    /// <summary>What the labels of arrays were; null for tables, and where nobody knows.</summary>
    public ArrayLabels? Labels { get; init; }

    /// <summary>How regression targets were scaled: what the model says is brought back by it. Null for not.</summary>
    public TargetScaling? Targets { get; init; }

    /// <summary>
    /// The scaling for rows of <paramref name="site"/>: its own, else the shared one, else null for none.
    /// </summary>
    /// <exception cref="ArgumentException">Only single sites have one, and this is none of them.</exception>
    public FeatureScaling? ScalingFor(string? site)
    {
        if (Scalings.IsEmpty)
        {
            return null;
        }

        return site is not null && Scalings.TryGetValue(site, out FeatureScaling? own) ? own
            : Scalings.TryGetValue("", out FeatureScaling? shared) ? shared
            : throw new ArgumentException(
                $"the model was scaled per site ({string.Join(", ", Scalings.Keys)}): name one of them", nameof(site));
    }

    /// <summary>Writes the bundle.</summary>
    public void Write(Stream stream)
    {
        Dictionary<string, string> metadata = [];
        if (Spec is not null)
        {
            metadata[SpecKey] = JsonSerializer.Serialize(Spec, Json);
        }

        if (Schema is not null)
        {
            metadata[SchemaKey] = Schema.ToJson();
        }

        if (!Scalings.IsEmpty)
        {
            metadata[ScalingKey] = JsonSerializer.Serialize(Scalings, Json);
        }

        if (Targets is not null)
        {
            metadata[TargetKey] = JsonSerializer.Serialize(Targets, Json);
        }

        if (Labels is not null)
        {
            metadata[LabelsKey] = JsonSerializer.Serialize(Labels, Json);
        }

        Safetensors.Write(stream, Parameters.ToTensors(), metadata);
    }

    /// <summary>
    /// Reads a bundle, or any safetensors file with weights alone; <paramref name="source"/> is the name used in
    /// messages.
    /// </summary>
    /// <exception cref="DataFormatException">Not this format, or parts that contradict each other.</exception>
    public static ModelBundle Read(Stream stream, string source)
    {
        SafetensorsContent content = Safetensors.Read(stream, source);
        try
        {
            ModelSpec? spec = Parse<ModelSpec>(content, SpecKey);
            TableSchema? schema = content.Metadata.TryGetValue(SchemaKey, out string? text)
                ? TableSchema.FromJson(text, source) : null;
            ImmutableSortedDictionary<string, FeatureScaling> scalings =
                Parse<ImmutableSortedDictionary<string, FeatureScaling>>(content, ScalingKey)
                ?? ImmutableSortedDictionary<string, FeatureScaling>.Empty;
            ModelParameters parameters = spec is null
                ? ModelParameters.FromAllTensors(content, source)
                : ModelParameters.FromTensors(spec.CreateLayout(), content, source);
            TargetScaling? targets = Parse<TargetScaling>(content, TargetKey);
            targets?.Check();
            ArrayLabels? labels = Parse<ArrayLabels>(content, LabelsKey);
            CheckTask(spec, schema, labels, targets);
            CheckWidths(spec, schema, scalings);
            CheckScalings(spec, schema, scalings, content.Metadata.ContainsKey(ScalingKey));
            CheckWeights(parameters);
            return new ModelBundle
            {
                Parameters = parameters,
                Spec = spec,
                Schema = schema,
                Scalings = scalings,
                Labels = labels,
                Targets = targets
            };
        }
        catch (Exception fault) when (fault is JsonException or ArgumentException or OverflowException)
        {
            throw new DataFormatException(
                source,
                $"the model's description cannot be used: {FaultText.Of(fault)}",
                inner: fault,
                wayOut: "the file was changed or damaged after it was written: take the one that the training left");
        }
    }

    private static T? Parse<T>(SafetensorsContent content, string key)
        where T : class => content.Metadata.TryGetValue(key, out string? text)
        ? JsonSerializer.Deserialize<T>(text, Json) : null;

    private static void CheckTask(ModelSpec? spec, TableSchema? schema, ArrayLabels? labels, TargetScaling? targets)
    {
        if (schema is not null && labels is not null)
        {
            throw new ArgumentException("a model of tables and of arrays");
        }

        // Under one of the three, all that are there agree.
        (LearningTask Task, int Classes)[] said =
        [
            .. spec is null ? Array.Empty<(LearningTask, int)>() : [(spec.Task, spec.ClassCount)],
            .. schema is null ? Array.Empty<(LearningTask, int)>() : [(schema.Label.Task, schema.Label.ClassCount)],
            .. labels is null ? Array.Empty<(LearningTask, int)>() : [(labels.Task, labels.Classes)],
        ];
        if (said.Distinct().Count() > 1)
        {
            throw new ArgumentException(
                $"a {said[0].Task} model of {said[0].Classes} classes with a {said[1].Task} label of "
                + $"{said[1].Classes} classes");
        }

        foreach ((LearningTask task, int classes) in said)
        {
            bool fits = task switch
            {
                LearningTask.Regression => classes == 0,
                LearningTask.Binary => classes == 2,
                LearningTask.MultiClass => classes >= 2,
                _ => false
            };
            if (!fits || (targets is not null && task != LearningTask.Regression))
            {
                throw new ArgumentException(
                    $"a {task} model of {classes} classes{(targets is null ? "" : " with scaled targets")}");
            }
        }
    }

    // A model of a table was trained on scaled columns: without their scaling it would answer nonsense, and nobody
    // would notice.
    private static void CheckScalings(
        ModelSpec? spec, TableSchema? schema, ImmutableSortedDictionary<string, FeatureScaling> scalings, bool said)
    {
        if (scalings.IsEmpty && (said || (spec is not null && schema is not null)))
        {
            throw new ArgumentException(
                $"{ScalingKey} {(said ? "is empty" : "is missing")}, where the model was trained on scaled features");
        }

        IReadOnlyList<string>? names = schema?.FeatureNames();
        foreach ((string site, FeatureScaling scaling) in scalings)
        {
            for (int f = 0; f < scaling.Width; f++)
            {
                if (!double.IsFinite(scaling.Offset[f]) || !(scaling.Factor[f] >= 0)
                    || !double.IsFinite(scaling.Factor[f]) || !double.IsFinite(scaling.Imputed[f]))
                {
                    string feature = names is null ? string.Create(CultureInfo.InvariantCulture, $"feature {f + 1}")
                        : $"feature {names[f]}";
                    throw new ArgumentException(string.Create(
                        CultureInfo.InvariantCulture,
                        $"the scaling{(site.Length == 0 ? "" : " of " + PrintableText.Name(site))} has offset "
                        + $"{scaling.Offset[f]}, factor {scaling.Factor[f]} and mean {scaling.Imputed[f]} for "
                        + $"{feature}: finite, and the factor at least 0"));
                }
            }
        }
    }

    private static void CheckWeights(ModelParameters parameters)
    {
        foreach (TensorSlot slot in parameters.Layout.Tensors)
        {
            int bad = parameters[slot.Name].IndexOfAnyExceptInRange(float.MinValue, float.MaxValue);
            if (bad >= 0)
            {
                throw new ArgumentException(string.Create(
                    CultureInfo.InvariantCulture,
                    $"tensor {PrintableText.Name(slot.Name)} holds {parameters[slot.Name][bad]} at {bad}, which is "
                    + $"no finite number"));
            }
        }
    }

    private static void CheckWidths(ModelSpec? spec, TableSchema? schema,
        ImmutableSortedDictionary<string, FeatureScaling> scalings)
    {
        int? width = spec?.Inputs ?? schema?.Width;
        if (width is not null && schema is not null && schema.Width != width)
        {
            throw new ArgumentException($"a model of {width} inputs with a schema of {schema.Width} features");
        }

        foreach ((string site, FeatureScaling scaling) in scalings)
        {
            bool whole = scaling is not null && !scaling.Offset.IsDefault && !scaling.Factor.IsDefault
                && !scaling.Imputed.IsDefault
                && scaling.Offset.Length == scaling.Factor.Length && scaling.Offset.Length == scaling.Imputed.Length;
            if (!whole || (width is not null && scaling!.Width != width))
            {
                throw new ArgumentException($"the scaling of '{site}' does not have {width} features");
            }
        }
    }
}
