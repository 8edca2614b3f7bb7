namespace SecureFL.Ring.Kernels;

/// <summary>64-bit words side by side: what packing, sampling and lazy sums need from a vector width.</summary>
internal unsafe interface IWordLanes<TWord>
    where TWord : struct
{
    /// <summary>Lanes in a vector: 8, 4, 2 or 1.</summary>
    static abstract int Count { get; }

    static abstract TWord LoadWord(ulong* from);

    static abstract void StoreWord(TWord value, ulong* to);

    static abstract TWord BroadcastWord(ulong value);

    static abstract TWord AddWord(TWord a, TWord b);

    static abstract TWord SubtractWord(TWord a, TWord b);

    static abstract TWord And(TWord a, TWord b);

    static abstract TWord Or(TWord a, TWord b);

    static abstract TWord ShiftLeft(TWord a, int count);

    static abstract TWord ShiftRight(TWord a, int count);

    /// <summary>Maximum, for values below 2^63.</summary>
    static abstract TWord Max(TWord a, TWord b);

    /// <summary>All ones in lanes where a &gt;= b, for values below 2^63.</summary>
    static abstract TWord AtLeast(TWord a, TWord b);

    /// <summary>a * b mod 2^64.</summary>
    static abstract TWord MultiplyLow(TWord a, TWord b);

    /// <summary>The 64-bit product of the low 32 bits of each lane.</summary>
    static abstract TWord MultiplyHalves(TWord a, TWord b);

    /// <summary>a - m where a &gt;= m, else a; both below 2^63.</summary>
    static abstract TWord SubtractIfAtLeast(TWord a, TWord m);

    /// <summary>32-bit signed integers, as many as there are lanes, as two's complement words.</summary>
    static abstract TWord LoadSigned(int* from);

    /// <summary>Number of ones in each lane, without a table.</summary>
    static abstract TWord PopCount(TWord a);

    /// <summary>The low 32 bits of each lane.</summary>
    static abstract void StoreNarrow(TWord value, int* to);

    static abstract bool IsZero(TWord a);
}
