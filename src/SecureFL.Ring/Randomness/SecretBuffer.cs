using System.Runtime.InteropServices;
using System.Security.Cryptography;
using SecureFL.Ring.Memory;

namespace SecureFL.Ring.Randomness;

/// <summary>
/// A pinned, 64-byte aligned array that holds a secret: the collector never moves it, so no copy stays behind, and disposing overwrites it with zeros.
/// Not thread-safe.
/// </summary>
/// <typeparam name="T">An unmanaged element type.</typeparam>
public sealed class SecretBuffer<T> : IDisposable
    where T : unmanaged
{
    private readonly AlignedBuffer<T> _items;
    private bool _disposed;

    /// <summary>Allocates <paramref name="length"/> zeroed elements.</summary>
    public SecretBuffer(int length) => _items = new AlignedBuffer<T>(length);

    /// <summary>Number of elements.</summary>
    public int Length => _items.Length;

    /// <summary>The secret itself. The span must not outlive the buffer.</summary>
    /// <exception cref="ObjectDisposedException">The secret has been erased.</exception>
    public Span<T> Span
    {
        get
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            return _items.Span;
        }
    }

    /// <summary>Overwrites the secret with zeros; the buffer stays usable.</summary>
    public void Clear() => CryptographicOperations.ZeroMemory(MemoryMarshal.AsBytes(_items.Span));

    /// <summary>Erases the secret for good.</summary>
    public void Dispose()
    {
        Clear();
        _disposed = true;
    }

    /// <summary>Says nothing about the content.</summary>
    public override string ToString() => "SecretBuffer";
}
