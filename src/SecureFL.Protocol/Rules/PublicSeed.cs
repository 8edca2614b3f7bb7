using SecureFL.Messages.Primitives;
using SecureFL.Messages.Rounds;

namespace SecureFL.Protocol.Rules;

/// <summary>
/// The seed of the public polynomials, derived by everyone and received by nobody:
/// H("public-seed", plan digest || session || round || head || opening digest).
/// </summary>
internal static class PublicSeed
{
    public static byte[] Of(RoundOpening opening)
    {
        CanonicalWriter writer = new();
        writer.Digest(opening.Context.Plan);
        writer.Fixed(opening.Context.Session.ToArray());
        writer.UInt64(opening.Context.Round);
        writer.Digest(opening.Head);
        writer.Digest(opening.Hash);
        return DomainHash.Of("public-seed", writer.Written).ToArray();
    }
}
