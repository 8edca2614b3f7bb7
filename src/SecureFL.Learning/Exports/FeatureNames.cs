using System.Globalization;
using SecureFL.Learning.Models;

namespace SecureFL.Learning.Exports;

/// <summary>What a model's inputs are called.</summary>
internal static class FeatureNames
{
    /// <summary>The names of the schema, or x0, x1 ... of a model over arrays.</summary>
    public static IReadOnlyList<string> Of(ModelBundle bundle, int inputs) =>
        bundle.Schema?.FeatureNames()
        ?? [.. Enumerable.Range(0, inputs).Select(f => string.Create(CultureInfo.InvariantCulture, $"x{f}"))];
}
