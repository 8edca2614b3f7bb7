using System.Text.Json.Serialization.Metadata;
using SecureFL.Learning.ServerOptimizers;
using SecureFL.Learning.Settings;

namespace SecureFL.Consortium.Plans.Descriptions;

/// <summary>
/// The range of every number in a description, by its path: what the reader, the options and the JSON schema go by. It
/// stands beside the setting itself (<see cref="WithinAttribute"/>, <see cref="ServerSetting"/>); a member without one
/// takes every finite number of its type. Thread-safe.
/// </summary>
public static class DescriptionRanges
{
    private const string ServerOptimizer = "serverOptimizer.";

    private static readonly Dictionary<string, NumberRange> Ranges = new(
        Said(typeof(TrainingTerms), "")
            .Concat(Said(typeof(ColumnTerms), DescriptionShape.ColumnsMember + "."))
            .Concat(Said(typeof(SumSettings), DescriptionShape.SumMember + ".")), StringComparer.Ordinal);

    /// <summary>Paths whose range is narrower than their type's.</summary>
    public static IEnumerable<string> Paths =>
    [
        .. Ranges.Keys, ServerOptimizer + ServerSetting.Rate.Name,
        .. ServerMethods.Settings.Where(setting => !setting.IsSwitch).Select(setting => ServerOptimizer + setting.Name),
    ];

    /// <summary>
    /// The range of the member at <paramref name="path"/>, an array's elements as <c>clips[]</c>; null for a type that
    /// is no number.
    /// </summary>
    public static NumberRange? Of(string path, Type type)
    {
        ArgumentNullException.ThrowIfNull(path);
        if (Limits(DescriptionShape.Underlying(type)) is not NumberRange limits)
        {
            return null;
        }

        NumberRange range = Ranges.GetValueOrDefault(path)
            ?? ServerMethods.Settings.Append(ServerSetting.Rate)
                .FirstOrDefault(setting => path == ServerOptimizer + setting.Name)?.Range
            ?? limits;
        return range.Ends ? range : range with { Most = limits.Most };
    }

    private static IEnumerable<KeyValuePair<string, NumberRange>> Said(Type type, string prefix)
    {
        if (DescriptionShape.Info(type) is not { Kind: JsonTypeInfoKind.Object } info)
        {
            yield break;
        }

        foreach (JsonPropertyInfo property in info.Properties.Where(property => property.Get is not null))
        {
            Type? element = DescriptionShape.Element(property.PropertyType);
            string path = prefix + property.Name + (element is null ? "" : "[]");
            foreach (WithinAttribute within in property.AttributeProvider?.GetCustomAttributes(
                typeof(WithinAttribute), inherit: true) ?? [])
            {
                yield return KeyValuePair.Create(path, within.Range);
            }

            foreach (KeyValuePair<string, NumberRange> inner in Said(element ?? property.PropertyType, path + "."))
            {
                yield return inner;
            }
        }
    }

    private static NumberRange? Limits(Type type) =>
        type == typeof(double) ? new(double.MinValue, double.MaxValue)
        : type == typeof(float) ? new(float.MinValue, float.MaxValue)
        : type == typeof(int) ? new(int.MinValue, int.MaxValue)
        : type == typeof(long) ? new(long.MinValue, long.MaxValue)
        : type == typeof(ulong) ? new(0, ulong.MaxValue)
        : null;
}
