using System.Globalization;
using SecureFL.Messages.Text;

namespace SecureFL.Reports.Markup;

/// <summary>
/// Numbers and texts as SVG and HTML write them; what does not print comes out escaped, as on a terminal.
/// </summary>
internal static class Svg
{
    internal static string Number(double value) => value.ToString("0.##", CultureInfo.InvariantCulture);

    internal static string Text(string text) => System.Net.WebUtility.HtmlEncode(PrintableText.Lines(text));
}
