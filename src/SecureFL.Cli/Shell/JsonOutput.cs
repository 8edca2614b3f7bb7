using System.Text.Json;
using SecureFL.Transport.Formats;

namespace SecureFL.Cli.Shell;

/// <summary>
/// <c>--json FILE</c>: what happened, for programs. Numbers are numbers, or null where not finite.
/// Written whole or not at all.
/// </summary>
internal static class JsonOutput
{
    private static readonly JsonSerializerOptions Options = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        WriteIndented = true,
        Converters = { new FiniteDoubles(), new FiniteFloats() },
    };

    internal static void Write<T>(FileInfo? file, T value)
    {
        if (file is null)
        {
            return;
        }

        WholeFile.Write(
            file.FullName,
            stream =>
            {
                JsonSerializer.Serialize(stream, value, Options);
                stream.Write("\n"u8);
            },
            ownerOnly: false);
    }
}
