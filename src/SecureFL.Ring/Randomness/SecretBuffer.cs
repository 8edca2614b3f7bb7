using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace SecureFL.Ring.Randomness;

/// <summary>
/// A pinned array that holds a secret: the collector never moves it, so no copy stays behind, and disposing overwrites it with zeros.
/// Not thread-safe.
/// </summary>
/// <typeparam name="T">An unmanaged element type.</typeparam>
public sealed class SecretBuffer<T> : IDisposable
    where T : unmanaged
{
    private readonly T[] _items;
    private bool _disposed;

    /// <summary>Allocates <paramref name="length"/> zeroed elements.</summary>
    public SecretBuffer(int length) => _items = GC.AllocateArray<T>(length, pinned: true);

    /// <summary>Number of elements.</summary>
    public int Length => _items.Length;

    /// <summary>The secret itself. The span must not outlive the buffer.</summary>
    /// <exception cref="ObjectDisposedException">The secret has been erased.</exception>
    public Span<T> Span
    {
        get
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            return _items;
        }
    }

    /// <summary>Overwrites the secret with zeros; the buffer stays usable.</summary>
    public void Clear() => CryptographicOperations.ZeroMemory(MemoryMarshal.AsBytes(_items.AsSpan()));

    /// <summary>Erases the secret for good.</summary>
    public void Dispose()
    {
        Clear();
        _disposed = true;
    }

    /// <summary>Says nothing about the content.</summary>
    public override string ToString() => "SecretBuffer";
}
