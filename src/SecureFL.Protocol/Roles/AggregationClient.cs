using System.Collections.Immutable;
using SecureFL.Messages.Identity;
using SecureFL.Messages.Primitives;
using SecureFL.Messages.Rounds;
using SecureFL.Messages.Violations;
using SecureFL.Messages.Wire;
using SecureFL.Protocol.Ledgers;
using SecureFL.Protocol.Models;
using SecureFL.Protocol.Plans;
using SecureFL.Protocol.Rules;
using SecureFL.Protocol.Stores;
using SecureFL.Protocol.Suites;
using SecureFL.Protocol.Summation;
using SecureFL.Ring.Randomness;
using SecureFL.Rlwe.Quantization;
using SecureFL.Seal.Serialization;

namespace SecureFL.Protocol.Roles;

/// <summary>
/// A contributing site. One-shot: it fetches plan, invitation and model, sends one contribution, and may go. Not
/// thread-safe.
/// </summary>
public sealed class AggregationClient
{
    private readonly AggregationPlan _plan;
    private readonly SigningIdentity _identity;
    private readonly ContributionJournal _journal;
    private readonly IEntropySource _entropy;

    /// <summary>A client at its own site.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="approvedPlan">The digest that the site's people approved; another plan is refused.</param>
    /// <param name="identity">An enrolled client's identity.</param>
    /// <param name="journal">Durable memory of this plan's contributions.</param>
    /// <param name="entropy">Secret randomness.</param>
    /// <exception cref="ProtocolViolationException"><see cref="ViolationCode.WrongPlan"/>,
    /// <see cref="ViolationCode.NotEnrolled"/>.</exception>
    public AggregationClient(AggregationPlan plan, Digest approvedPlan, SigningIdentity identity,
        ILedgerStorage journal, IEntropySource entropy)
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
        Suite = ISuite.Of(plan).CreateClient(plan);
    }

    /// <summary>The client's plan index.</summary>
    public int Index { get; }

    /// <summary>What the client does in its plan's suite alone.</summary>
    internal ISuiteClient Suite { get; }

    /// <summary>
    /// The model that the client trains on, after checking the invitation: enough signed entries, one head, a linked
    /// chain.
    /// </summary>
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
                ViolationCode.WrongHead, Party.Server, $"head {invitation.Opening.Head.ToShortString()}",
                invitation.Head.Hash.ToShortString());
    }

    /// <summary>The client's contribution to a round as its journal knows it; null if it made none.</summary>
    public ContributionClaim? ClaimOf(ulong round) => _journal.ClaimOf(round);

    /// <summary>
    /// Former rounds that forbid a contribution on this model: the client contributed to them on it, and has no proof
    /// that they will never open (<see cref="HandleRoundDeath"/>). Empty where the plan permits early resubmission.
    /// </summary>
    public IReadOnlyList<ulong> RoundsInTheWay(Digest model) => _journal.RoundsInTheWay(model);

    /// <summary>
    /// As <see cref="RoundsInTheWay(Digest)"/>, with the former rounds whose task this one repeats: in asynchronous
    /// rounds a former contribution to it may stand on another model.
    /// </summary>
    public IReadOnlyList<ulong> RoundsInTheWay(Digest model, RoundTask task) => _journal.RoundsInTheWay(model, task);

    /// <summary>
    /// Prepares a contribution without recording anything: its chunks and header must not leave the site, and may be
    /// thrown away, before
    /// <see cref="CommitContribution"/> has returned. A client that keeps them durably until the round is decided can
    /// stop at any moment and go on.
    /// </summary>
    /// <param name="invitation">The round.</param>
    /// <param name="model">Digest of the model that was trained on, computed by the site from the model it
    /// received.</param>
    /// <param name="rounding">How values are quantised.</param>
    /// <param name="roundingSeed">Fixes stochastic rounding, for runs that must be repeatable; never keys or errors.
    /// Null: drawn.</param>
    /// <param name="task">What the site has computed, by its own knowledge of the terms; a plain sum by default. An
    /// invitation to another task is refused.</param>
    /// <exception cref="ProtocolViolationException">
    /// A check failed, another task (<see cref="ViolationCode.WrongTask"/>), the model is not the base version's, or a
    /// second contribution in the round or on the model.
    /// </exception>
    public ContributionStream PrepareContribution(RoundInvitation invitation, Digest model,
        Rounding rounding = Rounding.Stochastic, ulong? roundingSeed = null, RoundTask task = default)
    {
        ModelVersion baseVersion = RequireBase(invitation, model, task);
        _journal.RequireFree(invitation.Opening.Context.Round, model, task);
        return Start(invitation, baseVersion, rounding, roundingSeed);
    }

    /// <summary>
    /// Records durably that this contribution, and no other, is the one for its round; once it has returned, the first
    /// byte may leave. From then on the round and the model are used up, whether the contribution still exists or not.
    /// </summary>
    /// <param name="invitation">The round that the contribution was prepared for.</param>
    /// <param name="statement">The prepared header's statement.</param>
    /// <exception cref="ArgumentException">The statement is another client's or of another round.</exception>
    /// <exception cref="ProtocolViolationException">A second contribution in the round or on the model.</exception>
    /// <exception cref="LedgerUnavailableException">The journal could not be written: nothing may leave.</exception>
    public void CommitContribution(RoundInvitation invitation, ContributionStatement statement)
    {
        ArgumentNullException.ThrowIfNull(invitation);
        ArgumentNullException.ThrowIfNull(statement);
        if (statement.Client != Index || statement.Opening != invitation.Opening.Hash
            || statement.BaseVersion != invitation.Base.Hash)
        {
            throw new ArgumentException(
                $"the statement is not this client's for round {invitation.Opening.Context.Round}", nameof(statement));
        }

        statement.RequireSignature(_identity.PublicKey);
        RoundOpening opening = invitation.Opening;
        _journal.Claim(opening.Context.Round, invitation.Base.Model, opening.Task, statement.Hash);
    }

    /// <summary>
    /// Starts a contribution whose chunks leave as they are made: the claim is recorded first, so a client that stops
    /// on the way sits the round out.
    /// </summary>
    /// <param name="invitation">As in <see cref="PrepareContribution"/>.</param>
    /// <param name="model">As in <see cref="PrepareContribution"/>.</param>
    /// <param name="rounding">As in <see cref="PrepareContribution"/>.</param>
    /// <param name="roundingSeed">As in <see cref="PrepareContribution"/>.</param>
    /// <param name="task">As in <see cref="PrepareContribution"/>.</param>
    /// <exception cref="ProtocolViolationException">As <see cref="PrepareContribution"/>.</exception>
    public ContributionStream CreateContribution(RoundInvitation invitation, Digest model,
        Rounding rounding = Rounding.Stochastic, ulong? roundingSeed = null, RoundTask task = default)
    {
        ModelVersion baseVersion = RequireBase(invitation, model, task);
        _journal.Claim(invitation.Opening.Context.Round, model, task);
        return Start(invitation, baseVersion, rounding, roundingSeed);
    }

    /// <summary>Encrypts one vector whole, for a plain sum.</summary>
    /// <param name="invitation">The round.</param>
    /// <param name="vector">The plan's number of values; NaN and infinity are refused.</param>
    /// <param name="counters">The plan's counters, the weight first; none where the plan has none.</param>
    /// <exception cref="ArgumentException">A wrong length, a value that is not finite, a counter beyond its
    /// magnitude.</exception>
    /// <exception cref="ProtocolViolationException">As <see cref="CreateContribution"/>.</exception>
    public Contribution Encrypt(RoundInvitation invitation, ReadOnlySpan<float> vector,
        params ReadOnlySpan<long> counters) =>
        Encrypt(invitation, vector, counters, Rounding.Stochastic, roundingSeed: null);

    /// <summary>Encrypts one vector whole, with the rounding of one's choice.</summary>
    /// <param name="invitation">The round.</param>
    /// <param name="vector">The plan's number of values; NaN and infinity are refused.</param>
    /// <param name="counters">The plan's counters, the weight first; none where the plan has none.</param>
    /// <param name="rounding">How values are quantised.</param>
    /// <param name="roundingSeed">As in <see cref="CreateContribution"/>.</param>
    /// <param name="task">As in <see cref="CreateContribution"/>.</param>
    /// <exception cref="ArgumentException">A wrong length, a value that is not finite, a counter beyond its
    /// magnitude.</exception>
    /// <exception cref="ProtocolViolationException">As <see cref="CreateContribution"/>.</exception>
    public Contribution Encrypt(
        RoundInvitation invitation, ReadOnlySpan<float> vector, ReadOnlySpan<long> counters, Rounding rounding,
        ulong? roundingSeed, RoundTask task = default)
    {
        ArgumentNullException.ThrowIfNull(invitation);
        using ContributionStream stream =
            PrepareContribution(invitation, invitation.Base.Model, rounding, roundingSeed, task);
        var chunks = ImmutableArray.CreateBuilder<ContributionChunk>(checked((int)_plan.Parameters.ChunkCount));
        stream.WriteVector(vector, counters, () => new byte[_plan.Parameters.WireChunkBytes], chunks.Add);
        Contribution contribution = new(stream.CreateHeader(), chunks.MoveToImmutable());
        CommitContribution(invitation, contribution.Header.Statement);
        return contribution;
    }

    /// <summary>
    /// Signs what a SEAL program encrypted of this site's plaintexts (SealExchange) as the site's
    /// contribution.
    /// </summary>
    /// <param name="invitation">The round, under the key that the program encrypted under.</param>
    /// <param name="ciphertexts">One SEAL ciphertext for each chunk, in order, as SEAL saves them: compressed or
    /// not.</param>
    /// <exception cref="ArgumentException">Not one ciphertext a chunk, or the plan's ciphertexts are
    /// bit-packed.</exception>
    /// <exception cref="SealFormatException">A ciphertext is none of the plan's parameters, level
    /// and scale.</exception>
    /// <exception cref="ProtocolViolationException">As <see cref="PrepareContribution"/>.</exception>
    public Contribution Import(RoundInvitation invitation, IReadOnlyList<ReadOnlyMemory<byte>> ciphertexts)
    {
        ArgumentNullException.ThrowIfNull(invitation);
        ArgumentNullException.ThrowIfNull(ciphertexts);
        if (!_plan.Parameters.TravelsAsSeal || ciphertexts.Count != _plan.Parameters.ChunkCount)
        {
            throw new ArgumentException(
                $"{ciphertexts.Count} SEAL ciphertexts for a plan of {_plan.Parameters.ChunkCount} "
                + $"{(_plan.Parameters.TravelsAsSeal ? "chunks" : "bit-packed chunks")}", nameof(ciphertexts));
        }

        using ContributionStream stream = PrepareContribution(invitation, invitation.Base.Model);
        ImmutableArray<ContributionChunk> chunks =
            [.. ciphertexts.Select(ciphertext => stream.ImportChunk(ciphertext.Span))];
        Contribution contribution = new(stream.CreateHeader(), chunks);
        CommitContribution(invitation, contribution.Header.Statement);
        return contribution;
    }

    /// <summary>
    /// Takes the proof that a former round can never open: its base model is free again, for a new round with fresh
    /// keys.
    /// </summary>
    /// <exception cref="ProtocolViolationException">Too few deaths, or a forged one.</exception>
    public void HandleRoundDeath(RoundDeathCertificate certificate)
    {
        ArgumentNullException.ThrowIfNull(certificate);
        DeathRules.Require(certificate, _plan);
        _journal.Bury(certificate.Context.Round);
    }

    /// <summary>
    /// Checks all of the evidence for an opened sum but the sum: that the key holders and n_min clients stand behind
    /// the version that its round stood on.
    /// </summary>
    /// <exception cref="ProtocolViolationException">A check failed.</exception>
    public void RequireEvidence(SumEvidence evidence)
    {
        ArgumentNullException.ThrowIfNull(evidence);
        EvidenceRules.Require(evidence, _plan);
    }

    /// <summary>
    /// Opens the sum of a round itself, from ciphertexts that need not be trusted: what does not come from the
    /// contributions that the key holders agreed on is refused.
    /// </summary>
    /// <param name="head">The version that this client has made itself, or taken by section 14.5.</param>
    /// <param name="evidence">Opening, certificate, releases, and the versions before and after.</param>
    /// <param name="ciphertexts">The summed ciphertexts; it stands behind them afterwards.</param>
    /// <param name="sink">Receives the integer sums of each group; they are nobody's before this returns.</param>
    /// <returns>What became of the groups; null in suites whose clients take the server's word.</returns>
    /// <exception cref="ProtocolViolationException">A round on another version, evidence that does not hold,
    /// ciphertexts that are not the sum, or a new version that is of another sum.</exception>
    public AggregationResult? VerifySum(ModelVersion head, SumEvidence evidence, Stream ciphertexts, ISumSink sink)
    {
        ArgumentNullException.ThrowIfNull(head);
        ArgumentNullException.ThrowIfNull(evidence);
        ArgumentNullException.ThrowIfNull(ciphertexts);
        ArgumentNullException.ThrowIfNull(sink);
        if (evidence.Head.Hash != head.Hash)
        {
            throw new ProtocolViolationException(ViolationCode.WrongHead, Party.Server,
                $"a round on version {head.Number}, {head.Hash.ToShortString()}", evidence.Head.Hash.ToShortString());
        }

        EvidenceRules.Require(evidence, _plan);
        AggregationResult? result = Suite.OpenSum(_plan, evidence, ciphertexts, sink);
        return result is null || result.Digest == evidence.Next.Sum ? result
            : throw new ProtocolViolationException(ViolationCode.WrongSum, Party.Server,
                $"version {evidence.Next.Number} of the sum {result.Digest.ToShortString()}",
                evidence.Next.Sum.ToShortString());
    }

    /// <summary>Refuses a version with another model than the verified sum makes.</summary>
    /// <param name="evidence">Of <see cref="VerifySum"/>.</param>
    /// <param name="result">What it returned.</param>
    /// <param name="model">What the application makes of the sum; null where it keeps no model of its own.</param>
    /// <exception cref="ProtocolViolationException">As said.</exception>
    public static void RequireModel(SumEvidence evidence, AggregationResult result, Digest? model = null)
    {
        ArgumentNullException.ThrowIfNull(evidence);
        ArgumentNullException.ThrowIfNull(result);
        Digest made = SumDigests.ModelAfter(evidence.Head, result, model);
        if (evidence.Next.Model != made)
        {
            throw new ProtocolViolationException(ViolationCode.WrongModel, Party.Server,
                $"version {evidence.Next.Number} with model {made.ToShortString()}, which its sum makes",
                evidence.Next.Model.ToShortString());
        }
    }

    private ContributionStream Start(RoundInvitation invitation, ModelVersion baseVersion, Rounding rounding,
        ulong? roundingSeed) =>
        new(Suite, new ContributionTerms(_plan, invitation.Opening, Index, baseVersion.Hash, _identity, _entropy,
            rounding, roundingSeed));

    private ModelVersion RequireBase(RoundInvitation invitation, Digest model, RoundTask task)
    {
        ModelVersion baseVersion = HandleInvitation(invitation);
        TaskRules.RequireSame(task, invitation.Opening.Task);
        return baseVersion.Model == model
            ? baseVersion
            : throw new ProtocolViolationException(
                ViolationCode.WrongBaseVersion, Party.Server,
                $"the model {baseVersion.Model.ToShortString()} of the base version", model.ToShortString());
    }

    private void RequirePlan(RoundInvitation invitation)
    {
        RoundContext context = invitation.Opening.Context;
        if (context != _plan.Context(context.Round))
        {
            throw new ProtocolViolationException(
                context.Plan != _plan.Digest ? ViolationCode.WrongPlan : ViolationCode.WrongSession, Party.Server,
                _plan.Digest.ToString(), context.Plan.ToString());
        }
    }
}
