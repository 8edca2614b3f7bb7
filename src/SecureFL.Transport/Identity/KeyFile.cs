using System.Security.Cryptography;
using SecureFL.Transport.Formats;

namespace SecureFL.Transport.Identity;

/// <summary>Private keys as PKCS #8 PEM files of their owner's alone.</summary>
internal static class KeyFile
{
    private const string Label = "PRIVATE KEY";
    private const int MaxBytes = 16 << 10;

    /// <summary>Writes a key and erases <paramref name="pkcs8"/>.</summary>
    internal static void Write(string path, byte[] pkcs8)
    {
        char[] pem = new char[PemEncoding.GetEncodedSize(Label.Length, pkcs8.Length) + 1];
        PemEncoding.Write(Label, pkcs8).CopyTo(pem, 0);
        pem[^1] = '\n';
        byte[] bytes = System.Text.Encoding.ASCII.GetBytes(pem);
        try
        {
            OwnerOnly.WriteFile(path, bytes);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(pkcs8);
            CryptographicOperations.ZeroMemory(bytes);
            Array.Clear(pem);
        }
    }

    /// <summary>Reads a key. The caller erases it.</summary>
    /// <exception cref="FormatException">No such key.</exception>
    /// <exception cref="UnauthorizedAccessException">Others can read the file.</exception>
    internal static byte[] Read(string path)
    {
        OwnerOnly.Require(path);
        byte[] bytes = WholeFile.Read(path, MaxBytes);
        char[] pem = System.Text.Encoding.ASCII.GetChars(bytes);
        try
        {
            if (!PemEncoding.TryFind(pem, out PemFields fields) || !pem.AsSpan()[fields.Label].SequenceEqual(Label))
            {
                throw new FormatException($"{path} is no unencrypted PKCS #8 key");
            }

            byte[] key = new byte[fields.DecodedDataLength];
            return Convert.TryFromBase64Chars(pem.AsSpan()[fields.Base64Data], key, out _)
                ? key : throw new FormatException($"{path} is no PEM file");
        }
        finally
        {
            CryptographicOperations.ZeroMemory(bytes);
            Array.Clear(pem);
        }
    }
}
