using SecureFL.Consortium.Plans;
using SecureFL.Server.State;
using SecureFL.Server.Uploads;

namespace SecureFL.Server.Rounds;

/// <summary>How the engine keeps its files and starts.</summary>
internal sealed record EngineOptions
{
    /// <summary>Whether chunks of decided rounds stay for audits of the sums.</summary>
    public bool KeepCiphertexts { get; init; }

    /// <summary>Whether a new session's rounds start without an operator.</summary>
    public bool StartRounds { get; init; }

    /// <summary>The tensors of plain sums; null where they have no names.</summary>
    public SumTerms? Sums { get; init; }

    /// <summary>Where the server departs from the protocol: nowhere.</summary>
    public ITampering Tampering { get; init; } = ITampering.None;

    /// <summary>Opens the chunk store of a round; tests put a failing one here.</summary>
    public Func<ServerFolder, Func<ulong, UploadStore>> OpenStore { get; init; } =
        folder => round => new UploadStore(folder.Round(round));
}
