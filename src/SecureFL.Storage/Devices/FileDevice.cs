using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace SecureFL.Storage.Devices;

/// <summary>The operating system's files. Thread-safe.</summary>
internal sealed class FileDevice : IFileDevice
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private FileDevice()
    {
    }

    public static FileDevice Instance { get; } = new();

    public bool Exists(string path) => File.Exists(path);

    public byte[] Read(string path) => File.ReadAllBytes(path);

    public IReadOnlyList<string> List(string directory) => Directory.GetFiles(directory);

    public IDeviceFile Create(string path) => new DeviceFile(path, FileMode.Create);

    public IDeviceFile OpenExclusive(string path) => new DeviceFile(path, FileMode.Open);

    public void Rename(string from, string to) => File.Move(from, to, overwrite: true);

    public void Delete(string path) => File.Delete(path);

    // POSIX: a new name is durable once its directory is flushed. Windows journals directory changes and offers no such
    // call.
    public void FlushDirectory(string directory)
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        int descriptor = NativeMethods.Open(directory, 0);
        if (descriptor < 0)
        {
            throw new IOException($"cannot open the directory {directory} to flush it");
        }

        int result = NativeMethods.Fsync(descriptor);
        _ = NativeMethods.Close(descriptor);
        if (result != 0)
        {
            throw new IOException($"cannot flush the directory {directory}");
        }
    }

    private sealed class DeviceFile : IDeviceFile
    {
        private readonly SafeFileHandle _handle;
        private readonly FileStream _stream;

        public DeviceFile(string path, FileMode mode)
        {
            FileStreamOptions options = new()
            { Mode = mode, Access = FileAccess.ReadWrite, Share = FileShare.None, BufferSize = 0 };
            if (mode == FileMode.Create && !OperatingSystem.IsWindows())
            {
                options.UnixCreateMode = OwnerOnly;
            }

            _stream = new FileStream(path, options);
            _handle = _stream.SafeFileHandle;
        }

        public long Length => RandomAccess.GetLength(_handle);

        public byte[] ReadAll()
        {
            byte[] content = new byte[Length];
            Read(0, content);
            return content;
        }

        public void Read(long offset, Span<byte> destination)
        {
            int read = 0;
            while (read < destination.Length)
            {
                int got = RandomAccess.Read(_handle, destination[read..], offset + read);
                if (got == 0)
                {
                    throw new EndOfStreamException(
                        $"the file ended {destination.Length - read} bytes before the end of {destination.Length} "
                        + $"bytes at {offset}");
                }

                read += got;
            }
        }

        public void Write(long offset, ReadOnlySpan<byte> bytes) => FileWriting.Write(_handle, bytes, offset);

        public void Truncate(long length) => RandomAccess.SetLength(_handle, length);

        public void Flush() => RandomAccess.FlushToDisk(_handle);

        public void Dispose() => _stream.Dispose();
    }

    private static class NativeMethods
    {
        [DllImport("libc", EntryPoint = "open", CharSet = CharSet.Ansi, BestFitMapping = false,
            ThrowOnUnmappableChar = true, SetLastError = true)]
        [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
        public static extern int Open([MarshalAs(UnmanagedType.LPUTF8Str)] string path, int flags);

        [DllImport("libc", EntryPoint = "fsync", SetLastError = true)]
        [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
        public static extern int Fsync(int descriptor);

        [DllImport("libc", EntryPoint = "close", SetLastError = true)]
        [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
        public static extern int Close(int descriptor);
    }
}
