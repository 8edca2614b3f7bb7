using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using SecureFL.Ring.Memory;

namespace SecureFL.Ring.Randomness;

/// <summary>
/// Erased memory of secrets that are gone, kept for later ones of the same length. Bounded; thread-safe.
/// </summary>
internal static class SpareBuffers<T>
    where T : unmanaged
{
    private const long MostBytes = 8 << 20;

    private static readonly ConcurrentDictionary<int, ConcurrentStack<AlignedBuffer<T>>> Spare = new();
    private static long _bytes;

    /// <summary>Zeroed memory for so many elements, or null if there is none.</summary>
    public static AlignedBuffer<T>? Take(int length)
    {
        if (Spare.TryGetValue(length, out ConcurrentStack<AlignedBuffer<T>>? stack)
            && stack.TryPop(out AlignedBuffer<T>? buffer))
        {
            Interlocked.Add(ref _bytes, -BytesOf(buffer));
            return buffer;
        }

        return null;
    }

    /// <summary>Takes back memory that the caller has erased and forgets.</summary>
    public static void Put(AlignedBuffer<T> buffer)
    {
        if (Interlocked.Add(ref _bytes, BytesOf(buffer)) > MostBytes)
        {
            Interlocked.Add(ref _bytes, -BytesOf(buffer));
            return;
        }

        Spare.GetOrAdd(buffer.Length, _ => new ConcurrentStack<AlignedBuffer<T>>()).Push(buffer);
    }

    private static long BytesOf(AlignedBuffer<T> buffer) => (long)buffer.Length * Unsafe.SizeOf<T>();
}
