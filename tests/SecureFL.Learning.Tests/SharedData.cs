using SecureFL.Learning.Data.Csv;
using SecureFL.Learning.Data.Tables;

namespace SecureFL.Learning.Tests;

/// <summary>
/// Real data sets that may lie in a folder shared/data somewhere above the tests; tests that need them skip without it.
/// </summary>
internal static class SharedData
{
    public static string Require(string relative)
    {
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            string candidate = Path.Combine(folder.FullName, "shared", "data", relative);
            if (File.Exists(candidate))
            {
                return candidate;
            }
        }

        Assert.Skip($"shared/data/{relative} is not there");
        return "";
    }

    public static RawTable ReadTable(string relative, CsvReadOptions? options = null)
    {
        using StreamReader reader = new(Require(relative));
        return CsvTableReader.Read(reader, relative, options);
    }
}
