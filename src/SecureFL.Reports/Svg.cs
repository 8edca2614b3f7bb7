using System.Globalization;

namespace SecureFL.Reports;

/// <summary>Numbers and texts as SVG and HTML write them.</summary>
internal static class Svg
{
    internal static string Number(double value) => value.ToString("0.##", CultureInfo.InvariantCulture);

    internal static string Text(string text) => System.Net.WebUtility.HtmlEncode(text);
}
