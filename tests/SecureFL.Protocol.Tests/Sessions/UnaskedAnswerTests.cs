using SecureFL.Messages.Rounds;
using SecureFL.Messages.Violations;
using SecureFL.Protocol.Sessions;

namespace SecureFL.Protocol.Tests.Sessions;

/// <summary>A key holder answers each task of its stream once, and nothing else.</summary>
public sealed class UnaskedAnswerTests
{
    [Fact]
    public void An_answer_to_no_task_and_a_second_one_to_a_task_are_refused_and_a_late_one_is_not()
    {
        using SessionWorld world = new();
        HolderStream stream = world.Streams[2] = new HolderStream(2, 1);
        world.Session.Ledgers.Attend(stream);
        IReadOnlyList<SentTask> tasks = world.Session.Take(stream, TimeSpan.Zero);
        Assert.True(tasks.Count > 1);
        ulong beyond = tasks[^1].Id + 1;
        foreach (ulong id in (ulong[])[0, beyond, ulong.MaxValue])
        {
            RequireRefused($"task {id}, which was never asked", () => world.Session.Handle(stream, id, []));
            RequireRefused($"task {id}, which was never asked",
                () => world.Session.Refuse(stream, id, 0, TimeSpan.Zero, out _));
        }

        world.Session.Handle(stream, tasks[0].Id, world.Holders[2].Handle(tasks[0].Message));
        RequireRefused($"another one to task {tasks[0].Id}", () => world.Session.Handle(stream, tasks[0].Id, []));

        // The round has gone by: what was on its way breaks nothing, and counts for nothing.
        byte[] late = world.Holders[2].Handle(tasks[1].Message);
        world.Session.Round = null;
        world.Session.Handle(stream, tasks[1].Id, late);
    }

    private static void RequireRefused(string received, Action act)
    {
        ProtocolViolationException refusal = Assert.Throws<ProtocolViolationException>(act);
        Assert.Equal((ViolationCode.OutOfRange, Party.KeyHolder(2)), (refusal.Code, refusal.Offender));
        Assert.Contains(received, refusal.Received, StringComparison.Ordinal);
    }
}
