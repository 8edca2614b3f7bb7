namespace SecureFL.Ring.Kernels;

/// <summary>
/// What the kernels need from a vector width: lanes of doubles that hold exact integers, and the same lanes as 64-bit
/// words. One kernel text serves 512, 256 and 128 bits; results are bit-identical because every operation is exact or
/// correctly rounded per lane.
/// </summary>
internal unsafe interface ILanes<TDouble, TWord> : IWordLanes<TWord>
    where TDouble : struct
    where TWord : struct
{
    static abstract TDouble Load(double* from);

    static abstract void Store(TDouble value, double* to);

    static abstract TDouble Broadcast(double value);

    static abstract TDouble Add(TDouble a, TDouble b);

    static abstract TDouble Subtract(TDouble a, TDouble b);

    static abstract TDouble Multiply(TDouble a, TDouble b);

    /// <summary>a*b + c, rounded once.</summary>
    static abstract TDouble MultiplyAdd(TDouble a, TDouble b, TDouble c);

    /// <summary>a*b - c, rounded once.</summary>
    static abstract TDouble MultiplySubtract(TDouble a, TDouble b, TDouble c);

    /// <summary>c - a*b, rounded once.</summary>
    static abstract TDouble NegateMultiplyAdd(TDouble a, TDouble b, TDouble c);

    /// <summary>To the nearest integer, ties to even.</summary>
    static abstract TDouble Round(TDouble a);

    /// <summary>a where a is not negative, a + p where it is.</summary>
    static abstract TDouble AddIfNegative(TDouble a, TDouble p);

    /// <summary>a - step where a &gt; limit, else a; and the same lanes' ones added to the carry.</summary>
    static abstract TDouble WrapAbove(TDouble a, TDouble limit, TDouble step, ref TDouble carry);

    /// <summary>a + step where a &lt; -limit, else a; and the same lanes' ones taken from the carry.</summary>
    static abstract TDouble WrapBelow(TDouble a, TDouble limit, TDouble step, ref TDouble carry);

    static abstract TDouble Max(TDouble a, TDouble b);

    static abstract TDouble Abs(TDouble a);

    /// <summary>Words below 2^52 as doubles.</summary>
    static abstract TDouble ToDouble(TWord value);

    /// <summary>Doubles in [0, 2^52) as words.</summary>
    static abstract TWord ToWord(TDouble value);

    /// <summary>Whether <see cref="IWordLanes{TWord}.MultiplyLow"/> is one instruction.</summary>
    static abstract bool HasMultiplyLow { get; }

    /// <summary>The same bits.</summary>
    static abstract TWord AsWord(TDouble value);

    /// <summary>The same bits.</summary>
    static abstract TDouble AsDouble(TWord value);

    /// <summary>Integers of absolute value below 2^51 as two's complement words.</summary>
    static abstract TWord ToSignedWord(TDouble value);

    /// <summary>The inverse of <see cref="ToSignedWord"/>.</summary>
    static abstract TDouble FromSignedWord(TWord value);

    /// <summary>Unsigned minimum.</summary>
    static abstract TWord MinUnsigned(TWord a, TWord b);

    /// <summary>32-bit signed integers, as many as there are lanes, as doubles.</summary>
    static abstract TDouble LoadIntegers(int* from);

    static abstract void StoreIntegers(TDouble value, long* to);

    static abstract void StoreSingles(TDouble value, float* to);

    /// <summary>Rows are 8 doubles apart; returns the columns 0..7 of the first Count rows, one row a lane.</summary>
    static abstract void LoadTransposed(double* from, out TDouble c0, out TDouble c1, out TDouble c2, out TDouble c3,
        out TDouble c4, out TDouble c5, out TDouble c6, out TDouble c7);

    /// <summary>The inverse of <see cref="LoadTransposed"/>.</summary>
    static abstract void StoreTransposed(double* to, TDouble c0, TDouble c1, TDouble c2, TDouble c3, TDouble c4,
        TDouble c5, TDouble c6, TDouble c7);
}
