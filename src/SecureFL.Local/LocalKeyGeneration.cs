using SecureFL.Messages.Violations;
using SecureFL.Protocol.Models;
using SecureFL.Protocol.Plans;
using SecureFL.Protocol.Roles;
using SecureFL.Protocol.Suites.JointKey.KeyGeneration;
using SecureFL.Protocol.Suites.JointKey.Sessions;

namespace SecureFL.Local;

/// <summary>
/// A key generation among key holders of one process, through the very messages that travel in production.
/// </summary>
public static class LocalKeyGeneration
{
    /// <summary>Runs one key epoch; every holder then uses its key.</summary>
    /// <param name="plan">A plan of the joint-key suite.</param>
    /// <param name="holders">All key holders, by plan index, their ledgers confirmed.</param>
    /// <param name="epoch">The epoch, greater than any before.</param>
    /// <exception cref="ProtocolViolationException">A holder refuses: the exception says whom and why.</exception>
    /// <exception cref="InvalidOperationException">A plan of another suite.</exception>
    public static JointKeyEpoch Run(AggregationPlan plan, IReadOnlyList<KeyHolder> holders, ulong epoch)
    {
        ArgumentNullException.ThrowIfNull(plan);
        ArgumentNullException.ThrowIfNull(holders);
        using LocalPump pump = new(plan, new ModelChain(plan), holders, new LocalExchange());
        pump.Session.Suite.Apply([JointKeyDesk.From(epoch)]);
        pump.Prepare();
        pump.Run();
        return pump.KeyEpoch ?? throw new InvalidOperationException("the plan's suite has no joint key");
    }
}
