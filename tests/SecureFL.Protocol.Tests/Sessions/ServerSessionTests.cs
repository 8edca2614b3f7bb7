using SecureFL.Messages.Primitives;
using SecureFL.Messages.Rounds;
using SecureFL.Messages.Violations;
using SecureFL.Messages.Wire;
using SecureFL.Protocol.Sessions;

namespace SecureFL.Protocol.Tests.Sessions;

/// <summary>Answers that come at a bad time, writes that fail: nothing is lost, and nothing is half done.</summary>
public sealed class ServerSessionTests
{
    [Fact]
    public void A_release_that_comes_while_the_sum_is_being_opened_is_asked_for_again()
    {
        using SessionWorld world = new();
        world.Fix();
        world.Pump();
        world.Apply(new RoundFact(FactKind.Certificate, 0, world.Round.Server!.CreateCertificate().Encode()));
        world.Pump(default, 0, 1);
        SentTask task = world.Session.Take(world.Streams[2], TimeSpan.Zero).Single();
        byte[] release = world.Holders[2].Handle(task.Message);
        world.Session.IsBusy = true;
        world.Session.Handle(world.Streams[2], task.Id, release);
        Assert.Empty(world.Session.Take(world.Streams[2], TimeSpan.Zero));
        Assert.DoesNotContain(2, world.Round.Holders.Releases.Keys);

        // The releases that were there contradict each other: the third is needed.
        world.Session.IsBusy = false;
        world.Pump();
        Assert.Contains(2, world.Round.Holders.Releases.Keys);
    }

    [Fact]
    public void A_receipt_that_comes_while_the_set_is_being_fixed_is_asked_for_again()
    {
        using SessionWorld world = new();
        HolderStream stream = world.Streams[2] = new HolderStream(2, 1);
        world.Session.Ledgers.Attend(stream);
        IReadOnlyList<SentTask> tasks = world.Session.Take(stream, TimeSpan.Zero);
        world.Session.IsBusy = true;
        foreach (SentTask task in tasks)
        {
            world.Session.Handle(stream, task.Id, world.Holders[2].Handle(task.Message));
        }

        Assert.Empty(world.Session.Take(stream, TimeSpan.Zero));
        world.Session.IsBusy = false;
        Assert.Equal(4, world.Session.Take(stream, TimeSpan.Zero).Count);
    }

    [Fact]
    public void A_round_whose_set_could_not_be_written_is_open_again_and_what_follows_can_be_restored()
    {
        using SessionWorld world = new();
        CertificateProposal first = world.Close();
        Assert.Throws<IOException>(() => world.Session.Fix(first, (_, _) => throw new IOException("full")));
        Assert.Equal(RoundStage.Collecting, world.Round.Stage);
        world.Apply(new RoundFact(FactKind.Withdrawn, 1, default));
        world.Fix();
        Assert.Equal([0, 2, 3], world.Round.Closed!.Proposal.Entries.Select(entry => entry.Client).Order());

        // As the database has it: the withdrawal took header and root back.
        using ServerRound restored = world.NewRound();
        restored.Apply(world.Facts.Where(fact => fact.Party != 1
            || fact.Kind is not (FactKind.Header or FactKind.UploadRoot)));
        Assert.Equal(world.Round.Closed!.Proposal.Hash, restored.Closed!.Proposal.Hash);
    }

    [Fact]
    public void A_set_that_could_not_be_written_binds_no_key_holder_that_has_left()
    {
        using SessionWorld world = new(Suite.JointKey);
        world.Session.Suite.PrepareClose(world.Round, [0, 1]);
        CertificateProposal first = world.Close();
        Assert.Equal([0, 1], first.JointKey!.ActiveSet);
        Assert.Throws<IOException>(() => world.Session.Fix(first, (_, _) => throw new IOException("full")));
        world.Session.Suite.PrepareClose(world.Round, [1, 2]);
        world.Fix();
        Assert.Equal([1, 2], world.Round.Closed!.Proposal.JointKey!.ActiveSet);
    }

    [Fact]
    public void A_round_that_is_aborted_after_its_votes_dies_once_they_have_run_out()
    {
        using SessionWorld world = new();
        world.Fix();
        world.Pump();
        Assert.Equal(3, world.Round.Holders.Votes.Count);
        world.Apply(new RoundFact(FactKind.Abort, 0, "operator"u8.ToArray()));
        TimeSpan step = TimeSpan.FromSeconds(10);
        TimeSpan now = TimeSpan.Zero;
        int asked = 0;
        while (world.Round.Holders.Deaths.Count < 3 && now < TimeSpan.FromHours(25))
        {
            now += step;
            world.Clock.Advance(step);
            asked += world.Pump(now);
        }

        Assert.Equal(3, world.Round.Holders.Deaths.Count);
        Assert.True(now > TimeSpan.FromHours(23.9), $"the votes ran out after {now}");
        Assert.InRange(asked, 3, 3 * 1000);
    }
}
