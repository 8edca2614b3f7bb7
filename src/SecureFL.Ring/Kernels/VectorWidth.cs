namespace SecureFL.Ring.Kernels;

/// <summary>Which kernels run. All give the same bits.</summary>
internal enum VectorWidth
{
    /// <summary>64-bit integers only: no fused multiply-add in the hardware.</summary>
    Scalar = 0,
    Bits128 = 128,
    Bits256 = 256,
    Bits512 = 512,
}

/// <summary>The widest kernels that this processor runs in hardware.</summary>
internal static class VectorWidths
{
    internal static VectorWidth Best { get; } =
        Lanes512.IsSupported ? VectorWidth.Bits512
        : Lanes256.IsSupported ? VectorWidth.Bits256
        : Lanes128.IsSupported ? VectorWidth.Bits128
        : VectorWidth.Scalar;

    internal static bool IsSupported(VectorWidth width) => width switch
    {
        VectorWidth.Bits512 => Lanes512.IsSupported,
        VectorWidth.Bits256 => Lanes256.IsSupported,
        VectorWidth.Bits128 => Lanes128.IsSupported,
        _ => true,
    };
}
