using SecureFL.Learning.Data.Cells;
using SecureFL.Learning.Data.Tables;

namespace SecureFL.Learning.Data.Columns;

/// <summary>
/// What one file shows of one column, before anybody decides what the column is: the facts that inference,
/// <c>check-data</c> and their messages share. Nothing of it leaves the machine.
/// </summary>
public sealed class ColumnProfile
{
    private const int RememberedNumbers = 10_000;
    private const int RememberedTexts = 100_000;
    private const int MostUnits = 100;

    private static readonly double[] Sentinels =
        [-1, -7, -8, -9, -77, -88, -99, -777, -888, -999, -9999, -99999, 99, 999, 9999, 99999, 999999, 99.9, 999.9,
            -99.9, -999.9];

    private readonly HashSet<double> _seen = [];
    private readonly long[] _sentinelCounts = new long[Sentinels.Length];
    private readonly int[] _readings = new int[4];
    private readonly (RawRow Row, string Cell)[] _firstOnly = new (RawRow, string)[4];
    private readonly Dictionary<string, int> _units = new(StringComparer.Ordinal);
    private readonly string? _unit;
    private double _previous = double.NaN;
    private double _compensation;
    private double _sum;

    /// <param name="source">The file.</param>
    /// <param name="name">The column.</param>
    /// <param name="unit">A unit that numbers may have after them; null for none.</param>
    internal ColumnProfile(string source, string name, string? unit = null)
    {
        _unit = unit;
        Source = source;
        Name = name;
    }

    /// <summary>The file.</summary>
    public string Source { get; }

    /// <summary>The column.</summary>
    public string Name { get; }

    /// <summary>Cells.</summary>
    public int Rows { get; private set; }

    /// <summary>Cells without a value, codes included.</summary>
    public int Missing { get; private set; }

    /// <summary>Different numbers with their counts.</summary>
    public ValueTally<double> Numbers { get; } = new(RememberedNumbers);

    /// <summary>Those of <see cref="Numbers"/> whose digits a double does not hold.</summary>
    internal ValueTally<string> Codes { get; } = new(RememberedNumbers, StringComparer.Ordinal);

    /// <summary>What the numbers are like, and the outermost of them.</summary>
    internal NumberSample Sample { get; } = new();

    /// <summary>
    /// Words and marks that mean "no value" in a column of numbers (<see cref="MissingValue.IsMarker"/>).
    /// </summary>
    public ValueTally<string> Markers { get; } = new(RememberedTexts, StringComparer.Ordinal);

    /// <summary>
    /// The unit that at least nine tenths of the cells with a value have after a number; null for none.
    /// </summary>
    public string? Unit => _units.Count > 0 && _units.MaxBy(unit => unit.Value) is var (unit, count)
        && count >= UnitRule.Share * ((double)Numbers.Total + Texts.Total) ? unit : null;

    /// <summary>Units that stand after numbers, with how often.</summary>
    internal IReadOnlyDictionary<string, int> Units => _units;

    /// <summary>The same cells read without <see cref="Unit"/>; null where they have none.</summary>
    internal ColumnProfile? Measured { get; set; }

    /// <summary>All other texts.</summary>
    public ValueTally<string> Texts { get; } = new(RememberedTexts, StringComparer.Ordinal);

    /// <summary>Least number, +infinity without one.</summary>
    public double Minimum { get; private set; } = double.PositiveInfinity;

    /// <summary>Largest number, -infinity without one.</summary>
    public double Maximum { get; private set; } = double.NegativeInfinity;

    /// <summary>Mean of the numbers, NaN without one.</summary>
    public double Mean => Numbers.Total == 0 ? double.NaN : (_sum + _compensation) / Numbers.Total;

    /// <summary>Whether every number is whole.</summary>
    public bool Whole { get; private set; } = true;

    /// <summary>Whether no number comes twice; known for whole numbers only.</summary>
    public bool AllDistinct { get; private set; } = true;

    /// <summary>Whether every number is the one before it plus one: a count of rows.</summary>
    public bool Consecutive { get; private set; } = true;

    /// <summary>Least and largest number that is none of the usual codes for "missing".</summary>
    internal (double Minimum, double Maximum) Ordinary { get; private set; } =
        (double.PositiveInfinity, double.NegativeInfinity);

