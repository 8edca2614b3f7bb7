using SecureFL.Protocol.Stores;

namespace SecureFL.Bench.Rounds.Arms;

/// <summary>
/// Keeps opened sums as float32 means, what a server or client goes on with, and as integers for the
/// comparison afterwards.
/// </summary>
internal sealed class MeanSink : ISumSink
{
    private readonly double _factor;
    private readonly float[] _means;
    private readonly int[]? _narrow;
    private readonly long[]? _wide;

    /// <summary>Memory for a round's sums.</summary>
    /// <param name="shape">The round.</param>
    /// <param name="factor">From an integer sum to a mean.</param>
    /// <param name="keepsIntegers">Whether they are to be read afterwards.</param>
    internal MeanSink(RoundShape shape, double factor, bool keepsIntegers = true)
    {
        _factor = factor;
        _means = new float[shape.Parameters];
        if (!keepsIntegers)
        {
            return;
        }

        if ((long)shape.Clients << (shape.Bits - 1) <= int.MaxValue)
        {
            _narrow = new int[shape.Parameters];
        }
        else
        {
            _wide = new long[shape.Parameters];
        }
    }

    internal ReadOnlyMemory<float> Means => _means;

    public void Accept(int group, long firstElement, ReadOnlySpan<long> sums)
    {
        int first = (int)firstElement;
        Span<float> means = _means.AsSpan(first, sums.Length);
        for (int i = 0; i < sums.Length; i++)
        {
            means[i] = (float)(sums[i] * _factor);
        }

        if (_wide is not null)
        {
            sums.CopyTo(_wide.AsSpan(first));
            return;
        }

        Span<int> narrow = _narrow is null ? [] : _narrow.AsSpan(first, sums.Length);
        for (int i = 0; i < narrow.Length; i++)
        {
            narrow[i] = (int)sums[i];
        }
    }

    public void Discard(int group) => Array.Clear(_means);

    internal void Read(long first, Span<long> sums)
    {
        if (_wide is not null)
        {
            _wide.AsSpan((int)first, sums.Length).CopyTo(sums);
            return;
        }

        for (int i = 0; i < sums.Length; i++)
        {
            sums[i] = _narrow![first + i];
        }
    }
}
