namespace SecureFL.Learning.Data.Tensors;

/// <summary>Reads from a stream without allocating what its header merely claims.</summary>
internal static class BoundedReads
{
    private const int Step = 1 << 20;

    /// <summary>
    /// Exactly <paramref name="count"/> bytes; memory grows with what really arrives, a mebibyte at a time at first,
    /// then by doubling.
    /// </summary>
    public static byte[] ReadExactly(Stream stream, long count, string source, string what)
    {
        if (count < 0 || count > Array.MaxLength)
        {
            throw new DataFormatException(source,
                $"{what} claims {count} bytes, at most {Array.MaxLength} can be read");
        }

        byte[] buffer = new byte[Math.Min(count, Step)];
        int read = 0;
        while (true)
        {
            int got = stream.ReadAtLeast(buffer.AsSpan(read), buffer.Length - read, throwOnEndOfStream: false);
            read += got;
            if (read < buffer.Length)
            {
                throw new DataFormatException(source,
                    $"{what} is cut off: {count} bytes are announced, {read} are there");
            }

            if (read == count)
            {
                return buffer;
            }

            Array.Resize(ref buffer, (int)Math.Min(count, 2L * buffer.Length));
        }
    }
}
