using SecureFL.Cli.Demo;

namespace SecureFL.Processes.Tests;

/// <summary>Waits for processes, and says what they said last where they do not do what they should.</summary>
internal static class Waiting
{
    /// <summary>Returns when all clients have ended well.</summary>
    public static async Task ForClientsAsync(Federation federation, TimeSpan most, Func<Task>? meanwhile = null)
    {
        long started = TimeProvider.System.GetTimestamp();
        while (federation.Parties.Clients.Any(client => client.ExitCode != 0))
        {
            LocalProcess? failed = federation.Parties.All.FirstOrDefault(process => process.ExitCode is not null and not 0);
            Assert.True(failed is null, $"{failed?.Name} ended with code {failed?.ExitCode}\n{federation.LastWords()}");
            Assert.True(TimeProvider.System.GetElapsedTime(started) < most, $"the clients have not ended after {most}\n{federation.LastWords()}");
            await (meanwhile?.Invoke() ?? Task.Delay(100, TestContext.Current.CancellationToken));
        }
    }
}
