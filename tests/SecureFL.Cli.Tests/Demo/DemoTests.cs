using System.Text.Json;
using SecureFL.Cli.Demo;
using SecureFL.Cli.Tests.Support;
using SecureFL.Testing;

namespace SecureFL.Cli.Tests.Demo;

/// <summary><c>demo</c> as a newcomer starts it, in one process too, and the command that it says comes next.</summary>
public class DemoTests
{
    [Fact]
    public void Demo_runs_every_party_as_a_process_and_leaves_none_behind()
    {
        DirectoryInfo folder = Directory.CreateTempSubdirectory("securefl-test-");
        try
        {
            string json = Path.Combine(folder.FullName, "demo.json");
            (int code, string output, string error) = Securefl.Run("demo", "--json", json, "--output", folder.FullName);
            Assert.True(code == 0, error);
            JsonElement found = JsonDocument.Parse(File.ReadAllText(json)).RootElement;
            Assert.True(found.GetProperty("sumIsExact").GetBoolean());
            Assert.True(found.GetProperty("transcriptVerified").GetBoolean());
            Assert.True(found.GetProperty("processes").GetInt32() >= 8);
            Assert.Equal(output, File.ReadAllText(found.GetProperty("reportPath").GetString()!)
                .ReplaceLineEndings("\n"));
            Assert.Contains("bit for bit", output, StringComparison.Ordinal);
            Assert.Equal(12, output.Split('\n').Count(line => line.Contains('%', StringComparison.Ordinal)));
            Assert.Empty(Processes.Naming(folder.FullName));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    public void Demo_in_one_process_is_exact_verifies_and_its_next_command_works()
    {
        DirectoryInfo folder = Directory.CreateTempSubdirectory("securefl-test-");
        try
        {
            string json = Path.Combine(folder.FullName, "demo.json");
            (int code, string output, string error) =
                Securefl.Run("demo", "--in-process", "--json", json, "--output", folder.FullName);
            Assert.True(code == 0, error);
            JsonElement found = JsonDocument.Parse(File.ReadAllText(json)).RootElement;
            Assert.Equal(
                ["sumIsExact", "transcriptVerified", "processes", "seconds", "reportPath"],
                found.EnumerateObject().Select(property => property.Name));
            Assert.True(found.GetProperty("sumIsExact").GetBoolean());
            Assert.True(found.GetProperty("transcriptVerified").GetBoolean());
            Assert.True(File.Exists(found.GetProperty("reportPath").GetString()));
            Assert.Contains("the same weights, bit for bit", output, StringComparison.Ordinal);
            Assert.Contains("whoever runs it could open any client", output, StringComparison.Ordinal);

            string next = output.Split('\n')
                .Single(line => line.Contains(" simulate --data", StringComparison.Ordinal)).Trim();
            string[] words = next[next.IndexOf("simulate", StringComparison.Ordinal)..].Split(' ');
            Assert.Equal("report.html", words[^1]);
            words[^1] = Path.Combine(folder.FullName, "next.html");
            (code, _, error) = Securefl.Run(
                [.. words, "--rounds", "2", "--output", Path.Combine(folder.FullName, "next")]);
            Assert.True(code == 0, error);
            Assert.True(File.Exists(words[^1]));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    public void File_names_with_blanks_are_quoted() =>
        Assert.EndsWith(
            "simulate --data a.csv --data \"b c.csv\" --label y --test-fraction 0.25 --report report.html",
            HospitalDemo.NextCommand(["a.csv", "b c.csv"], "y"), StringComparison.Ordinal);
}
