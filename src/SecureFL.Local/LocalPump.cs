using SecureFL.Protocol.Models;
using SecureFL.Protocol.Plans;
using SecureFL.Protocol.Roles;
using SecureFL.Protocol.Sessions;
using SecureFL.Protocol.Suites.JointKey.KeyGeneration;
using SecureFL.Protocol.Suites.JointKey.Sessions;

namespace SecureFL.Local;

/// <summary>
/// The session of a server and key holders that live in one process: whatever is due goes to its holder, and the answer
/// back, until nothing is due. A refusal ends it: the exception says whose and why. Not thread-safe.
/// </summary>
internal sealed class LocalPump : IDisposable
{
    private readonly (KeyHolder Holder, HolderStream Stream)[] _parties;
    private readonly LocalExchange _exchange;

    public LocalPump(AggregationPlan plan, ModelChain chain, IEnumerable<KeyHolder> holders, LocalExchange exchange)
    {
        _exchange = exchange;
        Session = new ServerSession(plan, chain, (_, _) => { });
        _parties = [.. holders.Select(holder => (holder, new HolderStream(holder.Index, known: 0)))];
        foreach ((_, HolderStream stream) in _parties)
        {
            Session.Ledgers.Attend(stream);
        }
    }

    /// <summary>Who is owed what.</summary>
    public ServerSession Session { get; }

    /// <summary>The joint key in use; null without one.</summary>
    public JointKeyEpoch? KeyEpoch => (Session.Suite as JointKeySession)?.Epoch;

    /// <summary>Every holder sees every other's ledger.</summary>
    public void ConfirmLedgers()
    {
        foreach ((KeyHolder holder, HolderStream stream) in _parties)
        {
            Session.Ledgers.HandleRequest(stream, holder.CreateLedgerHeadRequest().Encode());
        }

        Run();
    }

    /// <summary>Does what the suite needs before the next round.</summary>
    public void Prepare()
    {
        while (!Session.Suite.IsReady)
        {
            if (Session.Suite.Next(TimeSpan.Zero) is { } step)
            {
                Session.Suite.Apply(step.Values);
            }
            else if (!Run())
            {
                throw new InvalidOperationException("the suite waits for key holders to whom nothing is due");
            }
        }
    }

    /// <summary>Moves everything that is due.</summary>
    /// <returns>Whether there was anything.</returns>
    public bool Run()
    {
        bool any = false;
        bool more;
        do
        {
            more = false;
            foreach ((KeyHolder holder, HolderStream stream) in _parties)
            {
                while (Session.Take(stream, TimeSpan.Zero) is { Count: > 0 } tasks)
                {
                    foreach (SentTask task in tasks)
                    {
                        byte[] answer = _exchange.Answer(holder, task.Message);
                        _exchange.Take(holder, task.Message, answer, () => Session.Handle(stream, task.Id, answer));
                    }

                    any = more = true;
                }
            }
        }
        while (more);
        return any;
    }

    public void Dispose() => Session.Dispose();
}
