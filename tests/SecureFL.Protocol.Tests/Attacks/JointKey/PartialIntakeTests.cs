using SecureFL.Messages.JointKey;
using SecureFL.Messages.Rounds;
using SecureFL.Messages.Violations;
using SecureFL.Protocol.Roles;
using SecureFL.Protocol.Stores;
using SecureFL.Protocol.Suites.JointKey;
using SecureFL.Protocol.Suites.JointKey.Rounds;

namespace SecureFL.Protocol.Tests.Attacks.JointKey;

/// <summary>What a server keeps of partial decryptions: exactly those that count.</summary>
public sealed class PartialIntakeTests : IDisposable
{
    private readonly JointKeyScenario _scenario = new();
    private readonly Archive _archive = new();
    private readonly AggregationServer _server;
    private readonly PartialDecryptionChunk[] _partials;

    public PartialIntakeTests()
    {
        RoundInvitation invitation = _scenario.OpenRound();
        _server = new AggregationServer(_scenario.Plan, invitation, _scenario.Identities.Server, _scenario.Clock,
            _archive, new JointKeyServerOptions { Epoch = _scenario.Epoch });
        for (int client = 0; client < 4; client++)
        {
            _server.Accept(_scenario.Clients[client].Encrypt(invitation, _scenario.Vector(client)));
        }

        (Release release, _partials) = _scenario.Release(_scenario.Agree(_server), 0);
        _server.HandleRelease(release);
    }

    [Fact]
    public void A_repeated_chunk_does_not_replace_the_archived_one_nor_does_one_behind_the_last()
    {
        PartialDecryptionChunk good = _partials[0];
        _server.JointKey.HandlePartialDecryption(good);
        Assert.Null(_server.JointKey.NextPartial(0));
        foreach ((int group, long chunk) in ((int, long)[])[(good.Group, good.Chunk), (1, 0), (0, 1)])
        {
            try
            {
                _server.JointKey.HandlePartialDecryption(Forged(group, chunk));
            }
            catch (ProtocolViolationException)
            {
            }
        }

        Assert.Equal([(0, 0, 0L)], _archive.Partials.Keys);
        Assert.Equal(good.Packed.ToArray(), _archive.Partials[(0, 0, 0)]);
    }

    [Fact]
    public void A_malformed_chunk_is_not_archived()
    {
        Violation.Expect(ViolationCode.MalformedCiphertext,
            () => _server.JointKey.HandlePartialDecryption(Forged(0, 0)));
        Assert.Empty(_archive.Partials);
    }

    [Fact]
    public void A_chunk_that_cannot_be_archived_does_not_count_and_comes_again()
    {
        _archive.IsFull = true;
        Assert.Throws<IOException>(() => _server.JointKey.HandlePartialDecryption(_partials[0]));
        Assert.Equal((0, 0L), _server.JointKey.NextPartial(0));
        _archive.IsFull = false;
        _server.JointKey.HandlePartialDecryption(_partials[0]);
        Assert.Null(_server.JointKey.NextPartial(0));
        Assert.Equal(_partials[0].Packed.ToArray(), _archive.Partials[(0, 0, 0)]);
    }

    public void Dispose()
    {
        _server.Dispose();
        _scenario.Dispose();
    }

    private PartialDecryptionChunk Forged(int group, long chunk)
    {
        byte[] garbage = new byte[_partials[0].Packed.Length];
        garbage.AsSpan().Fill(0xff);
        return new PartialDecryptionChunk(_partials[0].Context, _partials[0].Certificate, 0, group, chunk, garbage);
    }

    private sealed class Archive : IContributionStore, IPartialDecryptionArchive
    {
        private readonly InMemoryContributionStore _inner = new();

        public Dictionary<(int Holder, int Group, long Chunk), byte[]> Partials { get; } = [];

        public bool IsFull { get; set; }

        public void Write(int client, long chunk, ReadOnlySpan<byte> packed) => _inner.Write(client, chunk, packed);

        public void Read(int client, long chunk, Span<byte> packed) => _inner.Read(client, chunk, packed);

        public void Remove(int client) => _inner.Remove(client);

        public void WritePartial(int holder, int group, long chunk, ReadOnlySpan<byte> packed) =>
            Partials[(holder, group, chunk)] = IsFull ? throw new IOException("full") : packed.ToArray();
    }
}
