using SecureFL.Federated.Models;
using SecureFL.Federated.Rounds;

namespace SecureFL.Cli.Simulate;

/// <summary>
/// Chooses the clip by a trial of the first round: twice the largest element that any site's weighted update has, rounded up to a power of two. Only a
/// simulation can look at all sites' updates; a real plan declares its clip, and this is a way to find it.
/// </summary>
internal static class ClipChoice
{
    internal static async Task<float> ChooseAsync(
        SimulationSettings settings, IReadOnlyList<FederatedSite> sites, ILocalTrainer trainer, CancellationToken cancellationToken)
    {
        FederationOptions options = settings.Federation;
        ModelParameters initial = trainer.CreateInitial(options.Seed);
        double mean = sites.Average(site => (double)site.Train.Count);
        float[][] updates = new float[sites.Count][];
        await Parallel.ForEachAsync(
            Enumerable.Range(0, sites.Count),
            new ParallelOptions { MaxDegreeOfParallelism = options.Parallelism, CancellationToken = cancellationToken },
            async (i, token) =>
            {
                LocalTrainingRequest request = new()
                {
                    Global = initial,
                    Train = sites[i].Train,
                    Site = sites[i].Name,
                    SiteIndex = i,
                    Round = 1,
                    Seed = options.Seed,
                };
                LocalTrainingResult result = await trainer.TrainAsync(request, token).ConfigureAwait(false);
                float factor = options.Weighting == Weighting.Equal ? 1f : (float)(result.Samples / mean);
                updates[i] = [.. result.Weights.Zip(initial.Values, (after, before) => (after - before) * factor)];
            }).ConfigureAwait(false);
        return UpdateClip.Suggest(updates);
    }
}
