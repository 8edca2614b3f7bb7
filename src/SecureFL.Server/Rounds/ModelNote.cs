using SecureFL.Consortium.Courses;
using SecureFL.Consortium.Plans;
using SecureFL.Learning.Rounds;
using SecureFL.Protocol.Plans;
using SecureFL.Transport.Contracts;

namespace SecureFL.Server.Rounds;

/// <summary>
/// What others see of the model, and which clients take part on it. Noted once a round: the digest is a hash over the
/// whole model, and the run changes while a round is opened. Used under the engine's lock.
/// </summary>
internal sealed class ModelNote(AggregationPlan plan, TrainingTerms? terms)
{
    private readonly RoundParticipation _participation = new(terms, plan.Settings);
    private int _mayContribute;

    /// <summary>The version that the next round stands on; null without a model.</summary>
    public ModelStamp? Stamp { get; private set; }

    /// <summary>Whether the next round measures the model.</summary>
    public bool EvaluationDue { get; private set; }

    /// <summary>Notes the model as it is now.</summary>
    public void Take(TrainingCourse? training, IReadOnlyCollection<RoundSummary> recent)
    {
        Stamp = training?.Stamp;
        EvaluationDue = training?.Next == RoundKind.Evaluation;
        HashSet<string> spent = plan.Settings.AllowEarlyResubmission ? [] : SpoiledRound.Spent(recent);
        int left = Eligible(training?.Next ?? RoundKind.Training).Except(spent).Count();
        _mayContribute = Math.Max(left, plan.Settings.MinClients);
    }

    /// <summary>Contributions with which a round closes at once.</summary>
    public int Wanted(RoundKind? kind) =>
        Math.Min(_participation.Wanted(kind ?? RoundKind.Training), _mayContribute);

    /// <summary>Whether a client is drawn for a round.</summary>
    public bool Takes(RoundKind kind, int client) => _participation.Takes(kind, Stamp?.Version ?? 0, client);

    /// <summary>Names of the clients that take part in rounds of a kind.</summary>
    public string[] Eligible(RoundKind kind) =>
        [.. _participation.Of(kind, Stamp?.Version ?? 0).Select(client => plan.Enrolment.Clients[client].Name)];
}
