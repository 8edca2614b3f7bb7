using SecureFL.Bench.Rounds.Arms;
using SecureFL.Bench.Rounds.Metering;

namespace SecureFL.Bench.Rounds.Roles;

/// <summary>Who a process is.</summary>
internal enum Role
{
    /// <summary>Nobody: what the runtime takes.</summary>
    None,

    /// <summary>One client with its vector.</summary>
    Client,

    /// <summary>The server of a whole round.</summary>
    Server,

    /// <summary>All key holders of a whole round together: more than one of them.</summary>
    KeyHolders,
}

/// <summary>
/// Plays one role and hardly anything else. Other roles' messages are made when they are needed and dropped.
/// </summary>
internal static class RolePlay
{
    private const int FewParameters = 1000;

    internal static long Play(IRoundArm arm, RoundShape shape, Role role)
    {
        switch (role)
        {
            case Role.Client:
                Contribute(arm, shape);
                break;
            case Role.Server:
                Round(arm, shape);
                break;
            case Role.KeyHolders:
                // Nothing but the ring and the number of clients decides: a short vector keeps the other roles small.
                Round(arm, shape with { Parameters = Math.Min(FewParameters, shape.Parameters) });
                break;
            case Role.None:
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(role));
        }

        return PeakMemory.Bytes();
    }

    private static void Contribute(IRoundArm arm, RoundShape shape)
    {
        StageMeter meter = new();
        using IArmSession session = arm.CreateSession(shape);
        using IArmRound round = session.OpenRound(meter);
        float[] vector = new float[shape.Parameters];
        Array.Fill(vector, shape.Clip / 2);
        foreach (ReadOnlyMemory<byte> message in round.Contribute(0, vector, meter))
        {
            _ = message.Length;
        }
    }

    private static void Round(IRoundArm arm, RoundShape shape)
    {
        StageMeter meter = new();
        using IArmSession session = arm.CreateSession(shape);
        using IArmRound round = session.OpenRound(meter);
        // Never written to: the kernel maps one shared page of zeros, so the clients' vectors take no memory here.
        float[] zeros = new float[shape.Parameters];
        for (int client = 0; client < shape.Clients; client++)
        {
            foreach (ReadOnlyMemory<byte> message in round.Contribute(client, zeros, meter))
            {
                round.Receive(client, message, meter);
            }
        }

        round.Open(meter);
        if (round.Means.Span.ContainsAnyExceptInRange(-1e-4f, 1e-4f))
        {
            throw new InvalidOperationException("zeros did not add up to zeros");
        }
    }
}
