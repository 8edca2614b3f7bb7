namespace SecureFL.Seal.Serialization;

/// <summary>How the bytes after an object's header are packed; the numbers are SEAL's.</summary>
public enum SealCompression
{
    /// <summary>As they are.</summary>
    None = 0,

    /// <summary>A zlib stream.</summary>
    Zlib = 1,

    /// <summary>A Zstandard frame: SEAL's default.</summary>
    Zstd = 2,
}
