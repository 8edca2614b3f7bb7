using SecureFL.Messages.Primitives;
using SecureFL.Messages.Wire;

namespace SecureFL.Protocol.Suites.OneTimeKey;

/// <summary>
/// What a share is bound to: HPKE info = suite, plan; aad = session, round, opening, client, holder, share index,
/// ciphertext root.
/// </summary>
internal static class ShareContext
{
    private const string InfoLabel = "SecureFL/2/share";

    public static byte[] Info(RoundContext context)
    {
        CanonicalWriter writer = new();
        writer.Text(InfoLabel);
        writer.Byte((byte)context.Suite);
        writer.Digest(context.Plan);
        return writer.ToArray();
    }

    public static byte[] AssociatedData(RoundContext context, Digest opening, int client, int holder, Digest root)
    {
        CanonicalWriter writer = new();
        writer.Fixed(context.Session.ToArray());
        writer.UInt64(context.Round);
        writer.Digest(opening);
        writer.Count(client);
        writer.Count(holder);
        writer.Count(SharePoint(holder));
        writer.Digest(root);
        return writer.ToArray();
    }

    /// <summary>The point of a holder's share: its plan index plus one.</summary>
    public static int SharePoint(int holder) => holder + 1;
}
