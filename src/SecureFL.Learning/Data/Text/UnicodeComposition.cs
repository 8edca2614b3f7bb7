using System.Globalization;
using System.Text;

namespace SecureFL.Learning.Data.Text;

/// <summary>
/// Unicode normalisation form C: a letter and its accent become one character where there is one, so that two spellings
/// of one word are one word. The framework's own normalisation needs a library of the operating system and does nothing
/// without it. Thread-safe.
/// </summary>
public static class UnicodeComposition
{
    private const int HangulBase = 0xAC00;
    private const int LeadingBase = 0x1100;
    private const int VowelBase = 0x1161;
    private const int TrailingBase = 0x11A7;
    private const int LeadingCount = 19;
    private const int VowelCount = 21;
    private const int TrailingCount = 28;

    private static readonly Tables Data = Tables.Load();

    /// <summary><paramref name="text"/> in form C; the same instance where nothing can change.</summary>
    public static string Compose(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return text.AsSpan().ContainsAnyExceptInRange('\0', '\u02FF') ? ComposeAll(text) : text;
    }

    private static string ComposeAll(string text)
    {
        List<int> points = [];
        foreach (Rune rune in text.EnumerateRunes())
        {
            Decompose(rune.Value, points);
        }

        Order(points);
        Recompose(points);
        StringBuilder composed = new(points.Count);
        foreach (int point in points)
        {
            composed.Append(new Rune(point).ToString());
        }

        string result = composed.ToString();
        return result == text ? text : result;
    }

    private static void Decompose(int point, List<int> target)
    {
        int syllable = point - HangulBase;
        if (syllable is >= 0 and < LeadingCount * VowelCount * TrailingCount)
        {
            target.Add(LeadingBase + (syllable / (VowelCount * TrailingCount)));
            target.Add(VowelBase + (syllable % (VowelCount * TrailingCount) / TrailingCount));
            if (syllable % TrailingCount > 0)
            {
                target.Add(TrailingBase + (syllable % TrailingCount));
            }
        }
        else if (Data.Decompositions.TryGetValue(point, out (int First, int Second) parts))
        {
            Decompose(parts.First, target);
            if (parts.Second != 0)
            {
                Decompose(parts.Second, target);
            }
        }
        else
        {
            target.Add(point);
        }
    }

    /// <summary>Marks after a letter in the order of their classes, stable.</summary>
    private static void Order(List<int> points)
    {
        for (int i = 1; i < points.Count; i++)
        {
            int rank = Data.Class(points[i]);
            for (int at = i; rank != 0 && at > 0 && Data.Class(points[at - 1]) > rank; at--)
            {
                (points[at - 1], points[at]) = (points[at], points[at - 1]);
            }
        }
    }

    private static void Recompose(List<int> points)
    {
        int starter = -1;
        int previous = 0;
        int kept = 0;
        for (int i = 0; i < points.Count; i++)
        {
            int point = points[i];
            int rank = Data.Class(point);
            bool reachable = starter >= 0 && (kept == starter + 1 || (previous < rank && previous != 0));
            if (reachable && Pair(points[starter], point) is int joined)
            {
                points[starter] = joined;
                continue;
            }

            if (rank == 0)
            {
                starter = kept;
            }

            previous = rank;
            points[kept++] = point;
        }

        points.RemoveRange(kept, points.Count - kept);
    }

    private static int? Pair(int first, int second)
    {
        int leading = first - LeadingBase;
        int vowel = second - VowelBase;
        if (leading is >= 0 and < LeadingCount && vowel is >= 0 and < VowelCount)
        {
            return HangulBase + (((leading * VowelCount) + vowel) * TrailingCount);
        }

        int syllable = first - HangulBase;
        int trailing = second - TrailingBase;
        if (syllable is >= 0 and < LeadingCount * VowelCount * TrailingCount
            && syllable % TrailingCount == 0 && trailing is > 0 and < TrailingCount)
        {
            return first + trailing;
        }

        return Data.Compositions.TryGetValue((first, second), out int joined) ? joined : null;
    }

    private sealed record Tables(
        Dictionary<int, (int First, int Second)> Decompositions,
        Dictionary<(int First, int Second), int> Compositions,
        Dictionary<int, int> Classes)
    {
        internal int Class(int point) => point < 0x300 ? 0 : Classes.GetValueOrDefault(point);

        internal static Tables Load()
        {
            Tables tables = new([], [], []);
            using Stream stream = typeof(UnicodeComposition).Assembly
                .GetManifestResourceStream("SecureFL.Learning.canonical.txt")!;
            using StreamReader reader = new(stream);
            while (reader.ReadLine() is string line)
            {
                if (line[0] != '#')
                {
                    tables.Add(line.Split(' '));
                }
            }

            return tables;
        }

        private void Add(string[] words)
        {
            if (words[0][0] == '@')
            {
                string[] ends = words[1].Split('-');
                for (int point = Hex(ends[0]); point <= Hex(ends[1]); point++)
                {
                    Classes.Add(point, int.Parse(words[0].AsSpan(1), CultureInfo.InvariantCulture));
                }

                return;
            }

            bool excluded = words[^1] == "!";
            int second = words.Length - (excluded ? 1 : 0) > 2 ? Hex(words[2]) : 0;
            (int, int) parts = (Hex(words[1]), second);
            Decompositions.Add(Hex(words[0]), parts);
            if (!excluded)
            {
                Compositions.Add(parts, Hex(words[0]));
            }
        }

        private static int Hex(string text) => int.Parse(text, NumberStyles.HexNumber, CultureInfo.InvariantCulture);
    }
}
