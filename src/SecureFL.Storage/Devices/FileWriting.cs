using Microsoft.Win32.SafeHandles;

namespace SecureFL.Storage.Devices;

/// <summary>Writing at a place in a file.</summary>
internal static class FileWriting
{
    /// <summary>Writes all bytes.</summary>
    /// <exception cref="IOException">The disk is full or fails, or the file may not become that large.</exception>
    public static void Write(SafeFileHandle file, ReadOnlySpan<byte> bytes, long offset)
    {
        try
        {
            RandomAccess.Write(file, bytes, offset);
        }
        catch (ArgumentOutOfRangeException fault) when (offset >= 0)
        {
            // What the framework makes of EFBIG: the file system's largest file, or the process' own limit.
            throw new IOException($"a file may not have {offset + bytes.Length} bytes here", fault);
        }
    }
}
