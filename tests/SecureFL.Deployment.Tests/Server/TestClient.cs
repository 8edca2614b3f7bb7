using Google.Protobuf;
using SecureFL.Learning.Data.Datasets;
using SecureFL.Learning.Metrics;
using SecureFL.Learning.Rounds;
using SecureFL.Messages.JointKey;
using SecureFL.Messages.Primitives;
using SecureFL.Messages.Rounds;
using SecureFL.Protocol.Roles;
using SecureFL.Protocol.Suites.JointKey;
using SecureFL.Rlwe.Quantization;
using SecureFL.Testing;
using SecureFL.Transport.Calls;
using SecureFL.Transport.Connections;
using SecureFL.Transport.Contracts;

namespace SecureFL.Deployment.Tests.Server;

/// <summary>
/// A client played by a test: its contributions are a function of model version and index, so that every run gives the
/// same sums.
/// </summary>
internal sealed class TestClient(TestSession session, int index, AggregationClient role, ServerLink link) : IDisposable
{
    private readonly Dictionary<ulong, Contribution> _made = [];

    public int Index => index;

    public ServerLink Link => link;

    public AggregationClient Role => role;

    public float[] Vector(RoundState state) => state.Kind == RoundKind.Evaluation
        ? new float[session.Plan.Parameters.FloatLength]
        : [.. Enumerable.Range(0, (int)session.Plan.Parameters.FloatLength)
            .Select(i => (((index + 1) * (i + 3 + (int)state.ModelVersion)) % 101 / 32f) - 1.5f)];

    public long[] Counters(RoundState state) => session.PlanFile.Terms is { } terms
        ? new RoundCounters(terms.Metrics).Compose(
            state.Kind == RoundKind.Evaluation ? 0 : 10 + index, 0,
            new EvaluationCounts(terms.Metrics, Count(terms.Metrics, 10 + index)),
            new EvaluationCounts(terms.Metrics, Count(terms.Metrics, 5)))
        : [];

    /// <summary>The contribution to the round under way: made once, sent as often as it takes.</summary>
    public async Task<Contribution> MakeAsync(RoundState state, long[]? counters = null)
    {
        if (!_made.TryGetValue(state.Round, out Contribution? contribution))
        {
            RoundInvitation invitation = await InvitationAsync(state);
            if (session.Plan.Settings.Suite == Suite.JointKey)
            {
                GetKeyEpochReply key = await link.GetKeyEpochAsync(TestContext.Current.CancellationToken);
                role.HandleKeyEpoch(KeyEpochRecord.Parse(key.RecordMessage.Span, session.Plan.Limits),
                    JointPublicKeyMessage.Parse(key.PublicKeyMessage.Span, session.Plan.Limits));
            }

            _made[state.Round] = contribution =
                role.Encrypt(invitation, Vector(state), counters ?? Counters(state), Rounding.Nearest, null,
                    invitation.Opening.Task);
        }

        return contribution;
    }

    /// <summary>Sends what is missing once it is let in, as a client that was interrupted does.</summary>
    public async Task<UploadState> SendAsync(Contribution contribution, int? most = null)
    {
        ulong round = contribution.Header.Statement.Context.Round;
        UploadState state = await link.GetUploadAsync(round, TestContext.Current.CancellationToken);
        if (state.Accepted)
        {
            return state;
        }

        await using GrpcDuplexCall<UploadPart, UploadState> call = link.Upload(TestContext.Current.CancellationToken);
        await call.Requests.WriteAsync(Start(contribution, state.NextChunk));
        await using IAsyncEnumerator<UploadState> told =
            call.Responses.GetAsyncEnumerator(TestContext.Current.CancellationToken);
        Assert.True(await told.MoveNextAsync());
        foreach (ContributionChunk chunk in contribution.Chunks.Skip((int)state.NextChunk).Take(most ?? int.MaxValue))
        {
            await call.Requests.WriteAsync(Part(chunk));
        }

        if (most is null)
        {
            await call.Requests.WriteAsync(
                new UploadPart { HeaderMessage = ByteString.CopyFrom(contribution.Header.Encode()) });
        }

        await call.CompleteAsync();
        UploadState last;
        do
        {
            last = told.Current;
        }
        while (await told.MoveNextAsync());
        return last;
    }

    /// <summary>Takes the proof that a former round is dead.</summary>
    public async Task BuryAsync(ulong round)
    {
        GetRoundDeathReply reply = await link.GetRoundDeathAsync(round, TestContext.Current.CancellationToken);
        role.HandleRoundDeath(RoundDeathCertificate.Parse(reply.DeathCertificateMessage.Span, session.Plan.Limits));
    }

    public async Task ContributeAsync(RoundState state, long[]? counters = null)
    {
        UploadState end = await SendAsync(await MakeAsync(state, counters));
        Assert.True(end.Accepted);
    }

    /// <summary>A contribution of which all is right but that its ciphertext is none.</summary>
    public async Task ContributeMalformedAsync(RoundState state)
    {
        ContributionForge forge = new() { Chunk = chunk => chunk.AsSpan(0, chunk.Length / 2).Clear() };
        Assert.True((await SendAsync(forge.Create(session.Plan, await InvitationAsync(state), index,
            session.IdentityOf(index), Vector(state)))).Accepted);
    }

    public static UploadPart Start(Contribution contribution, ulong first) => new()
    {
        Start = new UploadStart
        {
            Round = contribution.Header.Statement.Context.Round,
            Root = ByteString.CopyFrom(contribution.Header.Statement.Root.ToArray()),
            FirstChunk = first,
        },
    };

    public static UploadPart Part(ContributionChunk chunk) =>
        new() { ChunkMessage = ByteString.CopyFrom(chunk.Encode()) };

    /// <summary>Sends raw parts and returns the status that the stream ends with; null for OK.</summary>
    public async Task<GrpcException?> SendPartsAsync(params IReadOnlyList<UploadPart> parts)
    {
        await using GrpcDuplexCall<UploadPart, UploadState> call = link.Upload(TestContext.Current.CancellationToken);
        try
        {
            foreach (UploadPart part in parts)
            {
                await call.Requests.WriteAsync(part);
            }

            await call.CompleteAsync();
        }
        catch (Exception fault) when (fault is GrpcException or OperationCanceledException)
        {
            // The server has ended the call already; the responses say why.
        }

        try
        {
            await foreach (UploadState state in call.Responses)
            {
                _ = state;
            }

            return null;
        }
        catch (GrpcException refusal)
        {
            return refusal;
        }
    }

    public void Dispose() => link.Dispose();

    private async Task<RoundInvitation> InvitationAsync(RoundState state)
    {
        GetInvitationReply reply = await link.GetInvitationAsync(state.Round, TestContext.Current.CancellationToken);
        return RoundInvitation.Parse(reply.InvitationMessage.Span, session.Plan.Limits);
    }

    private static long[] Count(MetricLayout metrics, long rows)
    {
        Dataset data = new(new float[rows], new float[rows], 1, metrics.Task, metrics.ClassCount);
        return EvaluationCounts.FromTotals(metrics, data, summedLoss: rows, correct: rows / 2).Values.ToArray();
    }
}
