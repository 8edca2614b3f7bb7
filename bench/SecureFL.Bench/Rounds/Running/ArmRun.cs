using SecureFL.Bench.Rounds.Arms;
using SecureFL.Bench.Rounds.Metering;

namespace SecureFL.Bench.Rounds.Running;

/// <summary>An arm under measurement: its session and what its rounds cost so far.</summary>
internal sealed class ArmRun : IDisposable
{
    private readonly Lazy<IArmSession> _session;

    internal ArmRun(IRoundArm arm, RoundShape shape)
    {
        Arm = arm;
        Shape = shape;
        _session = new Lazy<IArmSession>(() => arm.CreateSession(shape));
    }

    internal IRoundArm Arm { get; }

    internal RoundShape Shape { get; }

    internal IArmSession Session => _session.Value;

    internal SecurityClaim Security => Session.Security;

    internal string ParameterSet => Session.ParameterSet;

    internal List<RoundSample> Samples { get; } = [];

    /// <summary>Wall seconds of rounds over emulated lines.</summary>
    internal List<double> WanSeconds { get; } = [];

    internal int WanClients { get; set; }

    internal RoleMemory? RoleMemory { get; set; }

    public void Dispose()
    {
        if (_session.IsValueCreated)
        {
            _session.Value.Dispose();
        }
    }
}

/// <summary>
/// Largest resident sets, in bytes, of processes that play one role each, and of one that plays none.
/// </summary>
internal sealed record RoleMemory(long Server, long Client, long? KeyHolder, long Idle);
