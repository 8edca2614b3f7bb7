using System.Collections.Immutable;
using SecureFL.Messages.Rounds;

namespace SecureFL.Protocol.Roles;

/// <summary>
/// A whole contribution in memory: chunks and header. Networks stream the chunks instead
/// (<see cref="ContributionStream"/>).
/// </summary>
public sealed class Contribution
{
    internal Contribution(ContributionHeader header, ImmutableArray<ContributionChunk> chunks)
    {
        Header = header;
        Chunks = chunks;
    }

    /// <summary>Statement and share ciphertexts.</summary>
    public ContributionHeader Header { get; }

    /// <summary>The packed chunks in order.</summary>
    public ImmutableArray<ContributionChunk> Chunks { get; }
}
