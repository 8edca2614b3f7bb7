using System.Collections.Immutable;
using SecureFL.Messages.Primitives;
using SecureFL.Messages.Violations;

namespace SecureFL.Messages.Wire;

/// <summary>Readers for fields that several messages share, each within the limits of the plan.</summary>
internal static class MessageFields
{
    public static CanonicalReader Open(ReadOnlySpan<byte> bytes, MessageType type, Party sender)
    {
        CanonicalReader reader = new(bytes, type.ToString(), sender);
        RoundContext.ReadTypeAndVersion(ref reader, type);
        return reader;
    }

    public static int Holder(ref CanonicalReader reader, MessageLimits limits) =>
        Index(ref reader, limits.KeyHolders, "holder");

    public static int Client(ref CanonicalReader reader, MessageLimits limits) =>
        Index(ref reader, limits.Clients, "client");

    /// <summary>Item number i of a list of all key holders is key holder i's.</summary>
    public static void RequirePosition(ref CanonicalReader reader, int holder, int position)
    {
        if (holder != position)
        {
            throw reader.Refuse(holder < position ? ViolationCode.DuplicateHolder : ViolationCode.NonCanonical,
                "holder", $"{position}", holder);
        }
    }

    /// <summary>A list of rounds, rising, all of them before a given one.</summary>
    public static ImmutableArray<ulong> RisingRounds(ref CanonicalReader reader, ulong before, string field)
    {
        ulong[] rounds = new ulong[reader.Count(0, (int)Math.Min(before, int.MaxValue), sizeof(ulong), field)];
        for (int i = 0; i < rounds.Length; i++)
        {
            rounds[i] = reader.UInt64(field);
            if (rounds[i] >= before || (i > 0 && rounds[i] <= rounds[i - 1]))
            {
                throw reader.Refuse(ViolationCode.NonCanonical, field, $"rising rounds before {before}", rounds[i]);
            }
        }

        return [.. rounds];
    }

    public static void WriteRounds(CanonicalWriter writer, ImmutableArray<ulong> rounds)
    {
        writer.Count(rounds.Length);
        foreach (ulong round in rounds)
        {
            writer.UInt64(round);
        }
    }

    private static int Index(ref CanonicalReader reader, int count, string field)
    {
        uint index = reader.UInt32(field);
        return index < (uint)count ? (int)index
            : throw reader.Refuse(ViolationCode.NotEnrolled, field, $"0 to {count - 1}", index);
    }
}
