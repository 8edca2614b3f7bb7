using System.Text;
using SecureFL.Learning.Data.Text;

namespace SecureFL.Learning.Data.Cells;

/// <summary>
/// What two spellings of one word have in common: letters and digits in lower case, without accents' encoding, spaces,
/// dashes, marks. Numbers differ by their sign and point, and <c>+</c>, <c>&lt;</c>, <c>&gt;</c>, and a minus at an end
/// tell answers apart: A+ and A-, &lt;50 and &gt;50. Thread-safe.
/// </summary>
public static class SpellingKey
{
    /// <summary>
    /// The key of <paramref name="text"/>: equal keys are one word for a person. Punctuation alone is its own key.
    /// </summary>
    public static string Of(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        string trimmed = text.Trim();
        if (NumberFormat.Plain.TryParse(trimmed, out double number))
        {
            return NumberSpelling.Of(trimmed, number, NumberFormat.Plain);
        }

        StringBuilder key = new(text.Length);
        bool word = false;
        foreach (char c in UnicodeComposition.Compose(trimmed))
        {
            word |= char.IsLetterOrDigit(c);
            if (char.IsLetterOrDigit(c) || char.IsSurrogate(c) || c is '+' or '<' or '>' or '\u2264' or '\u2265')
            {
                key.Append(char.ToLowerInvariant(c));
            }
        }

        return !word ? trimmed : trimmed[^1] is '-' or '\u2212' ? key.Append('-').ToString() : key.ToString();
    }
}
