using System.Collections.Immutable;
using SecureFL.Encoding.Contributions;
using SecureFL.Encoding.Quantization;
using SecureFL.Ring.Randomness;

namespace SecureFL.Aggregation;

/// <summary>
/// A contributing site. One-shot: it fetches plan, invitation and model, sends one contribution, and may go. Not thread-safe.
/// </summary>
public sealed class AggregationClient
{
    private readonly AggregationPlan _plan;
    private readonly SigningIdentity _identity;
    private readonly ContributionJournal _journal;
    private readonly IEntropySource _entropy;
    private JointKeyEpoch? _keyEpoch;

    /// <summary>The next client of a plan whose parties all live in this process (<see cref="AggregationPlan.Create"/>).</summary>
    /// <exception cref="ArgumentException">A plan with parties of its own.</exception>
    public AggregationClient(AggregationPlan plan)
        : this(Embedded(plan, out int index), plan.Digest, plan.Embedded!.Client(index), new InMemoryLedgerStorage(), SystemEntropy.Instance)
    {
    }

    /// <summary>A client at its own site.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="approvedPlan">The digest that the site's people approved; another plan is refused.</param>
    /// <param name="identity">An enrolled client's identity.</param>
    /// <param name="journal">Durable memory of this plan's contributions.</param>
    /// <param name="entropy">Secret randomness.</param>
    /// <exception cref="ProtocolViolationException"><see cref="ViolationCode.WrongPlan"/>, <see cref="ViolationCode.NotEnrolled"/>.</exception>
    public AggregationClient(AggregationPlan plan, Digest approvedPlan, SigningIdentity identity, ILedgerStorage journal, IEntropySource entropy)
    {
        ArgumentNullException.ThrowIfNull(plan);
        ArgumentNullException.ThrowIfNull(identity);
        ArgumentNullException.ThrowIfNull(journal);
        ArgumentNullException.ThrowIfNull(entropy);
        PlanApproval.Require(plan, approvedPlan);
        Index = PlanApproval.IndexOf(identity, plan.Enrolment.Clients, PartyRole.Client);
        _plan = plan;
        _identity = identity;
        _journal = new ContributionJournal(journal, plan);
        _entropy = entropy;
    }

    /// <summary>The client's plan index.</summary>
    public int Index { get; }

    /// <summary>Takes the joint key that rounds are under in the joint-key suite: every key holder must have confirmed it.</summary>
    /// <exception cref="ProtocolViolationException">A confirmation is missing or forged, or another key.</exception>
    public void HandleKeyEpoch(KeyEpochRecord record, JointPublicKeyMessage publicKey)
    {
        ArgumentNullException.ThrowIfNull(record);
        _keyEpoch = JointKeyEpoch.Verify(record, publicKey, _plan);
    }

    /// <summary>The model that the client trains on, after checking the invitation: enough signed entries, one head, a linked chain.</summary>
    /// <exception cref="ProtocolViolationException">A check failed.</exception>
    public ModelVersion HandleInvitation(RoundInvitation invitation)
    {
        ArgumentNullException.ThrowIfNull(invitation);
        RequirePlan(invitation);
        OpeningRules.Require(invitation.Opening, _plan);
        ModelChain.RequireLinked(invitation.Versions, _plan);
        return invitation.Head.Hash == invitation.Opening.Head
            ? invitation.Base
            : throw new ProtocolViolationException(
                ViolationCode.WrongHead, Party.Server, $"head {invitation.Opening.Head.ToShortString()}", invitation.Head.Hash.ToShortString());
    }

    /// <summary>Starts a contribution that streams chunk by chunk.</summary>
    /// <param name="invitation">The round.</param>
    /// <param name="model">Digest of the model that was trained on, computed by the site from the model it received.</param>
    /// <param name="rounding">How values are quantised.</param>
    /// <param name="roundingSeed">Fixes stochastic rounding, for runs that must be repeatable; never keys or errors. Null: drawn.</param>
    /// <exception cref="ProtocolViolationException">
    /// A check failed, the model is not the base version's, or a second contribution in the round or on the model.
    /// </exception>
    public ContributionStream CreateContribution(RoundInvitation invitation, Digest model, Rounding rounding = Rounding.Stochastic, ulong? roundingSeed = null)
    {
        ModelVersion baseVersion = HandleInvitation(invitation);
        if (baseVersion.Model != model)
        {
            throw new ProtocolViolationException(
                ViolationCode.WrongBaseVersion, Party.Server, $"the model {baseVersion.Model.ToShortString()} of the base version", model.ToShortString());
        }

        _journal.Claim(invitation.Opening.Context.Round, model);
        return new ContributionStream(_plan, invitation.Opening, Index, baseVersion.Hash, _identity, _entropy, rounding, roundingSeed, _plan.Embedded?.KeyEpoch ?? _keyEpoch);
    }

