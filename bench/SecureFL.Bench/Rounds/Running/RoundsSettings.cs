using SecureFL.Bench.Rounds.Arms;
using SecureFL.Bench.Rounds.Transport;

namespace SecureFL.Bench.Rounds.Running;

/// <summary>What the user asked for.</summary>
internal sealed record RoundsSettings
{
    public required string Model { get; init; }

    public required RoundShape Shape { get; init; }

    public required IReadOnlyList<IRoundArm> Arms { get; init; }

    /// <summary>Measured rounds of each arm.</summary>
    public int Repeat { get; init; } = 3;

    /// <summary>Whether small rounds of each arm come first, until the runtime compiles nothing any more.</summary>
    public bool CompileFirst { get; init; } = true;

    /// <summary>Whole rounds of each arm before, not measured.</summary>
    public int WarmUp { get; init; } = 1;

    /// <summary>Clients at work at the same time, each with its input in memory.</summary>
    public int Threads { get; init; } = 1;

    public ulong Seed { get; init; } = 1;

    /// <summary>gRPC over TLS on loopback, or in process.</summary>
    public bool OverGrpc { get; init; } = true;

    /// <summary>The emulated line of every client; null for no rounds over it.</summary>
    public LinkSpec? Link { get; init; } = new(100, TimeSpan.FromMilliseconds(20), 0);

    /// <summary>Most clients that send at once over emulated lines.</summary>
    public int LinkClients { get; init; } = 10;

    /// <summary>Rounds over emulated lines.</summary>
    public int LinkRepeat { get; init; } = 1;

    /// <summary>Runs every arm at full size, whatever its limits.</summary>
    public bool Insist { get; init; }

    /// <summary>
    /// Whether a child process is started for every role of every arm to see what it holds in memory.
    /// </summary>
    public bool RoleMemory { get; init; } = true;

    public RoundShape ShapeOf(IRoundArm arm) => Insist
        ? Shape
        : Shape with
        {
            Parameters = Math.Min(Shape.Parameters, arm.MostParameters),
            Clients = Math.Min(Shape.Clients, arm.MostClients)
        };
}
