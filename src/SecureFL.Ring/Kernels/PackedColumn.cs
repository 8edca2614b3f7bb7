using System.Runtime.CompilerServices;

namespace SecureFL.Ring.Kernels;

/// <summary>Reads neighbouring columns of a packed group (see <see cref="WordKernel"/>) row by row.</summary>
internal unsafe ref struct PackedColumn<TLanes, TWord>
    where TLanes : struct, IWordLanes<TWord>
    where TWord : struct
{
    private readonly int _width;
    private ulong* _from;
    private TWord _pending;
    private int _used;

    internal PackedColumn(ulong* from, int width)
    {
        _width = width;
        _from = from;
        _pending = TLanes.LoadWord(from);
        _used = 0;
    }

    /// <summary>
    /// The next word, with bits of later words above its own; <paramref name="last"/> tells that none follows.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal TWord Next(bool last)
    {
        TWord word = TLanes.ShiftRight(_pending, _used);
        _used += _width;
        if (_used >= 64 && !last)
        {
            _from += WordKernel.Columns;
            _pending = TLanes.LoadWord(_from);
            _used -= 64;
            word = TLanes.Or(word, TLanes.ShiftLeft(_pending, _width - _used));
        }

        return word;
    }
}
