using System.Collections.Immutable;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using SecureFL.Client.Models;
using SecureFL.Client.Questions;
using SecureFL.Client.Reporting;
using SecureFL.Client.Rounds;
using SecureFL.Client.Sources;
using SecureFL.Consortium.Parties;
using SecureFL.Consortium.Plans;
using SecureFL.Learning.Data;
using SecureFL.Learning.Data.Datasets;
using SecureFL.Learning.Data.Encoders;
using SecureFL.Learning.Data.Scaling;
using SecureFL.Learning.Data.Schemas;
using SecureFL.Learning.Data.Splits;
using SecureFL.Learning.Data.Tables;
using SecureFL.Learning.Metrics;
using SecureFL.Learning.Models;
using SecureFL.Learning.Preparation;
using SecureFL.Learning.Rounds;
using SecureFL.Messages.Primitives;
using SecureFL.Messages.Text;
using SecureFL.Messages.Violations;
using SecureFL.Protocol.Plans;
using SecureFL.Storage.Clients;
using SecureFL.Transport.Contracts;
using SecureFL.Transport.Identity;

namespace SecureFL.Client;

/// <summary>
/// A hospital: it takes part in a consortium's rounds over mutual TLS, with connections that go out. Every contribution
/// is whole and durable in the outbox before its first byte leaves; a client that is killed and opened again on the
/// same state folder sends the same bytes, and never contributes twice on a model. One task at a time, and one process
/// a state folder; <see cref="WithdrawAsync"/> alone may run beside others.
/// </summary>
public sealed class FederationClient : IDisposable
{
    private readonly PartySession _session;
    private readonly ILogger _logger;
    private readonly QuestionGuard _questions;

    private FederationClient(PartySession session, FederationClientOptions options, ILogger logger)
    {
        _session = session;
        _logger = logger;
        Index = PositionOf(session);
        if (!options.AcceptRepeated.IsDefault && options.AcceptRepeated.Except(session.Approved.Repeated).Any())
        {
            PartyFaults.OfState(() =>
            {
                session.Approved.Approve(session.Plan.Digest, options.AcceptRepeated);
                return true;
            });
        }

        _questions = new QuestionGuard(session.Identity.Folder, options.DataSet, session.Plan.Digest,
            session.Approved.Repeated, logger);
    }

    /// <summary>Consortium, role and name.</summary>
    public PeerIdentity Identity => _session.Identity.Peer;

    /// <summary>The plan that this hospital's people approved.</summary>
    public PlanFile Plan => _session.PlanFile;

    /// <summary>The client's number in the plan, from 0.</summary>
    public int Index { get; }

    /// <summary>A program of the site's own that encrypts; null for this process.</summary>
    internal ISealEncryptor? Encryptor { get; set; }

    /// <summary>
    /// Loads identity and plan, asks the server for the plan where none is here, and requires its approval. Nothing
    /// of a round is done yet.
    /// </summary>
    /// <param name="options">Who, where, and on which plan.</param>
    /// <param name="logger">Rounds, ids, counts and sizes; never values or keys. Null for none.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="PartyException">Options, identity, plan, state folder, certificate or server are refused:
    /// <see cref="PartyException.Code"/> says which.</exception>
    /// <exception cref="ArgumentException">An address that is neither https nor loopback.</exception>
    /// <exception cref="OperationCanceledException">It was given up.</exception>
    public static async Task<FederationClient> OpenAsync(FederationClientOptions options, ILogger? logger = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        logger ??= NullLogger.Instance;
        PartySession session = await PartySession.OpenAsync(options, PeerRole.Client, logger, cancellationToken)
            .ConfigureAwait(false);
        try
        {
            return new FederationClient(session, options, logger);
        }
        catch
        {
            session.Dispose();
            throw;
        }
    }

