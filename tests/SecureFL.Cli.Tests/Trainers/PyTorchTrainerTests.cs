using System.Diagnostics;
using SecureFL.Cli.Tests.Simulate;

namespace SecureFL.Cli.Tests.Trainers;

/// <summary>The example trainer of docs/examples in real PyTorch, where a Python with torch is there.</summary>
public class PyTorchTrainerTests(ITestOutputHelper output)
{
    [Fact]
    [Trait("Category", "Slow")]
    public void Convolutional_network_learns_digits_encrypted()
    {
        string python = FindPython();
        string script = FindScript();
        string[] options =
        [
            "--data", SharedFiles.Require("optdigits/optdigits.tra"), "--test",
            SharedFiles.Require("optdigits/optdigits.tes"), "--label", "-1", "--sites", "3", "--dirichlet", "1",
            "--trainer", $"{python} \"{script}\"", "--rounds", "3", "--parallel", "2",
        ];
        double accuracy = SharedFiles.Simulate(options, json =>
        {
            Assert.True(json.GetProperty("sumIsExact").GetBoolean());
            Assert.Equal(3823, json.GetProperty("final").GetProperty("perSite").EnumerateArray()
                .Sum(site => site.GetProperty("samples").GetInt32()));
            return json.GetProperty("final").GetProperty("testAccuracy").GetDouble();
        });
        output.WriteLine($"accuracy {accuracy:f4} after three rounds");
        Assert.True(accuracy > 0.85, $"{accuracy:f4}");
    }

    private static string FindPython()
    {
        foreach (string candidate in new[] { "python3", "/usr/bin/python3" })
        {
            try
            {
                using Process process = Process.Start(
                    new ProcessStartInfo(candidate, ["-c", "import torch"]) { RedirectStandardError = true })!;
                process.StandardError.ReadToEnd();
                process.WaitForExit();
                if (process.ExitCode == 0)
                {
                    return candidate;
                }
            }
            catch (System.ComponentModel.Win32Exception)
            {
                // Not installed under this name.
            }
        }

        Assert.Skip("no Python with torch is there (Debian: python3-torch)");
        return "";
    }

    private static string FindScript()
    {
        const string Relative = "docs/examples/pytorch-trainer/train.py";
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            string candidate = Path.Combine(folder.FullName, Relative);
            if (File.Exists(candidate))
            {
                return candidate;
            }
        }

        throw new FileNotFoundException($"{Relative} is not above the tests");
    }
}