    /// <summary>Usual codes for "missing" that stand here, with how often.</summary>
    internal IEnumerable<(double Value, long Count)> CodesSeen =>
        Sentinels.Zip(_sentinelCounts).Where(pair => pair.Second > 0);

    /// <summary>Texts that are a date or time under some reading.</summary>
    public int AnyDates { get; private set; }

    /// <summary>Numbers that are a date written as yyyymmdd.</summary>
    internal int DatesWithoutMarks { get; private set; }

    /// <summary>
    /// The first text that is a date or time under some reading, where <see cref="AnyDates"/> counts one.
    /// </summary>
    internal (RawRow Row, string Cell) FirstDate { get; private set; }

    /// <summary>Texts that are a date or time under <paramref name="reading"/>.</summary>
    public int Dates(DateReading reading) => _readings[(int)reading];

    /// <summary>
    /// The first text that is a date under <paramref name="reading"/> and under no other order of day and month; line 0
    /// for none.
    /// </summary>
    internal (RawRow Row, string Cell) FirstOnly(DateReading reading) => _firstOnly[(int)reading];

    /// <summary>One column of a table.</summary>
    internal static ColumnProfile Of(RawTable table, string name, string? unit, MissingCodes codes)
    {
        ColumnProfile profile = new(table.Source, name, unit);
        int position = table.FindColumn(name);
        foreach (RawRow row in table.Rows)
        {
            profile.Add(table, row, row.Cells[position], codes.IsMissing(table, row.Cells[position]));
        }

        return profile;
    }

    internal void Add(RawTable table, RawRow row, string cell, bool missing)
    {
        Rows++;
        if (missing)
        {
            Missing++;
        }
        else if (table.TryParseNumber(cell, _unit, out double number))
        {
            AddNumber(number, row);
            DatesWithoutMarks += CompactDate.TryRead(cell, out _) ? 1 : 0;
            if (NumberSpelling.WideDigits(cell, number, table.Numbers) is string code)
            {
                Codes.Add(code, row.Line, row.Source);
            }
        }
        else if (MissingValue.IsMarker(cell))
        {
            Markers.Add(cell, row.Line, row.Source);
        }
        else
        {
            Texts.Add(TruthWord.Fold(cell), row.Line, row.Source);
            AddDate(cell, row);
            if (CellUnit.TrySplit(cell, out _, out string unit)
                && (_units.Count < MostUnits || _units.ContainsKey(unit)))
            {
                _units[unit] = _units.GetValueOrDefault(unit) + 1;
            }
        }
    }

    private void AddNumber(double number, RawRow row)
    {
        Numbers.Add(number, row.Line, row.Source);
        Sample.Add(number, row);
        double total = _sum + number;
        _compensation += Math.Abs(_sum) >= Math.Abs(number) ? _sum - total + number : number - total + _sum;
        _sum = total;
        Minimum = Math.Min(Minimum, number);
        Maximum = Math.Max(Maximum, number);
        Whole &= number == Math.Floor(number) && Math.Abs(number) < 1L << 53;
        Consecutive &= double.IsNaN(_previous) || number == _previous + 1;
        _previous = number;
        int code = Array.IndexOf(Sentinels, number);
        if (code >= 0)
        {
            _sentinelCounts[code]++;
        }
        else
        {
            Ordinary = (Math.Min(Ordinary.Minimum, number), Math.Max(Ordinary.Maximum, number));
        }

        if (AllDistinct && !(Whole && _seen.Add(number)))
        {
            AllDistinct = false;
            _seen.Clear();
            _seen.TrimExcess();
        }
    }

    private void AddDate(string cell, RawRow row)
    {
        int flags = DateText.Readings(cell);
        FirstDate = AnyDates == 0 && flags != 0 ? (row, cell) : FirstDate;
        AnyDates += flags == 0 ? 0 : 1;
        for (int reading = 0; flags != 0 && reading < _readings.Length; reading++)
        {
            _readings[reading] += (flags >> reading) & 1;
        }

        DateReading? only = flags switch
        {
            1 << (int)DateReading.DayFirst => DateReading.DayFirst,
            1 << (int)DateReading.MonthFirst => DateReading.MonthFirst,
            _ => null,
        };
        if (only is DateReading order && _firstOnly[(int)order].Row.Line == 0)
        {
            _firstOnly[(int)order] = (row, cell);
        }
    }
}
