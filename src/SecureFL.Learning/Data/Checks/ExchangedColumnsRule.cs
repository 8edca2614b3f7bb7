using System.Collections.Immutable;
using SecureFL.Learning.Data.Columns;

namespace SecureFL.Learning.Data.Checks;

/// <summary>
/// Points out two columns whose contents are exchanged at one site: there each is unlike itself at all other sites, and
/// like the other one.
/// </summary>
internal static class ExchangedColumnsRule
{
    /// <summary>Most different values that are compared one by one; of numbers, at least three cells each.</summary>
    private const int MostValues = 30;
    private const int CellsPerValue = 3;

    private const double Unlike = 1 / 3.0;
    private const double Alike = 0.6;

    /// <summary>Columns of a site that are looked at in pairs.</summary>
    private const int MostSuspects = 50;

    /// <summary>The columns, each with one sentence.</summary>
    internal static IEnumerable<(string Column, string Sentence)> Find(IReadOnlyList<TableProfile> sites)
    {
        // Of two sites nobody can tell which one is wrong: each pair is told once.
        for (int s = sites.Count == 2 ? 1 : 0; s < sites.Count && sites.Count > 1; s++)
        {
            TableProfile[] others = [.. sites.Where((_, i) => i != s)];
            Dictionary<string, (Face Here, Face There)> suspects = [];
            foreach (ColumnProfile column in sites[s].Columns)
            {
                ColumnProfile?[] elsewhere = [.. others.Select(other => other.Find(column.Name))];
                if (elsewhere.All(profile => profile is not null))
                {
                    Face here = Face.Of([column]);
                    Face there = Face.Of([.. elsewhere.OfType<ColumnProfile>()]);
                    if (here.IsKnown && there.IsKnown && here.Likeness(there) <= Unlike)
                    {
                        suspects.Add(column.Name, (here, there));
                    }
                }
            }

            string[] names = suspects.Count <= MostSuspects ? [.. suspects.Keys] : [];
            string where = sites.Count == 2 ? $"one of {sites[0].Table.Source} and {sites[1].Table.Source}"
                : sites[s].Table.Source;
            foreach ((string a, string b) in names.SelectMany((a, i) => names.Skip(i + 1).Select(b => (a, b))))
            {
                if (suspects[a].Here.Likeness(suspects[b].There) >= Alike
                    && suspects[b].Here.Likeness(suspects[a].There) >= Alike)
                {
                    string sentence =
                        $"exchanged? the values of {a} and {b} at {where} are those of the other one elsewhere; "
                        + $"exchange the two columns there";
                    yield return (a, sentence);
                    yield return (b, sentence);
                }
            }
        }
    }

    /// <summary>What a column looks like: its few values, or where nine tenths of its numbers lie.</summary>
    private sealed record Face(HashSet<string>? Values, (double Low, double High)? Range)
    {
        internal bool IsKnown => Values is { Count: > 0 } || Range is not null;

        internal static Face Of(ImmutableArray<ColumnProfile> written)
        {
            ColumnProfile[] profiles = [.. written.Select(profile => profile.Measured ?? profile)];
            HashSet<string> values = new(StringComparer.Ordinal);
            bool few = true;
            (double Low, double High)? range = (double.PositiveInfinity, double.NegativeInfinity);
            foreach (ColumnProfile profile in profiles)
            {
                Dictionary<string, ValueCount> own = profile.Numbers.Overflow || profile.Texts.Overflow
                    ? [] : ColumnFacts.Values(profile);
                few &= own.Count is > 0 and <= MostValues
                    && (profile.Texts.Total > 0 || CellsPerValue * own.Count <= profile.Numbers.Total);
                values.UnionWith(few ? own.Keys : []);
                ImmutableArray<double> sample = profile.Sample.Sorted();
                range = range is not (double low, double high) || sample.IsEmpty
                    || profile.Texts.Total > profile.Numbers.Total
                    ? null
                    : (Math.Min(low, sample[sample.Length / 20]), Math.Max(high, sample[^((sample.Length / 20) + 1)]));
            }

            return new Face(few ? values : null, range);
        }

        /// <summary>Jaccard's index of the values or ranges: 0 for nothing in common to 1.</summary>
        internal double Likeness(Face other)
        {
            if (Values is not null && other.Values is not null)
            {
                int common = Values.Count(other.Values.Contains);
                return common / (double)(Values.Count + other.Values.Count - common);
            }

            if (Range is not (double low, double high) || other.Range is not (double otherLow, double otherHigh))
            {
                return 0;
            }

            double overlap = Math.Min(high, otherHigh) - Math.Max(low, otherLow);
            double whole = Math.Max(high, otherHigh) - Math.Min(low, otherLow);
            return overlap < 0 ? 0 : whole == 0 ? 1 : overlap / whole;
        }
    }
}
