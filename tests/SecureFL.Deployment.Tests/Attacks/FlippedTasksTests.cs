using SecureFL.Messages.Violations;
using SecureFL.Messages.Wire;
using SecureFL.Transport.Contracts;

namespace SecureFL.Deployment.Tests.Attacks;

/// <summary>
/// Every kind of task of a key holder with a byte changed: it is refused with a code, or nothing comes of it.
/// </summary>
public sealed class FlippedTasksTests(FlippedSessions sessions) : IClassFixture<FlippedSessions>
{
    private static readonly Party Victim = Party.KeyHolder(1);

    // Whichever key holders decrypt.
    private static readonly Party Active = Party.KeyHolder(-1);

    private static readonly MessageType[] Tasks =
    [
        MessageType.RoundOpening, MessageType.ShareDelivery, MessageType.CertificateProposal,
        MessageType.RoundCertificate, MessageType.LedgerHead, MessageType.LedgerHeadRequest,
    ];

    private static readonly MessageType[] JointKeyTasks =
    [
        MessageType.KeyEpochOpening, MessageType.KeyEpochCommitments, MessageType.PublicKeyShare,
        MessageType.SealedKeyShare, MessageType.KeyDealing, MessageType.KeyEpochRecord, MessageType.ShareDelivery,
        MessageType.CertificateProposal,
    ];

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public Task A_wrong_task_is_refused(bool jointKey) => FlippedSessions.AtOnceAsync(jointKey ? JointKeyTasks : Tasks,
        type => sessions.RequireAsync(Victim, Last(Victim, type, 9), jointKey, Ending.Refused));

    [Theory]
    [InlineData(MessageType.SummedCiphertext)]
    [InlineData(MessageType.RoundCertificate)]
    public Task A_wrong_task_is_refused_by_an_active_key_holder(MessageType type) =>
        sessions.RequireAsync(Active, Last(Active, type, 9), true, Ending.Refused);

    /// <summary>A request is not signed: what is answered to another one does not count.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public Task A_wrong_request_comes_to_nothing(bool jointKey) => FlippedSessions.AtOnceAsync([50, 57, 58, 66],
        position => sessions.RequireAsync(Victim, FirstRequest(position), jointKey, Ending.Ended, Ending.Refused));

    [Fact]
    public Task A_wrong_word_to_a_key_holder_changes_no_sum() => FlippedSessions.AtOnceAsync<(string, int, Ending)>(
        [
            ("HolderTask.id", 0, Ending.Ended),
            ("GetPlanReply.plan_message", 4000, Ending.Refused),
            ("GetPlanReply.terms", 200, Ending.Ended),
        ],
        word => sessions.RequireAsync(Victim,
            OneFlip.Of(Victim, word.Item1, word.Item2, (_, before) => before == 0), false, word.Item3));

    private static OneFlip FirstRequest(int position)
    {
        int requests = 0;
        return new OneFlip(Victim, (message, _) => message is HolderTask task
            && task.Message[0] == (byte)MessageType.HolderRequest && Interlocked.Increment(ref requests) == 1
            ? Flipped(task, position) : null);
    }

    // The byte at a distance from the end of all tasks of a type.
    private static OneFlip Last(Party victim, MessageType type, int fromEnd) => new(victim, (message, _) =>
        message is HolderTask task && task.Message[0] == (byte)type
            ? Flipped(task, task.Message.Length - fromEnd) : null);

    private static HolderTask Flipped(HolderTask task, int position)
    {
        byte[] message = task.Message.ToByteArray();
        message[position % message.Length] ^= 1;
        return new HolderTask { Id = task.Id, Message = Google.Protobuf.ByteString.CopyFrom(message) };
    }
}
