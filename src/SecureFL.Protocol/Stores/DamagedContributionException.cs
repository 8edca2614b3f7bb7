using System.Globalization;

namespace SecureFL.Protocol.Stores;

/// <summary>
/// The sum of the stored contributions is not the one that the key holders signed: what is stored, or the memory that
/// it was added in, is damaged.
/// </summary>
/// <param name="round">The round.</param>
/// <param name="client">Whose stored chunks have another root than its statement says; null where chunks were added
/// as they came, and are not there any more.</param>
internal sealed class DamagedContributionException(ulong round, int? client) : IOException(
    string.Create(CultureInfo.InvariantCulture, $"the stored contributions of round {round} are damaged: ")
    + (client is { } index
        ? string.Create(CultureInfo.InvariantCulture,
            $"the chunks of client {index} are not those of its statement; restore them from a copy")
        : "their sum is not the one that the key holders signed; start the server again, which adds them anew"))
{
    /// <summary>The round.</summary>
    public ulong Round => round;
}
