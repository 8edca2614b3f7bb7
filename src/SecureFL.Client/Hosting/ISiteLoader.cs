using SecureFL.Learning.Models;
using SecureFL.Learning.Rounds;

namespace SecureFL.Client.Hosting;

/// <summary>What a hospital brings to a training.</summary>
/// <param name="Rows">Its rows (<see cref="FederationClient.SiteOf"/> makes them of a table).</param>
/// <param name="Trainer">Its own trainer; null for the plan's own model.</param>
public sealed record LocalSite(RawSite Rows, ILocalTrainer? Trainer = null);

/// <summary>A hospital's own part in a hosted client: where its rows come from, and where the model goes.</summary>
public interface ISiteLoader
{
    /// <summary>Loads the rows as the client's plan wants them.</summary>
    /// <param name="client">The client, with its approved plan.</param>
    /// <param name="cancellationToken">The host stops.</param>
    ValueTask<LocalSite> LoadAsync(FederationClient client, CancellationToken cancellationToken);

    /// <summary>Takes the session's model; null where it ended before anybody had trained.</summary>
    /// <param name="end">The session's end.</param>
    /// <param name="model">The model.</param>
    /// <param name="cancellationToken">The host stops.</param>
    ValueTask EndedAsync(SessionEnd end, TrainedModel? model, CancellationToken cancellationToken);
}
