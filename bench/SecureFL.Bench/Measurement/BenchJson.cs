using System.Text.Json;

namespace SecureFL.Bench.Measurement;

/// <summary><c>--json FILE</c>: {schema, machine, arms}.</summary>
internal static class BenchJson
{
    private static readonly JsonSerializerOptions Options = new() { PropertyNamingPolicy = JsonNamingPolicy.CamelCase, WriteIndented = true };

    internal static void Write<T>(FileInfo? file, Machine machine, IReadOnlyList<T> arms)
    {
        if (file is not null)
        {
            File.WriteAllText(file.FullName, JsonSerializer.Serialize(new { schema = 1, machine, arms }, Options));
        }
    }
}
