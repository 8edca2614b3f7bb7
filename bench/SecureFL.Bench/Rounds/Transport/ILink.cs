namespace SecureFL.Bench.Rounds.Transport;

/// <summary>The line between one client and the server.</summary>
internal interface ILink : IAsyncDisposable
{
    /// <summary>Port on loopback to which the client connects instead of the server's.</summary>
    int Port { get; }
}

/// <summary>What a line is like.</summary>
/// <param name="MegabitsPerSecond">Each way.</param>
/// <param name="Delay">One way.</param>
/// <param name="Loss">Part of the segments that are lost and sent again, 0 to 1.</param>
internal sealed record LinkSpec(double MegabitsPerSecond, TimeSpan Delay, double Loss);