    /// <summary>
    /// The hospital's rows as the plan wants them: columns and categories by its schema, the test rows drawn as all
    /// sites draw them.
    /// </summary>
    /// <param name="table">The rows; they stay here.</param>
    /// <exception cref="PartyException">The plan has no columns, or the table does not fit them.</exception>
    public RawSite SiteOf(RawTable table)
    {
        ArgumentNullException.ThrowIfNull(table);
        TrainingTerms terms = RequireTraining();
        TableSchema schema = terms.Data.Schema
            ?? throw new PartyException(PartyRefusal.Plan, "the plan has no columns: it takes arrays",
                "make the site of arrays, or take part in a plan with columns");
        try
        {
            RawDataset rows = new TableEncoder(schema).Encode(table).Data;
            (RawDataset train, RawDataset? test) =
                TrainTestSplit.ByFraction(rows, terms.Data.TestFraction, terms.Seed, Index);
            return new RawSite(Identity.Name, train, test);
        }
        catch (DataFormatException fault)
        {
            throw new PartyException(PartyRefusal.Rows, fault.Message,
                fault.WayOut ?? "securefl check-data shows what is in a file", fault);
        }
    }

    /// <summary>Takes part in all rounds of a training, until its session ends.</summary>
    /// <param name="site">The hospital's rows.</param>
    /// <param name="trainer">Trains and evaluates, with the plan's tensors and metrics; null for the plan's own
    /// model.</param>
    /// <param name="progress">Told of every step; null for nobody.</param>
    /// <param name="cancellationToken">Stops; a later start goes on where this one was.</param>
    /// <exception cref="PartyException">The plan is of plain sums, it asks what another one had answered, the state
    /// folder cannot be used, the server broke the protocol, runs another plan, or refuses this client for
    /// good.</exception>
    /// <exception cref="ArgumentException">The trainer's model or metrics are not the plan's, or the plan's model is
    /// not built in and no trainer is given.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    /// <remarks>What the trainer throws is thrown on as it is.</remarks>
    public async Task<SessionEnd> RunAsync(RawSite site, ILocalTrainer? trainer = null,
        IProgress<ClientProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(site);
        TrainingTerms terms = RequireTraining();
        if (trainer is null && terms.CreateBuiltInTrainer() is null)
        {
            throw new ArgumentException("the plan's model is not built in, and there is no trainer", nameof(trainer));
        }

        return new SessionEnd(await PartyFaults.OfWorkAsync(async () =>
        {
            using ClientMemory memory = ClientMemory.Open(_session);
            IContributionSource source = TrainingSource.For(
                _session.Plan, terms, state => trainer ?? terms.TrainerUnder(state)!, site, Index, _logger,
                terms.ErrorFeedback ? Residual() : null);
            await using IAsyncDisposable? training = source as IAsyncDisposable;
            return await Service(memory, source, progress).RunAsync(only: null, once: false, cancellationToken)
                .ConfigureAwait(false);
        }).ConfigureAwait(false));
    }

    /// <summary>The same with a trainer that is two functions, of the plan's tensors and metrics.</summary>
    /// <param name="site">The hospital's rows.</param>
    /// <param name="train">Trains from the global weights on the site's rows, and gives new ones in the layout of
    /// <see cref="TrainingTerms.Layout"/>.</param>
    /// <param name="evaluate">Counts what a model reaches on rows, by <see cref="TrainingTerms.Metrics"/>
    /// (<see cref="EvaluationCounts"/>).</param>
    /// <param name="progress">Told of every step; null for nobody.</param>
    /// <param name="cancellationToken">Stops; a later start goes on where this one was.</param>
    /// <returns>How the session ended.</returns>
    /// <exception cref="PartyException">The plan is of plain sums, it asks what another one had answered, the state
    /// folder cannot be used, the server broke the protocol, runs another plan, or refuses this client for
    /// good.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    /// <remarks>What the functions throw is thrown on as it is.</remarks>
    public Task<SessionEnd> RunAsync(RawSite site,
        Func<LocalTrainingRequest, CancellationToken, ValueTask<LocalTrainingResult>> train,
        Func<ModelParameters, Dataset, CancellationToken, ValueTask<EvaluationCounts>> evaluate,
        IProgress<ClientProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(train);
        ArgumentNullException.ThrowIfNull(evaluate);
        return RunAsync(site, new FunctionTrainer(RequireTraining(), train, evaluate), progress, cancellationToken);
    }

