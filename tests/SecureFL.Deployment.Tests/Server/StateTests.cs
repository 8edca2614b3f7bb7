using Microsoft.Data.Sqlite;
using SecureFL.Messages.Primitives;
using SecureFL.Server.Rounds;
using SecureFL.Server.State;
using SecureFL.Server.Uploads;
using SecureFL.Transport.Contracts;

namespace SecureFL.Deployment.Tests.Server;

/// <summary>Versions, owners and torn ends of what lies on disk; the line at the door; the round's decisions.</summary>
public sealed class StateTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task State_of_a_newer_program_is_refused_naming_both_versions()
    {
        await using TestSession session = new(null);
        await session.StartServerAsync();
        await session.StopServerAsync();
        using (SqliteConnection connection =
            new(new SqliteConnectionStringBuilder
            { DataSource = Path.Combine(session.Folder, "state.db"), Pooling = false }.ToString()))
        {
            connection.Open();
            using SqliteCommand command = connection.CreateCommand();
            command.CommandText = "PRAGMA user_version = 7";
            command.ExecuteNonQuery();
        }

        NotSupportedException refusal = await Assert.ThrowsAsync<NotSupportedException>(session.StartServerAsync);
        Assert.Contains("version 7", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("version 1", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task One_server_uses_a_folder_and_one_plan_owns_it()
    {
        await using TestSession session = new(null);
        await session.StartServerAsync();
        Assert.Throws<IOException>(() => new ServerFolder(session.Folder));
        await session.StopServerAsync();
        Assert.Throws<InvalidDataException>(
            () => StateDatabase.Open(Path.Combine(session.Folder, "state.db"), new Digest(new byte[32])));
    }

    [Theory]
    [InlineData(-3)]
    [InlineData(5)]
    public async Task A_torn_end_of_the_transcript_is_written_again(int bytes)
    {
        await using TestSession session = new(null);
        await session.StartServerAsync();
        await session.StopServerAsync();
        string path = Path.Combine(session.Folder, "transcript.sfl");
        byte[] whole = File.ReadAllBytes(path);
        File.WriteAllBytes(path, bytes < 0 ? whole[..(whole.Length + bytes)] : [.. whole, .. new byte[bytes]]);
        await session.StartServerAsync();
        await session.StopServerAsync();
        Assert.Equal(whole, File.ReadAllBytes(path));
    }

    [Fact]
    public async Task Admission_serves_in_order_and_never_exceeds_its_bytes()
    {
        Admission admission = new(limit: 100, mostWaiting: 2);
        IDisposable first = (await admission.EnterAsync(60, Token))!;
        ValueTask<IDisposable?> second = admission.EnterAsync(50, Token);
        ValueTask<IDisposable?> third = admission.EnterAsync(10, Token);
        Assert.False(second.IsCompleted);
        Assert.False(third.IsCompleted);
        Assert.Null(await admission.EnterAsync(1, Token));
        first.Dispose();
        first.Dispose();
        using IDisposable admitted = (await second)!;
        using IDisposable last = (await third)!;
        Assert.Equal(60, admission.Reserved);
        using IDisposable? large = await admission.EnterAsync(40, Token);
        using CancellationTokenSource gone = new();
        ValueTask<IDisposable?> waiting = admission.EnterAsync(1000, gone.Token);
        await gone.CancelAsync();
        await Assert.ThrowsAsync<TaskCanceledException>(async () => await waiting);
        Assert.Equal(0, admission.Waiting);
    }

    [Fact]
    public void The_rounds_decisions_follow_from_its_facts()
    {
        RoundSituation opening = new()
        {
            Phase = RoundPhase.Opening,
            Holders = 3,
            Quorum = 2,
            Threshold = 2,
            Grace = TimeSpan.FromSeconds(1),
            DeathsNeeded = 2,
            Fewest = 3,
            Wanted = 4
        };
        Assert.Equal(RoundStep.Wait, RoundDecision.Next(opening with { Entries = 2 }));
        Assert.Equal(RoundStep.FixOpening,
            RoundDecision.Next(opening with { Entries = 2, Enough = TimeSpan.FromSeconds(1) }));
        Assert.Equal(RoundStep.FixOpening, RoundDecision.Next(opening with { Entries = 3 }));
        Assert.Equal(RoundStep.DeclareDead, RoundDecision.Next(opening with { Aborting = true }));

        RoundSituation collecting = opening with
        { Phase = RoundPhase.Collecting, Entries = 3, Accepted = 4, Confirmed = 3 };
        Assert.Equal(RoundStep.Wait, RoundDecision.Next(collecting));
        Assert.Equal(RoundStep.Close, RoundDecision.Next(collecting with { Confirmed = 4 }));
        Assert.Equal(RoundStep.Close, RoundDecision.Next(collecting with { Settled = true }));
        Assert.Equal(RoundStep.Wait, RoundDecision.Next(collecting with { Accepted = 3, CloseDue = TimeSpan.Zero }));
        Assert.Equal(RoundStep.Close,
            RoundDecision.Next(collecting with { Accepted = 3, CloseDue = TimeSpan.Zero, Settled = true }));
        Assert.Equal(RoundStep.Close,
            RoundDecision.Next(collecting with { Accepted = 3, CloseDue = TimeSpan.FromSeconds(1) }));
        Assert.Equal(RoundStep.Wait,
            RoundDecision.Next(collecting with
            { Accepted = 3, Confirmed = 2, CloseDue = TimeSpan.FromHours(1), Settled = true }));
        Assert.Equal(RoundStep.Wait, RoundDecision.Next(collecting with { Confirmed = 4, Aborting = true }));
        Assert.Equal(RoundStep.DeclareDead,
            RoundDecision.Next(collecting with { Confirmed = 4, Aborting = true, Deaths = 2 }));

        RoundSituation agreeing = collecting with { Phase = RoundPhase.Agreeing };
        Assert.Equal(RoundStep.Wait, RoundDecision.Next(agreeing with { Votes = 1 }));
        Assert.Equal(RoundStep.Certify, RoundDecision.Next(agreeing with { Votes = 2 }));
        Assert.Equal(RoundStep.Abort, RoundDecision.Next(agreeing with { Votes = 1, AgreementExpired = true }));
        Assert.Equal(RoundStep.Certify, RoundDecision.Next(agreeing with { Votes = 2, AgreementExpired = true }));

        RoundSituation releasing = agreeing with { Phase = RoundPhase.Releasing, Releases = 2 };
        Assert.Equal(RoundStep.Wait, RoundDecision.Next(releasing));
        Assert.Equal(RoundStep.Open, RoundDecision.Next(releasing with { Releases = 3 }));
        Assert.Equal(RoundStep.Open, RoundDecision.Next(releasing with { Enough = TimeSpan.FromSeconds(1) }));
        Assert.Equal(RoundStep.Wait,
            RoundDecision.Next(releasing with { Enough = TimeSpan.FromSeconds(1), ReleasesInVain = 2 }));
        Assert.Equal(RoundStep.Open, RoundDecision.Next(releasing with { Aborting = true, Releases = 3 }));
    }
}
