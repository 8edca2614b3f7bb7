using SecureFL.Messages.Primitives;
using SecureFL.Messages.Rounds;
using SecureFL.Messages.Violations;
using SecureFL.Protocol.Roles;
using SecureFL.Protocol.Stores;
using SecureFL.Protocol.Summation;
using SecureFL.Protocol.Transcripts;

namespace SecureFL.Protocol.Tests.Transcripts;

/// <summary>A transcript proves what happened, and every flipped byte is found and located.</summary>
public sealed class TranscriptTests
{
    [Fact]
    public void An_honest_transcript_verifies_and_says_what_it_proves()
    {
        using Recorded recorded = new();
        TranscriptReport report = TranscriptVerifier.Verify(recorded.Bytes, recorded.Ciphertexts);

        Assert.True(report.IsValid, report.ToText());
        Assert.True(report.IsClosed);
        Assert.Equal(2, report.Rounds.Length);
        Assert.All(report.Rounds, round => Assert.True(round.SumRecomputed));
        Assert.Equal([5UL], report.DeadRounds);
        Assert.Equal(3, report.ModelVersions);
        string text = report.ToText();
        Assert.Contains(recorded.Scenario.Plan.SpokenForm, text, StringComparison.Ordinal);
        Assert.Contains("round 1: 4 contributions in 1 group(s), 1 opened, 3 votes, 3 releases; sum recomputed", text,
            StringComparison.Ordinal);
        Assert.Contains("NOT recomputed", TranscriptVerifier.Verify(recorded.Bytes).ToText(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_flipped_bit_is_found_in_its_record() => FlipEvery(stride: 23);

    [Fact]
    [Trait("Category", "Slow")]
    public void A_flipped_bit_anywhere_is_found_in_its_record() => FlipEvery(stride: 1);

    [Fact]
    public void A_cut_off_end_is_found_or_reported()
    {
        using Recorded recorded = new(rounds: 1);
        byte[] bytes = recorded.Bytes;
        List<(int Start, int End)> frames = Frames(bytes);
        for (int length = 0; length < bytes.Length; length += length < 2000 ? 1 : 37)
        {
            TranscriptReport report = TranscriptVerifier.Verify(bytes.AsSpan(0, length));
            Assert.False(report is { IsValid: true, IsClosed: true }, $"cut off at {length} of {bytes.Length}");
        }

        Assert.Contains("may be missing", TranscriptVerifier.Verify(bytes.AsSpan(0, frames[^1].Start)).ToText(),
            StringComparison.Ordinal);
        Assert.False(TranscriptVerifier.Verify([.. bytes, 0]).IsValid);
    }

    [Fact]
    public void Records_that_are_left_out_repeated_or_swapped_are_found()
    {
        using Recorded recorded = new(rounds: 1);
        byte[] bytes = recorded.Bytes;
        List<(int Start, int End)> frames = Frames(bytes);
        for (int i = 0; i + 1 < frames.Count; i++)
        {
            byte[] left = bytes[frames[i].Start..(frames[i].End + 1)];
            byte[] right = bytes[frames[i + 1].Start..(frames[i + 1].End + 1)];
            byte[] before = bytes[..frames[i].Start];
            byte[] after = bytes[(frames[i + 1].End + 1)..];
            Assert.Equal(i, TranscriptVerifier.Verify([.. before, .. right, .. after]).Fault?.Record);
            Assert.Equal(i, TranscriptVerifier.Verify([.. before, .. right, .. left, .. after]).Fault?.Record);
            Assert.Equal(i + 1,
                TranscriptVerifier.Verify([.. before, .. left, .. left, .. right, .. after]).Fault?.Record);
        }
    }

    [Fact]
    public void A_ciphertext_that_was_changed_or_lost_is_found()
    {
        using Recorded recorded = new();
        recorded.Ciphertexts.Chunks[(0, 2, 0)][5] ^= 1;
        TranscriptFault fault = TranscriptVerifier.Verify(recorded.Bytes, recorded.Ciphertexts).Fault!;
        Assert.True(fault.Code is ViolationCode.RootMismatch or ViolationCode.MalformedCiphertext);
        Assert.Contains("client 2", fault.Message, StringComparison.Ordinal);

        recorded.Ciphertexts.Chunks.Remove((0, 2, 0));
        Assert.Equal(ViolationCode.Truncated,
            TranscriptVerifier.Verify(recorded.Bytes, recorded.Ciphertexts).Fault!.Code);
    }

    /// <summary>Only the ciphertexts show it: the server's own signature stands under a wrong sum.</summary>
    [Fact]
    public void A_server_that_lies_about_the_sum_is_found_with_the_ciphertexts_alone()
    {
        using Recorded recorded = new(rounds: 1, lie: true);
        Assert.True(TranscriptVerifier.Verify(recorded.Bytes).IsValid);
        Assert.Equal(ViolationCode.WrongSum,
            TranscriptVerifier.Verify(recorded.Bytes, recorded.Ciphertexts).Fault!.Code);
    }

    [Fact]
    public void A_model_that_does_not_follow_from_the_sum_is_found()
    {
        using Recorded recorded = new(forgeModel: true);
        Assert.True(TranscriptVerifier.Verify(recorded.Bytes, recorded.Ciphertexts).IsValid);
        Assert.Equal(ViolationCode.BrokenModelChain,
            TranscriptVerifier.Verify(recorded.Bytes, recorded.Ciphertexts, new DefaultRule()).Fault!.Code);
        using Recorded honest = new();
        Assert.True(TranscriptVerifier.Verify(honest.Bytes, honest.Ciphertexts, new DefaultRule()).IsValid);
    }

    // One random bit (fixed seed) of every stride-th byte.
    private static void FlipEvery(int stride)
    {
        using Recorded recorded = new(rounds: 1);
        byte[] bytes = recorded.Bytes;
        List<(int Start, int End)> frames = [(0, 7), .. Frames(bytes)];
        Random random = new(7);
        for (int position = 0; position < bytes.Length; position += stride)
        {
            (int start, int end) = frames.First(f => position >= f.Start && position <= f.End);
            byte[] flipped = [.. bytes];
            flipped[position] ^= (byte)(1 << random.Next(8));
            TranscriptFault? fault = TranscriptVerifier.Verify(flipped).Fault;
            Assert.True(fault is not null, $"byte {position} of {bytes.Length} accepted");
            Assert.True(fault.FirstByte == start, $"byte {position}, in {start} to {end}, located at {fault}");
            Assert.True(fault.LastByte >= position || position < start + 4, $"byte {position} located before: {fault}");
        }
    }

    private static List<(int Start, int End)> Frames(byte[] bytes)
    {
        List<(int, int)> frames = [];
        for (int at = 8; at < bytes.Length;)
        {
            int length = System.Buffers.Binary.BinaryPrimitives.ReadInt32BigEndian(bytes.AsSpan(at));
            frames.Add((at, at + 3 + length));
            at += 4 + length;
        }

        return frames;
    }

    private sealed class DefaultRule : IModelRule
    {
        public Digest? Apply(Digest previous, AggregationResult? sums, Digest sum)
        {
            Assert.NotNull(sums);
            return SumDigests.DefaultModel(previous, sum);
        }
    }

    private sealed class Stored : ICiphertextSource
    {
        public Dictionary<(ulong Round, int Client, long Chunk), byte[]> Chunks { get; } = [];

        public bool TryRead(ulong round, int client, long chunk, Span<byte> packed)
        {
            if (!Chunks.TryGetValue((round, client, chunk), out byte[]? bytes) || bytes.Length != packed.Length)
            {
                return false;
            }

            bytes.CopyTo(packed);
            return true;
        }
    }

    private sealed class Recorded : IDisposable
    {
        public Recorded(int rounds = 2, bool lie = false, bool forgeModel = false)
        {
            Transcript transcript = new(Scenario.Plan, Scenario.Identities.Server);
            List<byte> bytes = [.. transcript.Begin(), .. transcript.Append(Scenario.Versions[0])];
            for (ulong r = 0; r < (ulong)rounds; r++)
            {
                AggregationServer server = Gather(r);
                AggregationResult result = Scenario.Open(server, Scenario.Agree(server));
                AggregationResult told = lie ? Lie(result, server.Close().Proposal.Hash) : result;
                bytes.AddRange(transcript.Append(server.CreateRecords(told)));
                ModelVersion next = server.Advance(told, forgeModel ? new Digest([1, .. new byte[31]]) : null);
                Scenario.Versions.Add(next);
                bytes.AddRange(transcript.Append(next));
            }

            RoundDeath[] deaths = [.. Scenario.Holders.Select(holder => holder.CreateRoundDeath(5))];
            bytes.AddRange(transcript.Append(RoundDeathCertificate.Create(deaths[0].Context, deaths)));
            bytes.AddRange(transcript.Append(Scenario.Close()));
            Bytes = [.. bytes];
        }

        public Scenario Scenario { get; } = new();

        public byte[] Bytes { get; }

        public Stored Ciphertexts { get; } = new();

        public void Dispose() => Scenario.Dispose();

        private AggregationServer Gather(ulong round)
        {
            RoundInvitation invitation = Scenario.OpenRound(round);
            AggregationServer server = Scenario.StartServer(invitation);
            foreach (AggregationClient client in Scenario.Clients)
            {
                Contribution contribution = Scenario.Contribute(invitation, client.Index);
                server.Accept(contribution);
                foreach (ContributionChunk chunk in contribution.Chunks)
                {
                    Ciphertexts.Chunks[(round, client.Index, chunk.Index)] = chunk.Packed.ToArray();
                }
            }

            return server;
        }

        private AggregationResult Lie(AggregationResult result, Digest certificate)
        {
            GroupResult group = result.Groups[0] with { Digest = new Digest([9, .. new byte[31]]) };
            return new AggregationResult(Scenario.Plan, result.Context, certificate, [group], []);
        }
    }
}
