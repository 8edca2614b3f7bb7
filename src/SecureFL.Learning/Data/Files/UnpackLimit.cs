using System.Globalization;

namespace SecureFL.Learning.Data.Files;

/// <summary>
/// Most bytes that a packed file (gzip, zip, and what is built on them) may unpack to: a small file that fills all
/// memory is no data. Tables rarely pack to less than a twentieth; a table that does is given unpacked.
/// </summary>
public static class UnpackLimit
{
    /// <summary>Most bytes for each byte of the packed file.</summary>
    public const int Ratio = 100;

    /// <summary>What every file may unpack to, however small it is.</summary>
    public const long Least = 16 << 20;

    /// <summary>The limit of a file of <paramref name="packed"/> bytes.</summary>
    public static long Of(long packed) => Math.Max(Least, Ratio * packed);

    /// <summary>Refuses a file that unpacks to more.</summary>
    /// <param name="source">The file.</param>
    /// <param name="packed">Its bytes.</param>
    /// <param name="unpacked">Bytes that were unpacked, or are announced.</param>
    /// <param name="wayOut">How to get it unpacked.</param>
    /// <exception cref="DataFormatException">More than the limit, which it names.</exception>
    public static void Require(string source, long packed, long unpacked, string wayOut)
    {
        long most = Of(packed);
        if (unpacked > most)
        {
            throw new DataFormatException(
                source,
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"its {packed} bytes unpack to more than {most}, the limit: {Ratio} times as many, or "
                    + $"{Least >> 20} MiB where that is more"),
                wayOut: wayOut);
        }
    }

    /// <summary>
    /// Reads a packed part to its end and keeps nothing of it; <paramref name="unpacked"/> is what came before.
    /// </summary>
    /// <returns>The bytes with those of this part.</returns>
    /// <exception cref="DataFormatException">As <see cref="Require"/>.</exception>
    public static long Count(Stream part, string source, long packed, long unpacked, string wayOut)
    {
        ArgumentNullException.ThrowIfNull(part);
        byte[] block = new byte[1 << 16];
        for (int read = part.Read(block); read > 0; read = part.Read(block))
        {
            unpacked += read;
            Require(source, packed, unpacked, wayOut);
        }

        return unpacked;
    }
}
