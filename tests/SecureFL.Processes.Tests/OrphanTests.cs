using System.Diagnostics;
using SecureFL.Cli.Demo;
using SecureFL.Testing;

namespace SecureFL.Processes.Tests;

/// <summary>Whoever started the parties is killed and cannot clean up: they end by themselves.</summary>
public sealed class OrphanTests
{
    [Fact]
    public async Task Parties_end_with_the_process_that_started_them()
    {
        if (!Directory.Exists("/proc"))
        {
            Assert.Skip("this system has no /proc to count processes with");
        }

        DirectoryInfo folder = Directory.CreateTempSubdirectory("securefl-orphans-");
        try
        {
            ProcessStartInfo start = new("dotnet") { RedirectStandardError = true, RedirectStandardOutput = true };
            foreach (string argument in (string[])[typeof(LocalProcess).Assembly.Location, "demo", "--output",
                folder.FullName])
            {
                start.ArgumentList.Add(argument);
            }

            using Process demo = Process.Start(start)!;
            demo.ErrorDataReceived += (_, _) => { };
            demo.OutputDataReceived += (_, _) => { };
            demo.BeginErrorReadLine();
            demo.BeginOutputReadLine();
            await UntilAsync(() => Testing.Processes.Naming(folder.FullName).Count == 9,
                "the parties have not started");
            demo.Kill(entireProcessTree: false);
            await UntilAsync(() => Testing.Processes.Naming(folder.FullName).Count == 0, "parties are left");
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static async Task UntilAsync(Func<bool> reached, string otherwise)
    {
        long started = TimeProvider.System.GetTimestamp();
        while (!reached())
        {
            Assert.True(TimeProvider.System.GetElapsedTime(started) < TimeSpan.FromMinutes(1), otherwise);
            await Task.Delay(100, TestContext.Current.CancellationToken);
        }
    }
}
