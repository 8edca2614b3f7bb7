using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using SecureFL.Learning.ServerOptimizers;
using SecureFL.Messages.Text;
using SecureFL.Transport.Formats;

namespace SecureFL.Consortium.Plans.Descriptions;

/// <summary>
/// The members that a description may have, found from the types that they become: those of
/// <see cref="TrainingTerms"/>, and what a file has beside them. Thread-safe.
/// </summary>
public static class DescriptionShape
{
    /// <summary>A file's reference to its JSON schema; ignored.</summary>
    public const string SchemaMember = "$schema";

    /// <summary>The member that becomes <see cref="ColumnTerms"/>.</summary>
    public const string ColumnsMember = "columns";

    /// <summary>The member that becomes <see cref="SumSettings"/>.</summary>
    public const string SumMember = "sum";

    /// <summary>The members of the whole description.</summary>
    public static ImmutableSortedDictionary<string, Type> Root { get; } = Members(typeof(TrainingTerms))!
        .Add(SchemaMember, typeof(string)).Add(ColumnsMember, typeof(ColumnTerms)).Add(SumMember, typeof(SumSettings));

    /// <summary>The members of a type that is an object in JSON; null for another one.</summary>
    public static ImmutableSortedDictionary<string, Type>? Members(Type type)
    {
        if (Underlying(type) == typeof(ServerOptimizerOptions))
        {
            return ServerOptimizer();
        }

        JsonTypeInfo info = Info(type);
        return NamesOf(type) is not null || info.Kind != JsonTypeInfoKind.Object
            ? null
            : info.Properties.Where(property => property.Get is not null).ToImmutableSortedDictionary(
                property => property.Name, property => property.PropertyType, StringComparer.Ordinal);
    }

    /// <summary>The type of the elements of an array; null for another type.</summary>
    public static Type? Element(Type type) => Info(type) is { Kind: JsonTypeInfoKind.Enumerable } info
        ? info.ElementType : null;

    /// <summary>The type behind a nullable one.</summary>
    public static Type Underlying(Type type) => Nullable.GetUnderlyingType(type) ?? type;

    /// <summary>Every path to a value, such as <c>training.optimizer.kind</c>.</summary>
    public static IEnumerable<string> Paths() => Paths("", Root);

    /// <summary>The names that a type's values go by; null for a type whose values have none.</summary>
    public static IEnumerable<string>? NamesOf(Type type) =>
        Underlying(type) is { IsEnum: true } names ? Enum.GetValues(names).Cast<Enum>().Select(NameOf)
        : type == typeof(ServerMethod) ? ServerMethods.All.Select(method => method.Key)
        : null;

    /// <summary>The name of an enumeration's value in JSON.</summary>
    public static string NameOf(Enum value) => NamedEnumConverter.NameOf(value, JsonNamingPolicy.CamelCase);

    private static ImmutableSortedDictionary<string, Type> ServerOptimizer() =>
        ServerMethods.Settings.ToImmutableSortedDictionary(setting => setting.Name,
            setting => setting.IsSwitch ? typeof(bool) : typeof(double), StringComparer.Ordinal)
        .Add("kind", typeof(ServerMethod)).Add("learningRate", typeof(double));

    private static IEnumerable<string> Paths(string prefix, ImmutableSortedDictionary<string, Type> members)
    {
        foreach ((string name, Type type) in members)
        {
            string path = prefix + name;
            yield return path;
            foreach (string inner in Members(type) is { } nested ? Paths(path + ".", nested) : [])
            {
                yield return inner;
            }
        }
    }

    /// <summary>What JSON knows of a type.</summary>
    internal static JsonTypeInfo Info(Type type) => DeploymentJson.Compact.GetTypeInfo(Underlying(type));
}
