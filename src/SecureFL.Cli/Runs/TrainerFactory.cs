using SecureFL.Cli.Trainers;
using SecureFL.Consortium.Plans;
using SecureFL.Consortium.Plans.Descriptions;
using SecureFL.Learning.Data.Datasets;
using SecureFL.Learning.Data.Schemas;
using SecureFL.Learning.Models;
using SecureFL.Learning.Rounds;

namespace SecureFL.Cli.Runs;

/// <summary>The settled terms of a simulation, and the trainer that they or the user name.</summary>
internal static class TrainerFactory
{
    internal static async Task<(ILocalTrainer Trainer, TrainingTerms Terms)> CreateAsync(
        SimulationSettings settings, TableSchema? schema, RawDataset first, CancellationToken cancellationToken)
    {
        DataFacts facts = new(first.Task, first.Width, first.ClassCount, schema);
        if (settings.TrainerCommand is string command)
        {
            Dataset shape = new([], [], first.Width, first.Task, first.ClassCount);
            ExternalTrainer external = await ExternalTrainer.StartAsync(command, shape, settings.Seed,
                settings.TrainerLimit, cancellationToken).ConfigureAwait(false);
            ModelStamp initial = ModelStamp.Of(0, external.CreateInitial(settings.Seed).Values);
            return (external, settings.Description.Settle(facts with { External = (external.Layout, initial.Digest) }));
        }

        TrainingTerms terms = settings.Description.Settle(facts);
        return (terms.CreateBuiltInTrainer()!, terms);
    }
}