    /// <summary>
    /// Sends one vector to one secure sum, and returns once the server has all of it. May be repeated, with the same
    /// values, after any interruption; another sum gets the same values only where the former round is proven dead, or
    /// people approved repeated questions. The sum itself is the server's (<c>sums</c> in its state folder).
    /// </summary>
    /// <param name="vector">As many values as the plan sums, within its clip; where the plan's terms have clips of
    /// tensors, in the plan's scale (<see cref="SumTerms.ToPlanScale"/>).</param>
    /// <param name="counters">The plan's counters, in its order; null where it has none.</param>
    /// <param name="round">The round, from 0, which is waited for; null for the one that collects now, even if it has
    /// this client's vector: who sends to several sums gives the number.</param>
    /// <param name="progress">Told of every step; null for nobody.</param>
    /// <param name="cancellationToken">Stops.</param>
    /// <returns>The round.</returns>
    /// <exception cref="PartyException">The plan is of a training; another plan or round had the same vector; the round
    /// cannot get this contribution, as it is over or has another one of this client; the state folder cannot be used;
    /// the server broke the protocol, runs another plan, or refuses this client for good.</exception>
    /// <exception cref="ArgumentException">Another number of values or counters than the plan's.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public async Task<ulong> SendAsync(float[] vector, long[]? counters = null, ulong? round = null,
        IProgress<ClientProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(vector);
        if (Plan.Terms is not null)
        {
            throw new PartyException(PartyRefusal.Plan,
                "the plan has terms of training: its rounds take trained updates", "take part in the training");
        }

