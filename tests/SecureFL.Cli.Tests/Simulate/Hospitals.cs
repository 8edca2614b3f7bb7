using System.Text.Json;
using SecureFL.Cli.Tests.Support;
using SecureFL.Learning.Data.Generated;

namespace SecureFL.Cli.Tests.Simulate;

/// <summary>A folder with the generated hospitals' tables, gone after the test.</summary>
internal sealed class Hospitals : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("securefl-test-");

    public Hospitals(int rows = 80)
    {
        foreach (HospitalProfile profile in HospitalGenerator.Demonstration)
        {
            string path = PathOf(profile.Name.Replace(' ', '-') + ".csv");
            using StreamWriter writer = new(path);
            HospitalGenerator.WriteCsv(HospitalGenerator.Generate(profile with { Rows = rows }, 1), writer);
            Files.Add(path);
        }
    }

    public List<string> Files { get; } = [];

    public string PathOf(string name) => Path.Combine(_folder.FullName, name);

    /// <summary>Runs simulate on the four files with JSON beside them.</summary>
    public (JsonElement Json, string Output, string Error) Simulate(string name, params string[] options)
    {
        string json = PathOf(name + ".json");
        string[] all = ["simulate", .. Files.SelectMany(file => new[] { "--data", file }), "--label", "heart_disease",
            "--test-fraction", "0.25", "--json", json, .. options];
        (int code, string output, string error) = Securefl.Run(all);
        Assert.True(code == 0, $"exit code {code}: {error}");
        return (JsonDocument.Parse(File.ReadAllText(json)).RootElement, output, error);
    }

    public void Dispose() => _folder.Delete(recursive: true);
}
