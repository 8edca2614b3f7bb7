using System.Net;
using System.Net.Sockets;
using SecureFL.Consortium.Plans;
using SecureFL.Learning.Rounds;
using SecureFL.Server.Hosting;
using SecureFL.Transport.Contracts;

namespace SecureFL.Deployment.Tests.Server;

/// <summary>What operators are told of: rounds that wait behind their deadline, clips that cut, ports in use.</summary>
public sealed class OperatorWarningsTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("securefl-warnings-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task A_deadline_that_passed_with_too_few_is_told_until_enough_are_there()
    {
        TrainingTerms terms = TestSession.Terms(rounds: 1) with
        {
            Rounds = new RoundPolicy { OpeningGraceSeconds = 0.1, DeadlineSeconds = 1 },
        };
        await using TestSession session = new(terms);
        await session.StartServerAsync();
        session.StartHolders();
        await session.StartRoundsAsync();
        RoundState state = await session.UntilAsync(state => state.Phase == RoundPhase.Collecting);
        TestClient[] clients = session.Clients();
        await clients[0].ContributeAsync(state);
        await clients[1].ContributeAsync(state);
        await session.UntilAsync(state => state.Reason.StartsWith("deadline passed, 2 of at least 3",
            StringComparison.Ordinal));
        await clients[2].ContributeAsync(state);
        await session.UntilAsync(later => later.ModelVersion > state.ModelVersion
            && !later.Reason.Contains("deadline", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_clip_that_cuts_is_told_to_operators_with_the_steps_and_the_way_out()
    {
        TrainingTerms terms = TestSession.Terms(rounds: 1) with { Clips = [1e-4f] };
        await using TestSession session = new(terms);
        await session.StartServerAsync();
        session.StartHolders();
        await session.StartRoundsAsync();
        await Task.WhenAll(Enumerable.Range(0, 4).Select(i =>
            session.Service(i, session.Source(terms, i), Path.Combine(_folder.FullName, $"{i}"))
            .RunAsync(only: null, once: false, TestContext.Current.CancellationToken)));
        string[] warnings = [.. session.Host!.Engine.Status(0).Recent.SelectMany(round => round.Warnings)];
        Assert.Contains(warnings, warning => warning.Contains("elements were clipped; the sites' own logs name",
            StringComparison.Ordinal));
        Assert.Contains(warnings, warning => warning.StartsWith("the clips are 0.0001 to 0.0001, the quantisation steps "
            + "3.05E-09", StringComparison.Ordinal));
    }

    [Fact]
    public void A_site_is_told_the_tensor_and_the_clip_that_leaves_room() => Assert.Equal(
        ["50.0 % of the updates' elements were clipped, most of tensor layer0.weight, 80.0 % of its elements; --clip 8 "
            + "in a new plan leaves room for all of them"],
        QuantisationNotes.Of(0.5, null, new ClippedTensor("layer0.weight", 0.8, 3)));

    [Fact]
    public void A_port_in_use_and_a_foreign_address_are_named()
    {
        using Socket socket = new(SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        socket.Listen(1);
        IPEndPoint taken = new(IPAddress.Loopback, ((IPEndPoint)socket.LocalEndPoint!).Port);
        Assert.Equal($"cannot listen on {taken}: the port is in use",
            Assert.Throws<AddressUnavailableException>(() => ListenAddresses.RequireFree([taken])).Message);
        IPEndPoint foreign = new(IPAddress.Parse("203.0.113.1"), 7443);
        Assert.Equal("cannot listen on 203.0.113.1:7443: the address is not one of this machine",
            Assert.Throws<AddressUnavailableException>(() => ListenAddresses.RequireFree([foreign])).Message);
    }
}
