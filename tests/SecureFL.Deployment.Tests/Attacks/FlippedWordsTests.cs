using SecureFL.Messages.Violations;
using SecureFL.Transport.Contracts;

namespace SecureFL.Deployment.Tests.Attacks;

/// <summary>
/// Every field of every message to a client, wrong at one of them whenever it hears it but at the session's end: it is
/// refused, or nothing comes of it but a contribution less.
/// </summary>
public sealed class FlippedWordsTests(FlippedSessions sessions) : IClassFixture<FlippedSessions>
{
    private static readonly Party Victim = Party.Client(1);

    private static readonly (string Field, int Bit, Ending Ending)[] Words =
    [
        ("RoundState.round", 0, Ending.StoodStill),
        ("RoundState.round", 60, Ending.Refused),
        ("RoundState.phase", 0, Ending.StoodStill),
        ("RoundState.phase", 4, Ending.StoodStill),
        ("RoundState.kind", 0, Ending.Ended),
        ("RoundState.kind", 2, Ending.Ended),
        ("RoundState.model_version", 0, Ending.Ended),
        ("RoundState.model_version", 40, Ending.Refused),
        ("RoundState.model_digest", 77, Ending.Ended),
        ("RoundState.contributions", 31, Ending.Ended),
        ("RoundState.wanted", 0, Ending.Ended),
        ("RoundState.deadline_unix_ms", 62, Ending.Ended),
        ("RoundState.yours", 0, Ending.Ended),
        ("RoundState.reason", 0, Ending.Ended),
        ("RoundState.incomplete", 0, Ending.Ended),
        ("GetPlanReply.plan_message", 4000, Ending.Refused),
        ("GetPlanReply.terms", 200, Ending.Ended),
        ("GetInvitationReply.invitation_message", 3, Ending.Refused),
        ("GetInvitationReply.invitation_message", 4000, Ending.Refused),
        ("RoundState.chain_version", 0, Ending.Ended),
        ("ModelPart.total_bytes", 2, Ending.Refused),
        ("ModelPart.total_bytes", 50, Ending.Refused),
        ("ModelPart.offset", 0, Ending.Refused),
        ("ModelPart.offset", 40, Ending.Refused),
        ("ModelPart.data", 0, Ending.Refused),
        ("ModelPart.data", 100, Ending.Refused),
        ("ModelPart.data", 100_003, Ending.Refused),
        ("UploadState.round", 0, Ending.Ended),
        ("UploadState.next_chunk", 50, Ending.Ended),
        ("UploadState.chunk_count", 0, Ending.Ended),
        ("UploadState.root", 9, Ending.Ended),
        ("UploadState.accepted", 0, Ending.StoodStill),
        ("UploadState.in_sum", 0, Ending.Ended),
    ];

    private static readonly (string Field, int Bit, Ending Ending)[] JointKeys =
    [
        ("GetKeyEpochReply.record_message", 4000, Ending.Refused),
        ("GetKeyEpochReply.public_key_message", 4000, Ending.Refused),
    ];

    [Fact]
    public Task A_wrong_word_to_a_client_changes_no_contribution() => RequireAsync(Words, jointKey: false);

    [Fact]
    public Task A_wrong_joint_key_changes_no_contribution() => RequireAsync(JointKeys, jointKey: true);

    /// <summary>Where the last state names no model there is, the client says so, with a code.</summary>
    [Theory]
    [InlineData(0)]
    [InlineData(31)]
    [InlineData(33)]
    public Task A_malformed_digest_at_the_end_is_refused(int length) => sessions.RequireAsync(Victim,
        new OneFlip(Victim, (message, _) => IsEnd(message) ? WithDigest(message, length) : null), false,
        Ending.Refused);

    /// <summary>An end at a version before the client's own, or one that nothing made.</summary>
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public Task Another_version_at_the_end_is_refused(int bit) => sessions.RequireAsync(Victim,
        OneFlip.Of(Victim, "RoundState.chain_version", bit, (message, _) => IsEnd(message)), false, Ending.Refused);

    /// <summary>
    /// Nobody signs the end of a session: told that it has ended, a client leaves, with the model that it has made, and
    /// says that the terms go on (<see cref="EarlyEndTests"/>). It has contributed no more than it should.
    /// </summary>
    [Fact]
    public Task A_client_that_is_told_of_an_end_leaves_without_a_contribution() => sessions.RequireAsync(Victim,
        new OneFlip(Victim, (message, _) => message is RoundState { Phase: RoundPhase.Collecting } state
            ? new RoundState(state) { Phase = RoundPhase.Ended } : null), false, Ending.StoodStill);

    private Task RequireAsync((string Field, int Bit, Ending Ending)[] words, bool jointKey) =>
        FlippedSessions.AtOnceAsync(words, word => sessions.RequireAsync(Victim,
            OneFlip.Of(Victim, word.Field, word.Bit, (message, _) => !IsEnd(message)), jointKey, word.Ending));

    private static bool IsEnd(object message) => message is RoundState { Phase: RoundPhase.Ended };

    private static RoundState WithDigest(object message, int length) => new((RoundState)message)
    { ModelDigest = Google.Protobuf.ByteString.CopyFrom(new byte[length]) };
}
