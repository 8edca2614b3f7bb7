namespace SecureFL.Reference;

/// <summary>Section 8, negative: bytes that no message of the plan has.</summary>
internal static class ParseVectors
{
    // Offsets in every message of a round: type 0, version 1, suite 2, plan 3..34, session 35..50, round 51..58.
    private const int SuiteAt = 2;
    private const int PlanAt = 3;
    private const int SessionAt = 35;
    private const int RoundAt = 51;
    private const int FieldsAt = 59;

    public static IEnumerable<Vector> All(SmallRound s)
    {
        byte[] vote = s.Round.Vote(s.Proposal, 1).Encoded;
        byte[] statement = s.Contributions[0].Statement.Encoded;
        byte[] chunk = s.Contributions[0].ChunkMessages[0].Encoded;
        ReferenceContribution first = s.Contributions[0];
        Message Header(Message statement, params byte[][] shares) =>
            Wire.Header(statement, shares, first.LinearDigest);
        byte[] release = s.Releases[0].Encoded;
        byte[] sum = s.Sum.Encoded;
        byte[] opening = s.Round.Opening.Encoded;
        byte[] proposal = s.Proposal.Encoded;
        Message[] votes = [s.Round.Vote(s.Proposal, 0), s.Round.Vote(s.Proposal, 1)];
        Entry[] entries = [.. s.Group.Select(c => c.Entry)];
        int entryBytes = s.Round.Entries[0].Encoded.Length;
        int firstEntry = FieldsAt + 41 + 4;
        const int statementClient = FieldsAt + 32;
        const int statementShares = FieldsAt + 32 + 4 + 32 + 32 + 32;
        const int chunkIndex = FieldsAt + 4;
        const int releaseGroups = FieldsAt + 32 + 32 + 4;
        (string Name, string Type, string What, byte[] Bytes, int Code, string CodeName)[] cases =
        [
            ("empty", "Vote", "No bytes at all.", [], 100, "Truncated"),
            ("truncated", "Vote", "The last byte of the signature is missing.", vote[..^1], 100, "Truncated"),
            ("trailing-byte", "Vote", "A byte follows the signature.", [.. vote, 0], 101, "TrailingBytes"),
            ("message-type", "Vote", "The type byte of a release.", Flip(vote, 0, 11 ^ 13), 105, "WrongMessageType"),
            ("version", "Vote", "Version 2.", Flip(vote, 1, 3), 200, "WrongVersion"),
            ("suite", "Vote", "The suite joint-key.", Flip(vote, SuiteAt, 3), 201, "WrongSuite"),
            ("plan", "Vote", "Another plan's digest.", Flip(vote, PlanAt, 1), 202, "WrongPlan"),
            ("session", "Vote", "Another session.", Flip(vote, SessionAt, 1), 203, "WrongSession"),
            ("round", "Vote", "A round beyond the plan's last.", Flip(vote, RoundAt, 1), 204, "WrongRound"),
            ("holder", "Vote", "A key holder that the plan does not list.", Flip(vote, FieldsAt + 64 + 3, 2), 208,
                "NotEnrolled"),
            ("client", "ContributionStatement", "A client that the plan does not list.",
                Flip(statement, statementClient + 3, 4), 208, "NotEnrolled"),
            ("no-shares", "ContributionStatement", "A statement without shares.",
                Flip(statement, statementShares + 3, 3), 103, "OutOfRange"),
            ("too-many-shares", "ContributionStatement", "More shares than key holders.",
                Flip(statement, statementShares, 0x80), 102, "Oversized"),
            ("short-proof", "ContributionStatement", "A proof that is one byte short.",
                [.. statement[..^65], .. statement[^64..]], 100, "Truncated"),
            ("chunk-index", "ContributionChunk", "A chunk that the vector does not have.",
                Flip(chunk, chunkIndex + 7, 1), 103, "OutOfRange"),
            ("chunk-short", "ContributionChunk", "A packed chunk that is one byte short.", chunk[..^1], 100,
                "Truncated"),
            ("chunk-long", "ContributionChunk", "A packed chunk that is one byte long.", [.. chunk, 0], 101,
                "TrailingBytes"),
            ("share-hash", "ContributionHeader", "A share ciphertext other than the signed one.",
                Header(first.Statement, first.Shares[0], first.Shares[1], Flip(first.Shares[2], 100, 1)).Encoded, 406,
                "ShareMismatch"),
            ("missing-share", "ContributionHeader", "The last share ciphertext and the linear digest are missing.",
                Wire.Header(first.Statement, first.Shares[..2], []).Encoded, 100, "Truncated"),
            ("header-inner-type", "ContributionHeader", "What is inside is not a statement.",
                Header(first.Statement with { Encoded = Flip(statement, 0, 1) }, first.Shares).Encoded, 105,
                "WrongMessageType"),
            ("header-digest", "ContributionHeader", "A linear digest other than the signed one.",
                Wire.Header(first.Statement, first.Shares, s.Contributions[1].LinearDigest).Encoded, 413,
                "DigestMismatch"),
            ("header-share-and-digest", "ContributionHeader", "Another share and another digest: the share is first.",
                Wire.Header(first.Statement, [first.Shares[1], .. first.Shares[1..]],
                    s.Contributions[1].LinearDigest).Encoded, 406, "ShareMismatch"),
            ("header-no-digest", "ContributionHeader", "The linear digest is missing.",
                Wire.Header(first.Statement, first.Shares, []).Encoded, 100, "Truncated"),
            ("delivery-no-digest", "ShareDelivery", "The linear digest is missing.",
                Wire.Delivery(first.Statement, 0, first.Shares[0], []).Encoded, 100, "Truncated"),
            ("delivery-long", "ShareDelivery", "A byte follows the linear digest.",
                [.. first.Delivery(0, 0).Encoded, 0], 101, "TrailingBytes"),
            ("no-entries", "RoundOpening", "An opening without entries.", [.. opening[..(FieldsAt + 41)], 0, 0, 0, 0],
                103, "OutOfRange"),
            ("too-many-entries", "RoundOpening", "Four entries of three key holders.",
                Wire.Opening(s.Round.Context, s.World.First.Hash, s.World.Task,
                    [.. s.Round.Entries, s.Round.Entries[2]]).Encoded, 102, "Oversized"),
            ("voted-order", "RoundOpeningEntry", "The rounds of former votes do not rise.",
                new ReferenceRound(s.World, 3).Entry(0, voted: [2, 1]).Encoded, 104, "NonCanonical"),
            ("voted-own-round", "RoundOpeningEntry", "A former vote in the round itself.",
                new ReferenceRound(s.World, 3).Entry(0, voted: [3]).Encoded, 104, "NonCanonical"),
            ("voted-too-many", "RoundOpeningEntry", "Votes in more rounds than were before.",
                new ReferenceRound(s.World, 1).Entry(0, voted: [0, 1]).Encoded, 102, "Oversized"),
            ("closing-empty", "TranscriptClosing", "No closing statements.", Wire.Closing(s.World.Context(0)).Encoded,
                103, "OutOfRange"),
            ("entry-twice", "RoundOpening", "The entry of one key holder twice.",
                Wire.Opening(s.Round.Context, s.World.First.Hash, s.World.Task, s.Round.Entries[0], s.Round.Entries[0],
                    s.Round.Entries[2]).Encoded, 401, "DuplicateHolder"),
            ("entry-order", "RoundOpening", "Entries out of order.",
                Wire.Opening(s.Round.Context, s.World.First.Hash, s.World.Task, s.Round.Entries[1],
                    s.Round.Entries[0]).Encoded, 104, "NonCanonical"),
            ("entry-inner-version", "RoundOpening", "An entry of another version.",
                Flip(opening, firstEntry + entryBytes + 1, 2), 200, "WrongVersion"),
            ("no-groups", "CertificateProposal", "A proposal without groups.",
                Wire.Proposal(s.Round.Context, s.Round.Opening.Hash, s.World.First.Hash, World.Now, [],
                    s.World.Server).Encoded, 103, "OutOfRange"),
            ("empty-group", "CertificateProposal", "An empty group.",
                Wire.Proposal(s.Round.Context, s.Round.Opening.Hash, s.World.First.Hash, World.Now, [entries, []],
                    s.World.Server).Encoded, 103, "OutOfRange"),
            ("group-order", "CertificateProposal", "Clients out of order.",
                Wire.Proposal(s.Round.Context, s.Round.Opening.Hash, s.World.First.Hash, World.Now,
                    [[entries[1], entries[0], entries[2]]], s.World.Server).Encoded, 104, "NonCanonical"),
            ("group-twice", "CertificateProposal", "A client twice in a group.",
                Wire.Proposal(s.Round.Context, s.Round.Opening.Hash, s.World.First.Hash, World.Now,
                    [[entries[0], entries[0], entries[2]]], s.World.Server).Encoded, 501, "GroupsNotDisjoint"),
            ("negative-deadline", "CertificateProposal", "A deadline before 1970.", Flip(proposal, FieldsAt + 64, 0x80),
                103, "OutOfRange"),
            ("vote-order", "RoundCertificate", "Votes out of order.",
                Wire.Certificate(s.Proposal, votes[1], votes[0]).Encoded, 104, "NonCanonical"),
            ("vote-twice", "RoundCertificate", "One vote twice.",
                Wire.Certificate(s.Proposal, votes[0], votes[0]).Encoded, 401, "DuplicateHolder"),
            ("no-votes", "RoundCertificate", "No votes.", Wire.Certificate(s.Proposal).Encoded, 103, "OutOfRange"),
            ("release-groups", "Release", "A count of groups beyond the clients.", Flip(release, releaseGroups + 2, 1),
                102, "Oversized"),
            ("release-count", "Release", "Two groups announced, one there.", Flip(release, releaseGroups + 3, 3), 100,
                "Truncated"),
            ("sum-status", "RoundSum", "A status that does not exist.", Flip(sum, FieldsAt + 36, 4), 103, "OutOfRange"),
            ("sum-spoiled-digest", "RoundSum", "A digest where the group was spoiled.", Flip(sum, FieldsAt + 36, 1),
                103, "OutOfRange"),
            ("head-flag", "LedgerHead", "The flag of the vote is 2.",
                Flip(Wire.Head(s.World.Context(0), 2, 1, new byte[32], null, null, s.World.Holders[2]).Encoded,
                    FieldsAt + 40, 2), 104, "NonCanonical"),
            ("evidence-no-releases", "SumEvidence", "No releases.", Evidence(s).Encoded, 103, "OutOfRange"),
            ("evidence-too-many-releases", "SumEvidence", "Four releases of three key holders.",
                Evidence(s, [.. s.Releases, s.Releases[2]]).Encoded, 102, "Oversized"),
            ("evidence-release-twice", "SumEvidence", "One release twice.",
                Evidence(s, s.Releases[0], s.Releases[0]).Encoded, 401, "DuplicateHolder"),
            ("evidence-order", "SumEvidence", "Releases out of order.",
                Evidence(s, s.Releases[1], s.Releases[0]).Encoded, 104, "NonCanonical"),
            ("evidence-inner-type", "SumEvidence", "What stands first is not a model version.",
                Flip(Evidence(s, s.Releases[0], s.Releases[1]).Encoded, FieldsAt, 1), 105, "WrongMessageType"),
            ("request-wanted", "HolderRequest", "A request for a message of type 0.",
                Wire.Request(s.Round.Context, 0, 0, 0).Encoded, 105, "WrongMessageType"),
            ("request-versions", "HolderRequest", "Model versions with a request that takes none.",
                Wire.Request(s.Round.Context, 14, 0, 0, s.World.First).Encoded, 102, "Oversized"),
            ("request-position", "HolderRequest", "A chunk before the first.",
                Wire.Request(s.Round.Context, 33, 0, -1).Encoded, 103, "OutOfRange"),
            ("request-task", "HolderRequest", "A task with a request that takes none.",
                Wire.Request(s.Round.Context, 14, 0, 0, new ReferenceTask(0, 1)).Encoded, 104, "NonCanonical"),
            ("task-kind", "RoundOpening", "A kind of task that does not exist.", Flip(opening, FieldsAt + 32, 4), 103,
                "OutOfRange"),
            ("invitation-no-versions", "RoundInvitation", "No model versions.",
                Wire.Invitation(s.Round.Opening).Encoded, 103, "OutOfRange"),
            ("invitation-two-versions", "RoundInvitation", "Two model versions where K = 1.",
                Wire.Invitation(s.Round.Opening, s.World.First, s.Second).Encoded, 102, "Oversized"),
        ];
        return cases.Select(c => new Vector("parse-" + c.Name, "08-wire-format", c.What, "parse")
        {
            ["plan"] = "@round.json#/plan",
            ["type"] = c.Type,
            ["bytes"] = RoundVectors.Bytes(s, new Message(c.Type, c.Bytes, [])),
        }.Refused(c.Code, c.CodeName));
    }

    private static Message Evidence(SmallRound s, params Message[] releases) =>
        Wire.Evidence(s.Round.Context, s.World.First, s.Round.Opening, s.Certificate, releases, s.Second);

    private static byte[] Flip(byte[] bytes, int at, int bits)
    {
        byte[] changed = [.. bytes];
        changed[at] ^= (byte)bits;
        return changed;
    }
}
