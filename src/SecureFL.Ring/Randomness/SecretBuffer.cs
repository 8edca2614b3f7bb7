using System.Runtime.InteropServices;
using System.Security.Cryptography;
using SecureFL.Ring.Memory;

namespace SecureFL.Ring.Randomness;

/// <summary>
/// A pinned, 64-byte aligned array that holds a secret: the collector never moves it, so no copy stays behind, and
/// disposing overwrites it with zeros. Then its memory may serve a later buffer, for pinned memory is costly to
/// collect; a span that outlives its buffer would see that one's secret. Not thread-safe.
/// </summary>
/// <typeparam name="T">An unmanaged element type.</typeparam>
public sealed class SecretBuffer<T> : IDisposable
    where T : unmanaged
{
    private AlignedBuffer<T>? _items;

    /// <summary>Takes memory for <paramref name="length"/> zeroed elements.</summary>
    public SecretBuffer(int length)
    {
        _items = SpareBuffers<T>.Take(length) ?? new AlignedBuffer<T>(length);
        Length = length;
    }

    /// <summary>Number of elements.</summary>
    public int Length { get; }

    /// <summary>The secret itself. The span must not outlive the buffer.</summary>
    /// <exception cref="ObjectDisposedException">The secret has been erased.</exception>
    public Span<T> Span
    {
        get
        {
            ObjectDisposedException.ThrowIf(_items is null, this);
            return _items.Span;
        }
    }

    /// <summary>Overwrites the secret with zeros; the buffer stays usable.</summary>
    public void Clear()
    {
        if (_items is not null)
        {
            CryptographicOperations.ZeroMemory(MemoryMarshal.AsBytes(_items.Span));
        }
    }

    /// <summary>Erases the secret for good.</summary>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _items, null) is { } items)
        {
            CryptographicOperations.ZeroMemory(MemoryMarshal.AsBytes(items.Span));
            SpareBuffers<T>.Put(items);
        }
    }

    /// <summary>Says nothing about the content.</summary>
    public override string ToString() => "SecretBuffer";
}
