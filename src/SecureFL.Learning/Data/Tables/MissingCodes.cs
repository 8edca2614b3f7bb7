using System.Collections.Immutable;
using System.Globalization;
using SecureFL.Learning.Data.Cells;

namespace SecureFL.Learning.Data.Tables;

/// <summary>
/// Values that the owner of the data says mean "missing", beside those of <see cref="MissingValue"/>. Immutable and
/// thread-safe.
/// </summary>
public sealed class MissingCodes
{
    private readonly HashSet<string> _texts;
    private readonly HashSet<double> _numbers = [];

    /// <summary>The codes, numbers in any spelling: -999 means -999.0 too.</summary>
    public MissingCodes(ImmutableArray<string> codes)
    {
        _texts = new HashSet<string>(codes.IsDefault ? [] : codes, StringComparer.Ordinal);
        foreach (string code in _texts)
        {
            if (double.TryParse(code, NumberStyles.Float, CultureInfo.InvariantCulture, out double number))
            {
                _numbers.Add(number);
            }
        }
    }

    /// <summary>Whether <paramref name="cell"/> has no value.</summary>
    public bool IsMissing(RawTable table, string cell)
    {
        ArgumentNullException.ThrowIfNull(table);
        return MissingValue.Is(cell) || (_texts.Count > 0
            && (_texts.Contains(cell) || (_numbers.Count > 0 && table.TryParseNumber(cell, out double number)
                && _numbers.Contains(number) && NumberSpelling.WideDigits(cell, number, table.Numbers) is null)));
    }
}
