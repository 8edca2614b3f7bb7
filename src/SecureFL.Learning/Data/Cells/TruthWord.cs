namespace SecureFL.Learning.Data.Cells;

/// <summary>
/// <c>true</c>, <c>True</c> and <c>TRUE</c> are one value, as 1 and 1.0 are: every program writes them its own way.
/// Thread-safe.
/// </summary>
internal static class TruthWord
{
    private const string True = "True";
    private const string False = "False";

    /// <summary><c>True</c> or <c>False</c> for these words in any case; every other text as it is.</summary>
    internal static string Fold(string text) =>
        text.Equals(True, StringComparison.OrdinalIgnoreCase) ? True
        : text.Equals(False, StringComparison.OrdinalIgnoreCase) ? False : text;
}
