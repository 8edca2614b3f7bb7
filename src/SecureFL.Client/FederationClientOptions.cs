using SecureFL.Consortium.Parties;

namespace SecureFL.Client;

/// <summary>
/// What a hospital is told about itself. Its state folder holds the journal of what was promised, and the outbox of
/// contributions under way. Immutable.
/// </summary>
public sealed record FederationClientOptions : ConsortiumPartyOptions;
