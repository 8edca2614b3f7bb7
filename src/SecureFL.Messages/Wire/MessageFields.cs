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

    private static int Index(ref CanonicalReader reader, int count, string field)
    {
        uint index = reader.UInt32(field);
        return index < (uint)count ? (int)index
            : throw reader.Refuse(ViolationCode.NotEnrolled, field, $"0 to {count - 1}", index);
    }
}
