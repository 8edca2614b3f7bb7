using System.Diagnostics;
using System.Globalization;

namespace SecureFL.Processes.Tests;

/// <summary>
/// A simulation that is told to end while it is still reading files and agreeing on keys ends with the documented code.
/// </summary>
public sealed class EarlySignalTests
{
    [Theory]
    [InlineData("-TERM")]
    [InlineData("-INT")]
    public async Task A_simulation_that_is_told_to_end_early_ends_as_interrupted(string signal)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "signals are for other systems");
        Assert.SkipWhen(
            signal == "-INT" && IgnoresInterrupts(), "this run was started with interrupts ignored, and so is its child");
        string folder = Directory.CreateTempSubdirectory("securefl-signal").FullName;
        try
        {
            // Enough rows that reading takes longer than it takes to send a signal.
            foreach (string site in new[] { "a", "b", "c" })
            {
                File.WriteAllLines(
                    Path.Combine(folder, site + ".csv"),
                    Enumerable.Range(0, 200_000).Select(
                        i => string.Create(CultureInfo.InvariantCulture, $"{i % 97},{i % 89}.5,{i / 3 % 2}"))
                        .Prepend("x,z,y"));
            }

            ProcessStartInfo start = new(
                "dotnet",
                [typeof(Cli.Shell.ExitCode).Assembly.Location, "simulate", "--data", "a.csv", "--data", "b.csv",
                    "--data", "c.csv", "--label", "y", "--rounds", "5000"])
            {
                WorkingDirectory = folder,
                RedirectStandardError = true,
                RedirectStandardOutput = true,
            };
            using Process process = Process.Start(start)!;
            process.OutputDataReceived += (_, _) => { };
            process.BeginOutputReadLine();

            // The runtime's own start takes a tenth of a second; the program watches from its first line on.
            await Task.Delay(TimeSpan.FromSeconds(0.7), TestContext.Current.CancellationToken);
            using (Process kill = Process.Start("kill", [signal, process.Id.ToString(CultureInfo.InvariantCulture)]))
            {
                await kill.WaitForExitAsync(TestContext.Current.CancellationToken);
            }

            string words = await process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken)
                .WaitAsync(TimeSpan.FromSeconds(90), TestContext.Current.CancellationToken);
            await process.WaitForExitAsync(TestContext.Current.CancellationToken);
            Assert.True(process.ExitCode == 130, $"ended with code {process.ExitCode}: {words}");
            Assert.Contains("securefl: interrupted\nhint: run the same command again", words, StringComparison.Ordinal);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    // A job in the background of a shell without job control ignores SIGINT (2), and what is ignored is inherited.
    private static bool IgnoresInterrupts()
    {
        const string Status = "/proc/self/status";
        string? mask = File.Exists(Status)
            ? File.ReadLines(Status).FirstOrDefault(line => line.StartsWith("SigIgn:", StringComparison.Ordinal))
            : null;
        return mask is not null
            && (ulong.Parse(mask.AsSpan("SigIgn:".Length).Trim(), NumberStyles.HexNumber, CultureInfo.InvariantCulture)
                & (1UL << 1)) != 0;
    }
}
