using SecureFL.Messages.Primitives;
using SecureFL.Messages.Wire;

namespace SecureFL.Messages.Rounds;

/// <summary>
/// What a round computes, the same for everyone in it: the key holders sign its digest in their entries, the opening
/// states it, and every contribution is signed over the opening. Only one task is ever opened on a head.
/// </summary>
/// <param name="Kind">What clients compute.</param>
/// <param name="Step">
/// Training and evaluation: model updates before it; preparation: steps of the preparation before it; plain sums: 0.
/// </param>
public readonly record struct RoundTask(TaskKind Kind, ulong Step)
{
    /// <summary>
    /// The task digest: H("task", plan digest || session || u8 kind || u64 step || head). It does not depend on the
    /// round: a round that died and is done again has the same.
    /// </summary>
    /// <param name="context">The round.</param>
    /// <param name="head">Hash of the newest model version.</param>
    public Digest DigestOn(RoundContext context, Digest head)
    {
        CanonicalWriter writer = new();
        writer.Digest(context.Plan);
        writer.Fixed(context.Session.ToArray());
        Write(writer);
        writer.Digest(head);
        return DomainHash.Of("task", writer.Written);
    }

    /// <inheritdoc/>
    public override string ToString() => Kind == TaskKind.Sum && Step == 0 ? "a sum of vectors"
        : $"{Kind.ToString().ToLowerInvariant()} at step {Step}";

    internal void Write(CanonicalWriter writer)
    {
        writer.Byte((byte)Kind);
        writer.UInt64(Step);
    }

    internal static RoundTask Read(ref CanonicalReader reader)
    {
        byte kind = reader.Byte("kind");
        if (!Enum.IsDefined((TaskKind)kind))
        {
            throw reader.Refuse(Violations.ViolationCode.OutOfRange, "kind", "a kind of task, 0 to 3", kind);
        }

        return new RoundTask((TaskKind)kind, reader.UInt64("step"));
    }
}