    /// <summary>Encrypts one vector whole.</summary>
    /// <param name="invitation">The round.</param>
    /// <param name="vector">The plan's number of values; NaN and infinity are refused.</param>
    /// <param name="counters">The plan's counters, the weight first; none where the plan has none.</param>
    /// <exception cref="ArgumentException">A wrong length, a value that is not finite, a counter beyond its magnitude.</exception>
    /// <exception cref="ProtocolViolationException">As <see cref="CreateContribution"/>.</exception>
    public Contribution Encrypt(RoundInvitation invitation, ReadOnlySpan<float> vector, params ReadOnlySpan<long> counters) =>
        Encrypt(invitation, vector, counters, Rounding.Stochastic, roundingSeed: null);

    /// <summary>Encrypts one vector whole, with the rounding of one's choice.</summary>
    /// <param name="invitation">The round.</param>
    /// <param name="vector">The plan's number of values; NaN and infinity are refused.</param>
    /// <param name="counters">The plan's counters, the weight first; none where the plan has none.</param>
    /// <param name="rounding">How values are quantised.</param>
    /// <param name="roundingSeed">As in <see cref="CreateContribution"/>.</param>
    /// <exception cref="ArgumentException">A wrong length, a value that is not finite, a counter beyond its magnitude.</exception>
    /// <exception cref="ProtocolViolationException">As <see cref="CreateContribution"/>.</exception>
    public Contribution Encrypt(
        RoundInvitation invitation, ReadOnlySpan<float> vector, ReadOnlySpan<long> counters, Rounding rounding, ulong? roundingSeed)
    {
        ArgumentNullException.ThrowIfNull(invitation);
        VectorLayout layout = new(_plan);
        layout.RequireLength(vector);
        int[] integers = layout.SplitCounters(counters);
        float scale = layout.ScaleFor(counters);
        ContributionEncryptor.RequireFinite(vector);
        using ContributionStream stream = CreateContribution(invitation, invitation.Base.Model, rounding, roundingSeed);
        var chunks = ImmutableArray.CreateBuilder<ContributionChunk>(checked((int)_plan.Parameters.ChunkCount));
        float[] scaled = new float[_plan.Parameters.ElementsPerChunk];
        for (long chunk = 0; chunk < _plan.Parameters.ChunkCount; chunk++)
        {
            ReadOnlySpan<float> floats = layout.Floats(chunk, vector);
            chunks.Add(stream.CreateChunk(VectorLayout.Scale(floats, scale, scaled), layout.Integers(chunk, integers)));
        }

        return new Contribution(stream.CreateHeader(), chunks.MoveToImmutable());
    }

    /// <summary>Takes the proof that a former round can never open: its base model is free again, for a new round with fresh keys.</summary>
    /// <exception cref="ProtocolViolationException">Too few deaths, or a forged one.</exception>
    public void HandleRoundDeath(RoundDeathCertificate certificate)
    {
        ArgumentNullException.ThrowIfNull(certificate);
        certificate.Require(_plan);
        _journal.Bury(certificate.Context.Round);
    }

    private static AggregationPlan Embedded(AggregationPlan plan, out int index)
    {
        ArgumentNullException.ThrowIfNull(plan);
        index = plan.Embedded?.TakeClient()
            ?? throw new ArgumentException("this plan's parties have identities of their own; pass this client's identity and journal", nameof(plan));
        return plan;
    }

    private void RequirePlan(RoundInvitation invitation)
    {
        RoundContext context = invitation.Opening.Context;
        if (context != _plan.Context(context.Round))
        {
            throw new ProtocolViolationException(
                context.Plan != _plan.Digest ? ViolationCode.WrongPlan : ViolationCode.WrongSession, Party.Server, _plan.Digest.ToString(), context.Plan.ToString());
        }
    }
}
