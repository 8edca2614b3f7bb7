using SecureFL.Learning.Rounds;
using SecureFL.Protocol.Plans;
using SecureFL.Transport.Contracts;

namespace SecureFL.Consortium.Plans;

/// <summary>
/// Who takes part in a round, and how many contributions close it: a function of terms, plan and model version that
/// every party computes alike. Thread-safe.
/// </summary>
internal sealed class RoundParticipation(TrainingTerms? terms, PlanSettings plan)
{
    private int Clients => plan.Enrolment.Clients.Count;

    /// <summary>The clients of a round, ascending: all of them, or those that are drawn for a training round.</summary>
    internal int[] Of(RoundKind kind, int modelVersion) => kind == RoundKind.Training && terms is { SitesPerRound: > 0 }
        ? ClientSampling.Choose(Clients, terms.SitesPerRound, terms.Seed, SiteWork.TaskOf(modelVersion))
        : [.. Enumerable.Range(0, Clients)];

    /// <summary>Whether a client is among them.</summary>
    internal bool Takes(RoundKind kind, int modelVersion, int client) =>
        kind != RoundKind.Training || terms is not { SitesPerRound: > 0 } || Of(kind, modelVersion).Contains(client);

    /// <summary>Contributions that close a round of this kind.</summary>
    internal int Wanted(RoundKind kind)
    {
        int most = plan.GroupSize == 0 ? Math.Min(Clients, plan.Parameters.MaxClients) : Clients;
        return kind == RoundKind.Training && terms?.Asynchronous is { } pace ? pace.Arrivals
            : kind == RoundKind.Training && terms is { SitesPerRound: > 0 }
            ? Least(terms.SitesPerRound, terms.Rounds.Contributions)
            : Least(most, terms?.Rounds.Contributions ?? 0);
    }

    private static int Least(int all, int contributions) => contributions > 0 ? Math.Min(all, contributions) : all;
}
