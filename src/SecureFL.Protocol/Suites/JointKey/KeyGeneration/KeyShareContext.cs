using SecureFL.Messages.Primitives;
using SecureFL.Messages.Wire;
using SecureFL.Protocol.Suites.OneTimeKey;

namespace SecureFL.Protocol.Suites.JointKey.KeyGeneration;

/// <summary>
/// What a sealed key share is bound to: HPKE info = suite, plan; aad = session, epoch, commitments, dealer, recipient,
/// point.
/// </summary>
internal static class KeyShareContext
{
    private const string InfoLabel = "SecureFL/2/key-share";

    public static byte[] Info(RoundContext context)
    {
        CanonicalWriter writer = new();
        writer.Text(InfoLabel);
        writer.Byte((byte)context.Suite);
        writer.Digest(context.Plan);
        return writer.ToArray();
    }

    public static byte[] AssociatedData(RoundContext context, Digest commitments, int dealer, int recipient)
    {
        CanonicalWriter writer = new();
        writer.Fixed(context.Session.ToArray());
        writer.UInt64(context.Round);
        writer.Digest(commitments);
        writer.Count(dealer);
        writer.Count(recipient);
        writer.Count(ShareContext.SharePoint(recipient));
        return writer.ToArray();
    }
}
