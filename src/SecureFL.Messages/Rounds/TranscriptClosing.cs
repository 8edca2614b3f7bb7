using System.Collections.Immutable;
using SecureFL.Messages.Identity;
using SecureFL.Messages.Primitives;
using SecureFL.Messages.Violations;
using SecureFL.Messages.Wire;

namespace SecureFL.Messages.Rounds;

/// <summary>
/// The end of a transcript: closing statements of max(t, q_a) key holders or more. No set of the plan can be agreed
/// any more, and none was that the transcript lacks.
/// </summary>
public sealed class TranscriptClosing : ProtocolMessage
{
    private TranscriptClosing(RoundContext context, ImmutableArray<ClosingStatement> statements)
    {
        Context = context;
        Statements = statements;
    }

    /// <summary>Plan, session; round 0.</summary>
    public RoundContext Context { get; }

    /// <summary>The statements, holder indices rising.</summary>
    public ImmutableArray<ClosingStatement> Statements { get; }

    /// <inheritdoc/>
    public override MessageType Type => MessageType.TranscriptClosing;

    /// <summary>Puts the statements in order; whether they are enough is the protocol's to say.</summary>
    public static TranscriptClosing Create(RoundContext context, IEnumerable<ClosingStatement> statements) =>
        new(context, [.. statements.OrderBy(statement => statement.Holder)]);

    /// <summary>Parses within the plan's limits.</summary>
    /// <exception cref="ProtocolViolationException">Malformed or of another context.</exception>
    public static TranscriptClosing Parse(ReadOnlySpan<byte> bytes, MessageLimits limits)
    {
        ArgumentNullException.ThrowIfNull(limits);
        CanonicalReader reader = MessageFields.Open(bytes, MessageType.TranscriptClosing, Party.Server);
        RoundContext context = RoundContext.Read(ref reader, limits);
        var statements =
            new ClosingStatement[reader.Count(1, limits.KeyHolders, VerificationKey.SignatureSize, "statements")];
        for (int i = 0; i < statements.Length; i++)
        {
            RoundContext.ReadTypeAndVersion(ref reader, MessageType.ClosingStatement);
            statements[i] = ClosingStatement.Read(ref reader, limits);
        }

        reader.End();
        return new TranscriptClosing(context, [.. statements]);
    }

    private protected override void WriteFields(CanonicalWriter writer)
    {
        Context.Write(writer);
        writer.Count(Statements.Length);
        foreach (ClosingStatement statement in Statements)
        {
            writer.Fixed(statement.Encode());
        }
    }
}
