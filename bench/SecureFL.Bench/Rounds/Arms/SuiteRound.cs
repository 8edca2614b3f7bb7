using SecureFL.Bench.Measurement;
using SecureFL.Bench.Rounds.Metering;
using SecureFL.Local;
using SecureFL.Messages.Rounds;
using SecureFL.Messages.Wire;
using SecureFL.Protocol.Plans;
using SecureFL.Protocol.Roles;
using SecureFL.Protocol.Rules;
using SecureFL.Protocol.Summation;
using SecureFL.Rlwe.Planning;
using SecureFL.Rlwe.Quantization;

namespace SecureFL.Bench.Rounds.Arms;

/// <summary>
/// One round of real roles: client streams, server that sums on acceptance, key holders that check every share.
/// </summary>
internal sealed class SuiteRound : IArmRound, IIntegerSums
{
    private readonly RoundShape _shape;
    private readonly AggregationPlan _plan;
    private readonly LocalKeyHolders _holders;
    private readonly AggregationClient[] _clients;
    private readonly byte[] _invitation;
    private readonly Action<ModelVersion> _advance;
    private readonly AggregationServer _server;
    private readonly MeanSink _sink;
    private readonly MeteredExchange _exchange;
    private readonly double _factor;
    private SumFile? _sum;
    private ModelVersion? _next;

    internal SuiteRound(
        RoundShape shape,
        AggregationPlan plan,
        LocalKeyHolders holders,
        MeteredExchange exchange,
        AggregationClient[] clients,
        AggregationServer server,
        MeanSink sink,
        double factor,
        Action<ModelVersion> advance)
    {
        _shape = shape;
        _plan = plan;
        _holders = holders;
        _clients = clients;
        _exchange = exchange;
        _invitation = server.Round.Encode();
        _advance = advance;
        _server = server;
        _sink = sink;
        _factor = factor;
        // The entry that the opening quotes, once; the opening itself comes back to the holder.
        int opening = server.Round.Opening.Encode().Length;
        exchange.Start(received: opening, sent: opening / shape.KeyHolders);
    }

    public long InvitationBytes => _invitation.Length;

    public ReadOnlyMemory<float> Means => _sink.Means;

    public IIntegerSums Integers => this;

    public int PieceLength => _plan.Parameters.ElementsPerChunk;

    public bool QuantizerIsFused => true;

    public (long Received, long Sent) KeyHolderBytes => _exchange.Bytes;

    /// <summary>Entries, votes, releases.</summary>
    public int KeyHolderRoundTrips => 3;

    public Quantizer QuantizerOf(int client) => new(_shape.Bits, _shape.Clip, Rounding.Stochastic, (ulong)client);

    public IEnumerable<ReadOnlyMemory<byte>> Contribute(int client, ReadOnlyMemory<float> vector, StageMeter meter)
    {
        AggregationParameters parameters = _plan.Parameters;
        ContributionStream stream;
        using (meter.Enter(Stage.Encrypt))
        {
            RoundInvitation invitation = RoundInvitation.Parse(_invitation, _plan.Limits);
            stream = _clients[client].CreateContribution(invitation, invitation.Base.Model, Rounding.Stochastic,
                (ulong)client);
        }

        using (stream)
        {
            using ContributionRoot root = NewRoot();
            for (long chunk = 0; chunk < parameters.ChunkCount; chunk++)
            {
                ReadOnlyMemory<byte> encrypted;
                using (meter.Enter(Stage.Encrypt))
                {
                    encrypted = stream.EncodeChunk(
                        vector.Span.Slice((int)(chunk * parameters.ElementsPerChunk), parameters.FloatsIn(chunk)), []);
                }

                HashAgain(root, encrypted[^parameters.WireChunkBytes..], meter);
                yield return encrypted;
            }

            ContributionHeader header;
            using (meter.Enter(Stage.Encrypt))
            {
                header = stream.CreateHeader();
            }

            yield return header.Encode();
        }
    }

    public void Receive(int client, ReadOnlyMemory<byte> message, StageMeter meter)
    {
        if (message.Span[0] == (byte)MessageType.ContributionChunk)
        {
            ContributionChunk chunk = ContributionChunk.ParseShared(message, _plan.Limits);
            using (meter.Enter(Stage.Add))
            {
                _server.HandleChunk(chunk);
            }
        }
        else
        {
            using (meter.Enter(Stage.Add))
            {
                _server.HandleContribution(ContributionHeader.Parse(message.Span, _plan.Limits));
            }
        }
    }

    public void Open(StageMeter meter)
    {
        using (_exchange.Measure(meter))
        {
            _holders.Release(_holders.Agree(_server.Close()));
        }

        using (meter.Enter(Stage.Open))
        {
            if (_plan.Limits.Sizes.LinearDigestBytes > 0)
            {
                _sum = new SumFile();
            }

            AggregationResult result = _server.Open(_sink, _sum);
            _next = _server.Advance(result);
            _advance(_next);
            if (result.Groups.Any(group => !group.IsOpened))
            {
                throw new InvalidOperationException($"the sum was not opened: {result.Groups[0].Status}");
            }
        }
    }

    public IRoundDownload CreateDownload() => _sum is null ? new MeansDownload(Means)
        : new SumDownload(_plan, _clients[0], _server.Round.Head, _sum, _server.CreateEvidence(_next!),
            new MeanSink(_shape, _factor, keepsIntegers: false), Means);

    public void Read(long first, Span<long> sums) => _sink.Read(first, sums);

    public void Dispose()
    {
        _server.Dispose();
        _sum?.Dispose();
    }

    private ContributionRoot NewRoot() => new(_plan);

    /// <summary>
    /// The stream encrypts a chunk and hashes it into its root in one call. What the hash alone takes is measured by
    /// doing it once more, outside the round's time, and moved from encryption to <see cref="Stage.Hash"/>.
    /// </summary>
    private static void HashAgain(ContributionRoot root, ReadOnlyMemory<byte> chunk, StageMeter meter)
    {
        using (meter.Exclude())
        {
            long cpu = ThreadClock.Now();
            long wall = StageMeter.WallNow();
            root.Append(chunk.Span);
            meter.Move(Stage.Encrypt, Stage.Hash, ThreadClock.Now() - cpu, StageMeter.WallNow() - wall);
        }
    }
}
