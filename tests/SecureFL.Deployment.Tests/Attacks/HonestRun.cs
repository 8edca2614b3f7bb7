using SecureFL.Client.Sources;
using SecureFL.Messages.Primitives;
using SecureFL.Messages.Violations;
using SecureFL.Transport.Contracts;

namespace SecureFL.Deployment.Tests.Attacks;

/// <summary>How a session with a lying server ended.</summary>
public enum Ending
{
    /// <summary>At every client, with the session.</summary>
    Ended,

    /// <summary>A party refused, with a code.</summary>
    Refused,

    /// <summary>A client sat a round out.</summary>
    SatOut,

    /// <summary>The server waits for a contribution that does not come; everybody can still be stopped.</summary>
    StoodStill,
}

/// <summary>
/// What all parties do when the server tells the truth, and what may become of it when it does not: the same
/// contributions or none, the same sums or none, one contribution on a model, the same model at the end.
/// </summary>
internal sealed class HonestRun
{
    private readonly Dictionary<(int Client, ulong Round), Made> _made = [];
    private readonly IReadOnlyDictionary<ulong, (float[] Sum, long[] Counters)> _opened;
    private readonly float[] _model;

    private HonestRun(MaliciousServer server, OneFlip honest)
    {
        foreach ((int client, ulong round, Made made) in MadeBy(server))
        {
            _made.Add((client, round), made);
        }

        _opened = honest.Opened;
        _model = server.Delivered[0]!;
        Said = honest.Said;
    }

    /// <summary>Messages by party and kind.</summary>
    public IReadOnlyDictionary<(Party Party, string Message), int> Said { get; }

    /// <summary>Runs a session in which nobody lies.</summary>
    public static async Task<HonestRun> OfAsync(Func<OneFlip, MaliciousServer> start)
    {
        OneFlip honest = OneFlip.Nothing();
        await using MaliciousServer server = start(honest);
        await server.RunAsync();
        Assert.Empty(server.Refusals);
        Assert.Empty(server.SatOut);
        HonestRun run = new(server, honest);
        run.RequireHarmless(server, honest, Party.Server);
        Assert.All(server.Delivered, model => Assert.NotNull(model));
        return run;
    }

    /// <summary>Runs a session in which one party is lied to, and requires that nothing came of it.</summary>
    /// <exception cref="Exception">It came to harm, or a party died of it.</exception>
    public async Task<Ending> RequireHarmlessAsync(Func<OneFlip, MaliciousServer> start, OneFlip flip, Party victim)
    {
        await using MaliciousServer server = start(flip);
        bool still = false;
        try
        {
            await server.RunAsync();
        }
        catch (TimeoutException)
        {
            still = true;
        }

        RequireHarmless(server, flip, victim);
        Assert.All(server.Refusals, refusal => Assert.True(OneFlip.Concerns(victim, refusal.Party), $"{refusal}"));
        Assert.All(server.SatOut, party => Assert.Equal(victim, party));
        return server.Refusals.Count > 0 ? Ending.Refused : server.SatOut.Count > 0 ? Ending.SatOut
            : still ? Ending.StoodStill : Ending.Ended;
    }

    private static IEnumerable<(int Client, ulong Round, Made Made)> MadeBy(MaliciousServer server) =>
        from client in Enumerable.Range(0, server.Clients.Length)
        from task in server.Clients[client].Tasks
        select (client, task.Key, new Made(task.Value.Kind, task.Value.Head.Digest,
            server.Clients[client].UpdateOf(task.Key), server.Clients[client].CountersOf(task.Key)));

    private void RequireHarmless(MaliciousServer server, OneFlip flip, Party victim)
    {
        foreach ((int client, ulong round, Made made) in MadeBy(server))
        {
            Made honest = Assert.Contains((client, round), _made as IReadOnlyDictionary<(int, ulong), Made>);
            Assert.Equal((honest.Kind, honest.Model), (made.Kind, made.Model));
            Assert.Equal(honest.Update, made.Update);
            Assert.Equal(honest.Counters, made.Counters);
        }

        foreach (WitnessedSource client in server.Clients)
        {
            Assert.Equal(client.Promised.Distinct(), client.Promised);
        }

        foreach ((ulong round, (float[] sum, long[] counters)) in flip.Opened)
        {
            Assert.Equal(_opened[round].Sum, sum);
            Assert.Equal(_opened[round].Counters, counters);
        }

        // What the end of a session is, nobody signs: who is lied to about it has another model, or none.
        foreach (int client in Enumerable.Range(0, server.Clients.Length).Where(i => Party.Client(i) != victim))
        {
            Assert.Equal(_model, server.Delivered[client] ?? _model);
        }
    }

    private sealed record Made(RoundKind Kind, Digest Model, float[] Update, long[] Counters);
}
