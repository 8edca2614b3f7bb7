using System.Buffers.Binary;
using System.IO.Compression;
using SecureFL.Learning.Data;
using SecureFL.Learning.Data.Files;
using SecureFL.Transport.Formats;

namespace SecureFL.Cli.Sites;

/// <summary>
/// A file of rows on disk: ordinary, not empty, its format recognised by its first bytes, unpacked where it is gzip.
/// Pipes and devices are never opened.
/// </summary>
/// <param name="Path">Where it is.</param>
/// <param name="Kind">What is inside, after unpacking.</param>
/// <param name="Packed">Whether it is gzip.</param>
internal sealed record DataFile(string Path, FileKind Kind, bool Packed)
{
    private const string Unpack = "unpack it with gunzip, if it is known to be sound, and give what comes out";

    /// <summary>Most bytes that are unpacked into memory for a format that must be read back and forth.</summary>
    private const int LargestUnpacked = 1 << 30;

    /// <summary>Looks at <paramref name="path"/>.</summary>
    /// <exception cref="DataFormatException">No ordinary file, an empty one, or a kind that no command
    /// reads.</exception>
    /// <exception cref="FileNotFoundException">There is none.</exception>
    internal static DataFile Look(string path)
    {
        if (OrdinaryFile.SpecialName(path) is string special)
        {
            throw new DataFormatException(
                path,
                special,
                wayOut: Directory.Exists(path)
                    ? "give the files in it, --data once each"
                    : "give an ordinary file: write what the program prints to one first");
        }

        if (new FileInfo(path).Length == 0)
        {
            throw new DataFormatException(path, "the file is empty", wayOut: "export the table again");
        }

        FileKind kind = HeadOf(path, packed: false);
        bool packed = kind.Format == FileFormat.Gzip;
        if (packed)
        {
            kind = HeadOf(path, packed: true);
            RefuseUnsound(path);
        }

        kind = kind.Format == FileFormat.Gzip
            ? new FileKind(FileFormat.Foreign, "gzip in gzip", "unpack it with gunzip") : kind;
        return kind.Format == FileFormat.Foreign
            ? throw new DataFormatException(path, $"{kind.Name}, not a table", wayOut: kind.WayOut)
            : new DataFile(path, kind, packed);
    }

    /// <summary>Its content from the beginning.</summary>
    internal Stream Open() => Open(Path, Packed);

    /// <summary>Its content from the beginning, in a stream that can be read back and forth.</summary>
    internal Stream OpenSeekable()
    {
        if (!Packed)
        {
            return Open();
        }

        using Stream unpacked = Open();
        MemoryStream memory = new();
        byte[] block = new byte[1 << 16];
        for (int length = unpacked.Read(block); length > 0; length = unpacked.Read(block))
        {
            if (memory.Length + length > LargestUnpacked)
            {
                throw new DataFormatException(Path, $"unpacks to more than {LargestUnpacked} bytes",
                    wayOut: "unpack it with gunzip first");
            }

            memory.Write(block, 0, length);
        }

        memory.Position = 0;
        return memory;
    }

    private static Stream Open(string path, bool packed)
    {
        FileStream file = new(path, FileMode.Open, FileAccess.Read, FileShare.Read, 1 << 16,
            FileOptions.SequentialScan);
        return packed ? new BufferedStream(new GZipStream(file, CompressionMode.Decompress), 1 << 16) : file;
    }

    private static FileKind HeadOf(string path, bool packed)
    {
        byte[] head = new byte[FileKind.HeadBytes];
        try
        {
            using Stream stream = Open(path, packed);
            int length = stream.ReadAtLeast(head, head.Length, throwOnEndOfStream: false);
            return packed && length == 0 ? throw new DataFormatException(path, "the file in it is empty")
                : FileKind.Of(head.AsSpan(0, length));
        }
        catch (InvalidDataException fault) when (packed)
        {
            throw new DataFormatException(path, "damaged gzip data", inner: fault,
                wayOut: "gzip -t checks it; fetch the file again");
        }
    }

    /// <summary>
    /// Unpacks all of it once and keeps nothing: what unpacks to more than <see cref="UnpackLimit"/> is refused. The
    /// last four bytes of gzip say how long its content is, modulo 2^32. A file whose end was cut off says something
    /// else; one of several parts put together cannot be told.
    /// </summary>
    private static void RefuseUnsound(string path)
    {
        using FileStream packed = new(path, FileMode.Open, FileAccess.Read, FileShare.Read, 1 << 16);
        using GZipStream content = new(packed, CompressionMode.Decompress, leaveOpen: true);
        byte[] block = new byte[4];
        long length;
        try
        {
            // Before anything is kept: nothing else unpacks a file that unpacks without end.
            length = UnpackLimit.Count(content, path, packed.Length, 0, Unpack);
        }
        catch (InvalidDataException fault)
        {
            throw new DataFormatException(path, "damaged gzip data", inner: fault,
                wayOut: "gzip -t checks it; fetch the file again");
        }

        packed.Position = packed.Length - 4;
        packed.ReadExactly(block, 0, 4);
        if (BinaryPrimitives.ReadUInt32LittleEndian(block) != (uint)length && !HasParts(packed))
        {
            throw new DataFormatException(path, "gzip data without its end",
                wayOut: "gzip -t checks it; fetch the file again");
        }
    }

    private static bool HasParts(FileStream packed)
    {
        packed.Position = 1;
        byte[] block = new byte[1 << 16];
        int kept = 0;
        for (int read = packed.Read(block, kept, block.Length - kept); read > 0;
            read = packed.Read(block, kept, block.Length - kept))
        {
            ReadOnlySpan<byte> bytes = block.AsSpan(0, kept + read);
            if (bytes.IndexOf(new byte[] { 0x1F, 0x8B, 0x08 }) >= 0)
            {
                return true;
            }

            kept = Math.Min(2, bytes.Length);
            bytes[^kept..].CopyTo(block);
        }

        return false;
    }
}
