using SecureFL.Messages.Primitives;
using SecureFL.Messages.Rounds;
using SecureFL.Messages.Violations;
using SecureFL.Protocol.Roles;
using SecureFL.Protocol.Rules;
using SecureFL.Rlwe.Quantization;

namespace SecureFL.Protocol.Tests.Attacks;

/// <summary>
/// A server that has one client train while all others evaluate, which means that they send zeros, would read the one
/// update out of the sum. Attack B1 against version 1 of the protocol.
/// </summary>
public sealed class DifferentTasksTests : IDisposable
{
    private static readonly RoundTask Training = new(TaskKind.Training, 3);
    private static readonly RoundTask Evaluation = new(TaskKind.Evaluation, 3);
    private readonly Scenario _scenario = new(
        configure: settings => settings with { Terms = new Digest([.. Enumerable.Repeat((byte)7, 32)]) });

    public void Dispose() => _scenario.Dispose();

    [Fact]
    public void A_client_refuses_another_task_than_it_has_computed()
    {
        RoundInvitation training = Invite(Training);
        Digest model = training.Base.Model;

        Violation.Expect(ViolationCode.WrongTask,
            () => _scenario.Clients[0].PrepareContribution(training, model, task: Evaluation));
        Violation.Expect(ViolationCode.WrongTask,
            () => _scenario.Clients[0].PrepareContribution(training, model, task: Training with { Step = 4 }));
        Violation.Expect(ViolationCode.WrongTask,
            () => _scenario.Clients[0].PrepareContribution(training, model));
        Assert.Empty(_scenario.Clients[0].RoundsInTheWay(model));
        _scenario.Clients[0].PrepareContribution(training, model, task: Training).Dispose();
    }

    [Fact]
    public void Holders_sign_one_task_a_head_whatever_the_round()
    {
        KeyHolder holder = _scenario.Holders[0];
        holder.CreateOpeningEntry(0, Training, _scenario.Versions);

        Violation.Expect(ViolationCode.WrongTask, () => holder.CreateOpeningEntry(0, Evaluation, _scenario.Versions));
        Violation.Expect(ViolationCode.WrongTask, () => holder.CreateOpeningEntry(1, Evaluation, _scenario.Versions));
        using KeyHolder restarted = _scenario.StartHolder(0, _scenario.Ledgers[0], _scenario.Keys[0]);
        _scenario.Confirm(restarted);
        Violation.Expect(ViolationCode.WrongTask,
            () => restarted.CreateOpeningEntry(1, Evaluation, _scenario.Versions));
        Assert.Equal(Training.DigestOn(_scenario.Plan.Context(1), _scenario.Versions[0].Hash),
            restarted.CreateOpeningEntry(1, Training, _scenario.Versions).Task);
    }

    /// <summary>A client's program counts steps in 32 bits.</summary>
    [Fact]
    public void A_step_beyond_the_plans_rounds_is_refused_by_holders_and_clients()
    {
        RoundTask beyond = Training with { Step = (ulong)_scenario.Plan.Settings.Rounds };
        Violation.Expect(ViolationCode.WrongTask,
            () => _scenario.Holders[0].CreateOpeningEntry(0, beyond, _scenario.Versions));
        RoundInvitation honest = Invite(Training);
        RoundOpening signed = RoundOpening.Create(honest.Opening.Context, honest.Opening.Head, beyond,
            [.. honest.Opening.Entries.Select(entry => RoundOpeningEntry.Create(entry.Context, entry.Head,
                beyond.DigestOn(entry.Context, entry.Head), entry.Holder, entry.Nonce.Span, entry.PublicKey.Span,
                entry.VotedRounds, _scenario.Identities.KeyHolders[entry.Holder]))]);

        Violation.Expect(ViolationCode.WrongTask,
            () => _scenario.Clients[0].HandleInvitation(new RoundInvitation(signed, honest.Versions)));
    }

    [Fact]
    public void Entries_for_different_tasks_make_no_opening()
    {
        RoundOpeningEntry[] entries =
        [
            _scenario.Holders[0].CreateOpeningEntry(0, Training, _scenario.Versions),
            .. new[] { 1, 2 }.Select(h => _scenario.Holders[h].CreateOpeningEntry(0, Evaluation, _scenario.Versions)),
        ];
        RoundOpening mixed =
            RoundOpening.Create(_scenario.Plan.Context(0), _scenario.Versions[0].Hash, Evaluation, entries);

        Violation.Expect(ViolationCode.WrongTask,
            () => _scenario.Clients[0].HandleInvitation(new RoundInvitation(mixed, _scenario.Versions)));
        Violation.Expect(ViolationCode.WrongTask, () => _scenario.Holders[1].HandleOpening(mixed));
    }

    /// <summary>The one opening that the entries make under another name for its task.</summary>
    [Fact]
    public void An_opening_cannot_be_renamed_for_a_client()
    {
        RoundInvitation training = Invite(Training);
        RoundOpening renamed = RoundOpening.Create(training.Opening.Context, training.Opening.Head, Evaluation,
            training.Opening.Entries);

        Assert.NotEqual(training.Opening.Hash, renamed.Hash);
        Violation.Expect(ViolationCode.WrongTask,
            () => _scenario.Clients[0].HandleInvitation(new RoundInvitation(renamed, _scenario.Versions)));
    }

    [Fact]
    public void A_plan_without_terms_has_sums_alone()
    {
        using Scenario plain = new();
        Violation.Expect(ViolationCode.WrongTask,
            () => plain.Holders[0].CreateOpeningEntry(0, Training, plain.Versions));
        Violation.Expect(ViolationCode.WrongTask,
            () => plain.Holders[0].CreateOpeningEntry(0, new RoundTask(TaskKind.Sum, 1), plain.Versions));
    }

    /// <summary>In asynchronous rounds the second time may be on another model.</summary>
    [Fact]
    public void A_task_is_in_the_way_of_itself_on_any_model_until_its_round_is_proven_dead()
    {
        AggregationClient client = _scenario.Clients[0];
        client.Encrypt(Invite(Training), new float[40], [], Rounding.Stochastic, null, Training);
        Digest other = new([.. Enumerable.Repeat((byte)9, 32)]);
        Assert.Equal([0UL], client.RoundsInTheWay(other, Training));
        Assert.Empty(client.RoundsInTheWay(other, Training with { Step = 4 }));
        Assert.Empty(client.RoundsInTheWay(other, default));
        Assert.Empty(client.RoundsInTheWay(other));

        client.HandleRoundDeath(RoundDeathCertificate.Create(_scenario.Plan.Context(0),
            _scenario.Holders.Select(holder => holder.CreateRoundDeath(0))));
        Assert.Empty(client.RoundsInTheWay(other, Training));
    }

    private RoundInvitation Invite(RoundTask task)
    {
        RoundOpener opener = new(_scenario.Plan, 0, _scenario.Versions, task);
        foreach (KeyHolder holder in _scenario.Holders)
        {
            opener.HandleEntry(holder.CreateOpeningEntry(0, task, _scenario.Versions));
        }

        return opener.CreateInvitation();
    }
}
