using SecureFL.Ring.Randomness;

namespace SecureFL.Rlwe.Contributions;

/// <summary>
/// Masks computed ahead of their messages, in memory only: each is taken once, then erased and its buffer used again.
/// Thread-safe.
/// </summary>
internal sealed class MaskStore(int maskWords) : IDisposable
{
    private readonly Dictionary<long, SecretBuffer<ulong>> _prepared = [];
    private readonly Stack<SecretBuffer<ulong>> _spare = new();

    internal SecretBuffer<ulong> Rent()
    {
        lock (_prepared)
        {
            return _spare.TryPop(out SecretBuffer<ulong>? spare) ? spare : new SecretBuffer<ulong>(maskWords);
        }
    }

    internal void Put(long chunk, SecretBuffer<ulong> mask)
    {
        lock (_prepared)
        {
            _prepared.Add(chunk, mask);
        }
    }

    internal SecretBuffer<ulong>? Take(long chunk)
    {
        lock (_prepared)
        {
            return _prepared.Remove(chunk, out SecretBuffer<ulong>? mask) ? mask : null;
        }
    }

    /// <summary>Erases the mask, unless that is done, and keeps its buffer.</summary>
    internal void Return(SecretBuffer<ulong> mask, bool erased)
    {
        if (!erased)
        {
            mask.Clear();
        }

        lock (_prepared)
        {
            _spare.Push(mask);
        }
    }

    public void Dispose()
    {
        lock (_prepared)
        {
            foreach (SecretBuffer<ulong> mask in _prepared.Values.Concat(_spare))
            {
                mask.Dispose();
            }

            _prepared.Clear();
            _spare.Clear();
        }
    }
}
