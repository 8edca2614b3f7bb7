namespace SecureFL.Ring.Randomness.Kernels;

/// <summary>AES-256 over consecutive counter blocks.</summary>
internal interface IBlockCounterCipher : IDisposable
{
    void SetKey(ReadOnlySpan<byte> key);

    /// <summary>
    /// Encrypts the counters firstBlock, firstBlock + 1, ... (128-bit big-endian) into the 16-byte blocks of the
    /// destination.
    /// </summary>
    void FillBlocks(ulong firstBlock, Span<byte> destination);
}
