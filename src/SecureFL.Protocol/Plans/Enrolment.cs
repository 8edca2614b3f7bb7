using SecureFL.Messages.Identity;
using SecureFL.Messages.Primitives;
using SecureFL.Messages.Violations;
using SecureFL.Messages.Wire;

namespace SecureFL.Protocol.Plans;

/// <summary>A site or key holder of a plan.</summary>
/// <param name="Name">A name for people, 1 to 64 UTF-8 bytes, unique in its list.</param>
/// <param name="Key">The key that signs its messages, unique in its list.</param>
public sealed record EnrolledParty(string Name, VerificationKey Key);

/// <summary>Who takes part, by index: the position in a list is the party's index in every message.</summary>
/// <param name="Authority">Signs the plan; anyone but the server.</param>
/// <param name="Server">Signs proposals, model versions and the transcript.</param>
/// <param name="Clients">The sites, n_min to 2^16 of them.</param>
/// <param name="KeyHolders">The key holders; the index plus one is the point of the holder's Shamir share.</param>
public sealed record Enrolment(
    VerificationKey Authority, VerificationKey Server, IReadOnlyList<EnrolledParty> Clients,
    IReadOnlyList<EnrolledParty> KeyHolders)
{
    /// <summary>Whether a site and a key holder share a key or a name.</summary>
    public bool SitesHoldKeys => Clients.Any(c => KeyHolders.Any(h => h.Key.Equals(c.Key) || h.Name == c.Name));

    internal void Write(CanonicalWriter writer)
    {
        writer.Fixed(Authority.Point);
        writer.Fixed(Server.Point);
        WriteParties(writer, Clients);
        WriteParties(writer, KeyHolders);
    }

    internal static Enrolment Read(ref CanonicalReader reader)
    {
        VerificationKey authority = VerificationKey.Parse(reader.Fixed(VerificationKey.Size, "authority"),
            Party.Authority);
        VerificationKey server = VerificationKey.Parse(reader.Fixed(VerificationKey.Size, "server"), Party.Server);
        EnrolledParty[] clients = ReadParties(ref reader, ProtocolLimits.MaxClients, PartyRole.Client, "clients");
        EnrolledParty[] holders = ReadParties(ref reader, ProtocolLimits.MaxKeyHolders, PartyRole.KeyHolder,
            "keyHolders");
        return new Enrolment(authority, server, clients, holders);
    }

    private static void WriteParties(CanonicalWriter writer, IReadOnlyList<EnrolledParty> parties)
    {
        writer.Count(parties.Count);
        foreach (EnrolledParty party in parties)
        {
            writer.Text(party.Name);
            writer.Fixed(party.Key.Point);
        }
    }

    private static EnrolledParty[] ReadParties(ref CanonicalReader reader, int maximum, PartyRole role, string field)
    {
        EnrolledParty[] parties = new EnrolledParty[reader.Count(1, maximum, 5 + VerificationKey.Size, field)];
        for (int i = 0; i < parties.Length; i++)
        {
            string name = reader.Text(ProtocolLimits.MaxNameBytes, field);
            parties[i] = new EnrolledParty(name,
                VerificationKey.Parse(reader.Fixed(VerificationKey.Size, field), new Party(role, i)));
        }

        return parties;
    }
}
