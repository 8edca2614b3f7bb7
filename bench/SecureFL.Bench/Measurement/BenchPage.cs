using SecureFL.Transport.Formats;

namespace SecureFL.Bench.Measurement;

/// <summary><c>--report FILE</c>: a page, there whole or not at all.</summary>
internal static class BenchPage
{
    internal static void Write(FileInfo file, string html)
    {
        file.Directory?.Create();
        WholeFile.Write(file.FullName, stream => stream.Write(System.Text.Encoding.UTF8.GetBytes(html)),
            ownerOnly: false);
    }
}
