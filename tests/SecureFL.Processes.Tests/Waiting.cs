using Grpc.Core;
using SecureFL.Cli.Demo;
using SecureFL.Transport.Calls;
using SecureFL.Transport.Connections;
using SecureFL.Transport.Contracts;

namespace SecureFL.Processes.Tests;

/// <summary>Waits for processes, and says what they said last where they do not do what they should.</summary>
internal static class Waiting
{
    private static readonly TimeSpan Most = TimeSpan.FromMinutes(2);

    /// <summary>Runs a process to its end.</summary>
    /// <returns>Its exit code and its last words.</returns>
    public static async Task<(int Code, string Words)> ForAsync(LocalProcess process)
    {
        process.Start();
        return await ForEndAsync(process);
    }

    /// <summary>Waits for the end of a process that runs.</summary>
    /// <returns>Its exit code and its last words.</returns>
    public static async Task<(int Code, string Words)> ForEndAsync(LocalProcess process)
    {
        try
        {
            await process.WaitAsync(TestContext.Current.CancellationToken)
                .WaitAsync(Most, TestContext.Current.CancellationToken);
        }
        catch (TimeoutException)
        {
            Assert.Fail($"{process.Name} has not ended after {Most}: {process.LastWords(12)}");
        }

        return (process.ExitCode!.Value, process.LastWords(8));
    }

    /// <summary>Returns when something has come about.</summary>
    public static async Task UntilAsync(Func<bool> reached, Federation federation)
    {
        long started = TimeProvider.System.GetTimestamp();
        while (!reached())
        {
            Assert.True(TimeProvider.System.GetElapsedTime(started) < Most, federation.LastWords());
            await Task.Delay(100, TestContext.Current.CancellationToken);
        }
    }

    /// <summary>Returns when the server's status is as asked for.</summary>
    public static async Task<StatusReply> ForStatusAsync(Federation federation, Func<StatusReply, bool> reached)
    {
        using ServerLink link = federation.Parties.Operate();
        long started = TimeProvider.System.GetTimestamp();
        while (true)
        {
            StatusReply? status = null;
            try
            {
                status = await link.GetStatusAsync(TestContext.Current.CancellationToken);
            }
            catch (GrpcException fault) when (fault.StatusCode == StatusCode.Unavailable)
            {
                // It is starting.
            }

            if (status is not null && reached(status))
            {
                return status;
            }

            Assert.True(TimeProvider.System.GetElapsedTime(started) < Most,
                $"the server is at {status?.Current}\n{federation.LastWords()}");
            await Task.Delay(50, TestContext.Current.CancellationToken);
        }
    }

    /// <summary>Returns when all clients have ended well.</summary>
    public static async Task ForClientsAsync(Federation federation, TimeSpan most, Func<Task>? meanwhile = null)
    {
        long started = TimeProvider.System.GetTimestamp();
        while (federation.Parties.Clients.Any(client => client.ExitCode != 0))
        {
            LocalProcess? failed = federation.Parties.All
                .FirstOrDefault(process => process.ExitCode is not null and not 0);
            Assert.True(failed is null, $"{failed?.Name} ended with code {failed?.ExitCode}\n{federation.LastWords()}");
            Assert.True(TimeProvider.System.GetElapsedTime(started) < most,
                $"the clients have not ended after {most}\n{federation.LastWords()}");
            await (meanwhile?.Invoke() ?? Task.Delay(100, TestContext.Current.CancellationToken));
        }
    }
}
