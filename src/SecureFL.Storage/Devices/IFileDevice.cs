namespace SecureFL.Storage.Devices;

/// <summary>
/// The few operations that durability rests on, so that tests can fail each of them. Paths are full paths.
/// </summary>
internal interface IFileDevice
{
    bool Exists(string path);

    byte[] Read(string path);

    IReadOnlyList<string> List(string directory);

    /// <summary>Creates or truncates a file that only its owner may read, and opens it for writing.</summary>
    IDeviceFile Create(string path);

    /// <summary>Opens a file for appending, locked against other processes.</summary>
    IDeviceFile OpenExclusive(string path);

    /// <summary>Replaces the target atomically.</summary>
    void Rename(string from, string to);

    void Delete(string path);

    /// <summary>Makes creations, renames and deletions in a directory durable.</summary>
    void FlushDirectory(string directory);
}

/// <summary>An open file.</summary>
internal interface IDeviceFile : IDisposable
{
    long Length { get; }

    byte[] ReadAll();

    /// <summary>Fills the destination from an offset, or throws where the file is too short.</summary>
    void Read(long offset, Span<byte> destination);

    void Write(long offset, ReadOnlySpan<byte> bytes);

    void Truncate(long length);

    /// <summary>Returns when everything written is on the medium.</summary>
    void Flush();
}
