using SecureFL.Messages.Violations;
using SecureFL.Protocol.Plans;
using SecureFL.Protocol.Stores;

namespace SecureFL.Consortium.Courses;

/// <summary>
/// Takes opened sums as they stream by: where the round has one group, the real sums at once, four bytes an element;
/// else integer totals over the groups. Counters are added over all groups. Server and clients use it alike, so that
/// the same integers give all of them the same floats: one multiplication in double precision, then one rounding. Not
/// thread-safe.
/// </summary>
internal sealed class SumTotals(AggregationPlan plan, int groups) : ISumSink
{
    private readonly float[]? _floats = groups == 1 ? new float[plan.Parameters.FloatLength] : null;
    private readonly long[]? _total = groups == 1 ? null : new long[plan.Parameters.FloatLength];
    private readonly long[]? _current = groups == 1 ? null : new long[plan.Parameters.FloatLength];
    private readonly long[] _digits = new long[plan.Parameters.IntegerLength];
    private readonly long[] _currentDigits = new long[plan.Parameters.IntegerLength];
    private int _group = -1;

    /// <inheritdoc/>
    public void Accept(int group, long firstElement, ReadOnlySpan<long> sums)
    {
        if (group != _group)
        {
            Fold();
            _group = group;
        }

        int floats = (int)Math.Clamp(plan.Parameters.FloatLength - firstElement, 0, sums.Length);
        if (_floats is not null)
        {
            double step = plan.Parameters.Step;
            for (int i = 0; i < floats; i++)
            {
                _floats[firstElement + i] = (float)(sums[i] * step);
            }
        }
        else
        {
            sums[..floats].CopyTo(_current.AsSpan((int)firstElement));
        }

        if (floats < sums.Length)
        {
            sums[floats..].CopyTo(_currentDigits.AsSpan((int)Math.Max(0, firstElement - plan.Parameters.FloatLength)));
        }
    }

    /// <inheritdoc/>
    public void Discard(int group)
    {
        if (group == _group)
        {
            Array.Clear(_currentDigits);
            _current?.AsSpan().Clear();
            _floats?.AsSpan().Clear();
            _group = -1;
        }
    }

    /// <summary>The sums over all opened groups as real numbers, and the counters. Once.</summary>
    /// <param name="contributors">The clients in the opened groups.</param>
    /// <exception cref="ProtocolViolationException">A counter's sum is beyond what so many clients may
    /// send.</exception>
    public (float[] Sum, long[] Counters) Finish(int contributors)
    {
        Fold();
        float[] sum = _floats ?? Array.ConvertAll(_total!, value => (float)(value * plan.Parameters.Step));
        return (sum, plan.Settings.Counters.Combine(_digits, plan.Parameters.Bits, contributors));
    }

    private void Fold()
    {
        if (_group < 0)
        {
            return;
        }

        for (int i = 0; i < _digits.Length; i++)
        {
            _digits[i] += _currentDigits[i];
        }

        for (int i = 0; _total is not null && i < _total.Length; i++)
        {
            _total[i] += _current![i];
        }

        Array.Clear(_currentDigits);
        _current?.AsSpan().Clear();
        _group = -1;
    }
}
