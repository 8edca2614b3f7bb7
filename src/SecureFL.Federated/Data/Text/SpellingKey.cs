using System.Text;

namespace SecureFL.Federated.Data.Text;

/// <summary>What two spellings of one word have in common: letters and digits in lower case, without accents' encoding, spaces, dashes, marks. Thread-safe.</summary>
public static class SpellingKey
{
    private static readonly string[][] Families =
    [
        ["1", "yes", "y", "true", "t", "ja", "j", "oui", "si", "sim", "positive", "pos"],
        ["0", "no", "n", "false", "f", "nein", "non", "nao", "negative", "neg"],
        ["m", "male", "man", "masculine", "mann", "homme"],
        ["f", "female", "woman", "feminine", "w", "frau", "femme"],
    ];

    /// <summary>The key of <paramref name="text"/>: equal keys are one word for a person. Punctuation alone is its own key.</summary>
    public static string Of(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        StringBuilder key = new(text.Length);
        foreach (char c in UnicodeComposition.Compose(text))
        {
            if (char.IsLetterOrDigit(c) || char.IsSurrogate(c))
            {
                key.Append(char.ToLowerInvariant(c));
            }
        }

        return key.Length == 0 ? text : key.ToString();
    }

    /// <summary>Whether the words are a known pair of names for one answer, such as <c>1</c> and <c>yes</c>, or <c>m</c> and <c>male</c>.</summary>
    public static bool SameAnswer(string one, string other)
    {
        string first = Of(one);
        string second = Of(other);
        return first == second || Array.Exists(Families, family => family.Contains(first) && family.Contains(second));
    }
}