        RoundState state = await PartyFaults.OfWorkAsync(async () =>
        {
            using ClientMemory memory = ClientMemory.Open(_session);
            return await Service(memory, new VectorSource(vector, counters ?? []), progress)
                .RunAsync(round, once: true, cancellationToken).ConfigureAwait(false);
        }).ConfigureAwait(false);
        return state.Round;
    }

    /// <summary>
    /// Withdraws the contribution to a round that still collects. First here, durably, so that no process of this site
    /// sends anything for the round, one that still trains included; then at the server.
    /// </summary>
    /// <param name="round">The round, from 0.</param>
    /// <param name="cancellationToken">Stops; what was withdrawn here stays so.</param>
    /// <exception cref="PartyException"><see cref="PartyRefusal.ServerUnreachable"/>: withdrawn here alone, what the
    /// server has counts until it is told before the round closes. <see cref="PartyRefusal.ServerRefused"/>: the round
    /// does not collect any more. <see cref="PartyRefusal.StateFolder"/>: not even withdrawn here.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public Task WithdrawAsync(ulong round, CancellationToken cancellationToken = default) =>
        PartyFaults.OfWorkAsync(() =>
        {
            FileContributionOutbox.Withdraw(_session.Folder.Outbox, round);
            return _session.Link.WithdrawAsync(round, cancellationToken);
        });

    /// <summary>Fetches the session's model, and checks it against the version's digest.</summary>
    /// <param name="end">The session's end.</param>
    /// <param name="cancellationToken">Stops.</param>
    /// <returns>Null where the session ended before anybody had trained.</returns>
    /// <exception cref="PartyException">The server is away, does not give it, or sends another model or totals that no
    /// rows have; the plan is of plain sums; the state folder cannot be used.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public Task<TrainedModel?> FetchModelAsync(SessionEnd end, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(end);
        TrainingTerms terms = RequireTraining();
        return PartyFaults.OfWorkAsync(async () =>
        {
            float[] values = await Models().FetchAsync(ModelDownload.StampOf(end.State),
                VersionValues.LengthFor(terms), cancellationToken).ConfigureAwait(false);
            PreparationProgress progress = VersionValues.Progress(terms, _session.Plan, values);
            return progress.IsComplete
                ? new TrainedModel(VersionValues.Delivered(terms, values), progress.State) : null;
        });
    }

    /// <summary>
    /// The model with what it takes to use it, as <c>securefl predict</c> reads it: architecture, columns, classes,
    /// scaling of this site and of one that nobody knows. <see cref="ModelBundle.Write"/> writes it.
    /// </summary>
    /// <param name="model">The session's model.</param>
    /// <param name="site">The hospital's rows, as they were trained on.</param>
    /// <param name="label">The label's column, where the plan is of arrays; null for none.</param>
    /// <exception cref="PartyException">The plan is of plain sums.</exception>
    public ModelBundle BundleOf(TrainedModel model, RawSite site, string? label = null)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(site);
        TrainingTerms terms = RequireTraining();
        Dictionary<string, FeatureScaling> scalings = [];
        if (model.Prepared.Shared is { } shared)
        {
            scalings.Add("", shared);
        }

        if (terms.PreparationTerms.Scaling is ScalingKind.Site or ScalingKind.MinMax)
        {
            scalings.Add(site.Name, model.Prepared.ScalingOf(terms.PreparationTerms, site.Train)!);
        }

        return new ModelBundle
        {
            Parameters = model.Parameters,
            Spec = terms.Model.BuiltIn,
            Schema = terms.Data.Schema,
            Scalings = scalings.ToImmutableSortedDictionary(),
            Labels = terms.Data.Schema is null ? new ArrayLabels(terms.Model.Task, terms.Model.Classes, label) : null,
            Targets = model.Prepared.Targets,
        };
    }

    /// <summary>Closes the connection and forgets the keys.</summary>
    public void Dispose() => _session.Dispose();

    private static int PositionOf(PartySession session)
    {
        Enrolment enrolment = session.Plan.Enrolment;
        for (int i = 0; i < enrolment.Clients.Count; i++)
        {
            if (enrolment.Clients[i].Key.Equals(session.Identity.Signing.PublicKey))
            {
                return i;
            }
        }

        ProtocolViolationException fault = new(ViolationCode.NotEnrolled, new Party(PartyRole.Client),
            $"one of {enrolment.Clients.Count} enrolled keys", session.Identity.Signing.PublicKey.ToString());
        throw new PartyException(PartyRefusal.Plan, fault.Message,
            "take the plan that enrols this party, or the identity that it enrols", fault,
            nameof(ConsortiumPartyOptions.PlanPath), nameof(ConsortiumPartyOptions.IdentityFolder));
    }

    private TrainingTerms RequireTraining() => Plan.Terms
        ?? throw new PartyException(PartyRefusal.Plan,
            "the plan has no terms of training: its rounds are plain sums", "send a vector to one of them");

    private ModelDownload Models() => new(_session.Link, _session.Folder.Models, _logger);

    private ClientService Service(ClientMemory memory, IContributionSource source,
        IProgress<ClientProgress>? progress)
    {
        ModelDownload models = Models();
        OwnModel? own = OwnModel.For(_session.Plan, Plan.Terms, memory.Client, _session.Link, models,
            _session.Folder.Course, _session.Folder.OpenedSums, _logger);
        return new ClientService(_session.Plan, memory.Client, memory.Contributions, source, _session.Link, models,
            own, _logger, Encryptor, progress, _questions);
    }

    private ResidualKeeper Residual()
    {
        try
        {
            return new ResidualKeeper(new DurableResidual(_session.Folder.Residual,
                checked((int)_session.Plan.Parameters.FloatLength)), _logger);
        }
        catch (IOException fault)
        {
            throw new PartyException(PartyRefusal.StateFolder, FaultText.Of(fault),
                "restore the state folder from before, or remove the file that is named", fault);
        }
    }
}
