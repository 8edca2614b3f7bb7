using SecureFL.Aggregation;
using SecureFL.Deployment.Server.Rounds;

namespace SecureFL.Deployment.Server.Hosting;

/// <summary>
/// Moves the engine on: after every change, and now and then because time passes. A failing disk is waited out.
/// </summary>
internal sealed class RoundDriver(RoundEngine engine, ILogger log)
{
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan AfterFailure = TimeSpan.FromSeconds(1);

    public async Task RunAsync(CancellationToken stopping)
    {
        while (!stopping.IsCancellationRequested)
        {
            Task changed = engine.Changed.Next;
            TimeSpan wait = Look;
            try
            {
                if (await engine.StepAsync().ConfigureAwait(false))
                {
                    engine.Report(null);
                    continue;
                }
            }
            catch (IOException fault)
            {
                Log.DiskFails(log, fault);
                engine.Report($"the disk is full or fails: {FaultText.Of(fault)}");
                (changed, wait) = (Task.Delay(AfterFailure, stopping), AfterFailure);
            }

            await Task.WhenAny(changed, Task.Delay(wait, stopping)).ConfigureAwait(false);
        }
    }
}
