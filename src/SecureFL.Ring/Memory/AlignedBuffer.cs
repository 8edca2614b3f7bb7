using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace SecureFL.Ring.Memory;

/// <summary>
/// A pinned array whose first element lies on a 64-byte boundary, so that no vector access crosses a cache line. Not
/// thread-safe.
/// </summary>
/// <typeparam name="T">An unmanaged element type whose size divides 64.</typeparam>
public sealed class AlignedBuffer<T>
    where T : unmanaged
{
    private const int Alignment = 64;
    private readonly T[] _items;
    private readonly int _offset;

    /// <summary>Allocates <paramref name="length"/> zeroed elements.</summary>
    public AlignedBuffer(int length)
    {
        int size = Unsafe.SizeOf<T>();
        Length = length;
        _items = GC.AllocateArray<T>(checked(length + (Alignment / size)), pinned: true);
        _offset = (int)(-Marshal.UnsafeAddrOfPinnedArrayElement(_items, 0) & (Alignment - 1)) / size;
    }

    /// <summary>Number of elements.</summary>
    public int Length { get; }

    /// <summary>The elements.</summary>
    public Span<T> Span => _items.AsSpan(_offset, Length);
}
