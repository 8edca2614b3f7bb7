using System.Numerics;

namespace SecureFL.Learning.Data.Scaling;

/// <summary>
/// Sum and sum of squares of many doubles as whole numbers of a very small unit, so that sites' sums add up without any
/// rounding, whatever the scale of the column. Within a block of 256 values, sums carry their rounding errors along,
/// and those of the errors (Klein 2006); squares have theirs from a fused multiply-add. Not thread-safe.
/// </summary>
internal struct ColumnTotals
{
    /// <summary>The unit of <see cref="Sum"/> is 2^-100.</summary>
    public const int SumFraction = 100;

    /// <summary>The unit of <see cref="Squares"/> is 2^-130.</summary>
    public const int SquareFraction = 130;

    private const int Block = 256;
    private BigInteger _sum;
    private BigInteger _squares;
    private Parts _sumParts;
    private Parts _squareParts;
    private int _inBlock;

    /// <summary>Takes up a finite value.</summary>
    public void Add(double value)
    {
        double square = value * value;
        _sumParts.Add(value);
        _squareParts.Add(square);
        _squareParts.AddLow(Math.FusedMultiplyAdd(value, value, -square));
        if (++_inBlock == Block)
        {
            Fold();
        }
    }

    /// <summary>The sum, in units of 2^-100.</summary>
    public BigInteger Sum()
    {
        Fold();
        return _sum;
    }

    /// <summary>The sum of squares, in units of 2^-130.</summary>
    public BigInteger Squares()
    {
        Fold();
        return _squares;
    }

    private void Fold()
    {
        _sum += _sumParts.Take(SumFraction);
        _squares += _squareParts.Take(SquareFraction);
        _inBlock = 0;
    }

    /// <summary>A sum as three doubles of falling size.</summary>
    private struct Parts
    {
        private double _high;
        private double _low;
        private double _lowest;

        public void Add(double value) => AddLow(AddTo(ref _high, value));

        public void AddLow(double value) => _lowest += AddTo(ref _low, value);

        public BigInteger Take(int fraction)
        {
            BigInteger sum = WideInteger.FromDouble(_high, fraction) + WideInteger.FromDouble(_low, fraction)
                + WideInteger.FromDouble(_lowest, fraction);
            this = default;
            return sum;
        }

        // The rounding error of the addition (Knuth's TwoSum).
        private static double AddTo(ref double total, double value)
        {
            double before = total;
            total = before + value;
            double added = total - before;
            return (before - (total - added)) + (value - added);
        }
    }
}
