using System.Text.Json;
using SecureFL.Cli.Tests.Support;

namespace SecureFL.Cli.Tests.Simulate;

/// <summary>
/// Runs on real data sets that may lie in a folder shared/data somewhere above the tests; tests that need them skip
/// without it.
/// </summary>
internal static class SharedFiles
{
    public static readonly string[] HeartDisease =
        ["--label", "label", "--site-column", "centre_name", "--split-column", "split", "--ignore", "centre,raw_row0",
            "--normalize", "site", "--model", "logistic", "--optimizer", "sgd"];

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

    /// <summary>The digits over ten sites, Dirichlet(0.3).</summary>
    public static string[] Digits(ulong seed) =>
    [
        "--data", Require("optdigits/optdigits.tra"), "--test", Require("optdigits/optdigits.tes"), "--label", "-1",
        "--sites", "10", "--dirichlet", "0.3", "--normalize", "none",
        "--model", "mlp", "--seed", $"{seed}", "--parallel", "2",
    ];

    /// <summary>
    /// Runs simulate in a folder that is gone afterwards; <paramref name="read"/> sees the JSON while it is there.
    /// </summary>
    public static T Simulate<T>(IEnumerable<string> options, Func<JsonElement, T> read)
    {
        DirectoryInfo folder = Directory.CreateTempSubdirectory("securefl-test-");
        try
        {
            string json = Path.Combine(folder.FullName, "run.json");
            (int code, _, string error) = Securefl.Run(["simulate", .. options, "--json", json]);
            Assert.True(code == 0, $"exit code {code}: {error}");
            using JsonDocument document = JsonDocument.Parse(File.ReadAllText(json));
            return read(document.RootElement);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}
