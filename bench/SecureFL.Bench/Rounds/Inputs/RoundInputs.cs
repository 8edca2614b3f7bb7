namespace SecureFL.Bench.Rounds.Inputs;

/// <summary>
/// Every client's vector, made again on demand from a seed, whole or in pieces, at the speed of copying: block k of
/// client c is a rotation of one block of uniform values in [-clip, clip] by an amount that seed, c and k give.
/// Thread-safe.
/// </summary>
internal sealed class RoundInputs
{
    private const int Block = 1 << 16;
    private readonly float[] _base = new float[Block];
    private readonly ulong _seed;

    internal RoundInputs(long length, float clip, ulong seed)
    {
        Length = length;
        Clip = clip;
        _seed = seed;
        Random random = new((int)seed);
        for (int i = 0; i < Block; i++)
        {
            _base[i] = ((random.NextSingle() * 2) - 1) * clip;
        }
    }

    internal long Length { get; }

    internal float Clip { get; }

    /// <summary>Values first to first + values.Length - 1 of a client's vector.</summary>
    internal void Load(int client, long first, Span<float> values)
    {
        while (!values.IsEmpty)
        {
            int inBlock = (int)(first % Block);
            int from = (inBlock + Rotation(client, first / Block)) % Block;
            int count = Math.Min(values.Length, Math.Min(Block - inBlock, Block - from));
            _base.AsSpan(from, count).CopyTo(values);
            values = values[count..];
            first += count;
        }
    }

    // SplitMix64 (Steele, Lea, Flood 2014) over seed, client and block.
    private int Rotation(int client, long block)
    {
        ulong z = _seed + (0x9E3779B97F4A7C15 * (((ulong)client << 40) + (ulong)block + 1));
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return (int)((z ^ (z >> 31)) % Block);
    }
}
