namespace SecureFL.Aggregation;

/// <summary>Readers for fields that several messages share, each within the limits of the plan.</summary>
internal static class MessageLimits
{
    public static CanonicalReader Open(ReadOnlySpan<byte> bytes, MessageType type, Party sender)
    {
        CanonicalReader reader = new(bytes, type.ToString(), sender);
        RoundContext.ReadTypeAndVersion(ref reader, type);
        return reader;
    }

    public static int Holder(ref CanonicalReader reader, AggregationPlan plan) =>
        Index(ref reader, plan.Quorum.KeyHolders, "holder");

    public static int Client(ref CanonicalReader reader, AggregationPlan plan) =>
        Index(ref reader, plan.Enrolment.Clients.Count, "client");

    private static int Index(ref CanonicalReader reader, int count, string field)
    {
        uint index = reader.UInt32(field);
        return index < (uint)count ? (int)index
            : throw reader.Refuse(ViolationCode.NotEnrolled, field, $"0 to {count - 1}", index);
    }
}
