namespace SecureFL.Learning.Preparation;

/// <summary>What is summed of one feature before training.</summary>
public enum ColumnSum
{
    /// <summary>Nothing.</summary>
    Nothing,

    /// <summary>
    /// The rows in which a feature of 0 and 1 that is never missing is 1: mean and deviation follow from that.
    /// </summary>
    Indicator,

    /// <summary>Count and sum.</summary>
    Mean,

    /// <summary>Count, sum and sum of squares.</summary>
    Deviation,

    /// <summary>
    /// Count and sum; and over the sites that have a value, the sums of their least and of their largest one.
    /// </summary>
    Range,
}

/// <summary>How many counters each kind of sum takes.</summary>
internal static class ColumnSums
{
    /// <summary>Limbs of a sum.</summary>
    public const int SumLimbs = 4;

    /// <summary>Limbs of a sum of squares.</summary>
    public const int SquareLimbs = 6;

    /// <summary>Counters of one feature.</summary>
    public static int CountersOf(ColumnSum kind) => kind switch
    {
        ColumnSum.Nothing => 0,
        ColumnSum.Indicator => 1,
        ColumnSum.Mean => 1 + SumLimbs,
        ColumnSum.Deviation => 1 + SumLimbs + SquareLimbs,
        _ => 2 + (3 * SumLimbs),
    };
}
