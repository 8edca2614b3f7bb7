using System.Runtime.InteropServices;
using Microsoft.Extensions.Logging.Abstractions;
using SecureFL.Client.Models;
using SecureFL.Client.Rounds;
using SecureFL.Client.Sources;
using SecureFL.Deployment.Tests.Server;
using SecureFL.Protocol.Roles;
using SecureFL.Protocol.Suites.JointKey;
using SecureFL.Protocol.Transcripts;
using SecureFL.Ring.Randomness;
using SecureFL.Rlwe.JointKey;
using SecureFL.Rlwe.Planning;
using SecureFL.Seal.Encryption;
using SecureFL.Seal.Objects;
using SecureFL.Seal.Parameters;
using SecureFL.Seal.Serialization;
using SecureFL.Storage.Clients;
using SecureFL.Transport.Connections;
using SecureFL.Transport.Contracts;
using SecureFL.Transport.Identity;

namespace SecureFL.Deployment.Tests.Clients;

/// <summary>
/// Ciphertexts that travel as SEAL objects, over gRPC; one of the clients has a SEAL program encrypt.
/// </summary>
public sealed class SealClientTests : IDisposable
{
    private const int Length = 300_000;
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("securefl-client-");

    [Fact]
    public async Task A_sum_of_our_clients_and_one_with_a_seal_program_is_right_and_verifies()
    {
        await using TestSession session =
            new(null, vectorLength: Length, jointKey: new JointKeyRequest(3, 2, RoundsPerKey: 100, Wire: WireMode.Seal))
            { KeepCiphertexts = true };
        Assert.True(session.Plan.Parameters.ChunkCount > 1);
        await session.StartServerAsync();
        session.StartHolders();
        await session.StartRoundsAsync(1);
        float[][] vectors = [.. Enumerable.Range(0, 4)
            .Select(i => Enumerable.Range(0, Length).Select(k => ((i + k) % 100) / 64f).ToArray())];
        SealObjects program = new();
        await Task.WhenAll(Enumerable.Range(0, 4).Select(i =>
            Service(session, i, vectors[i], i == 2 ? program : null)
            .RunAsync(only: null, once: true, TestContext.Current.CancellationToken)));

        await session.UntilAsync(state => state.Phase is RoundPhase.Waiting or RoundPhase.Ended);
        Assert.Equal(session.Plan.Parameters.ChunkCount, program.Encrypted);
        float[] sum =
            [.. MemoryMarshal.Cast<byte, float>(
                File.ReadAllBytes(Path.Combine(session.Folder, "sums", "round-0.f32")))];
        for (int k = 0; k < sum.Length; k++)
        {
            Assert.Equal(vectors.Sum(vector => vector[k]), sum[k], 4 * session.Plan.Parameters.Step);
        }

        TranscriptReport report = session.Verify(ciphertexts: true);
        Assert.True(report.IsValid, report.ToText());
        Assert.All(report.Rounds, round => Assert.True(round.SumRecomputed));
    }

    [Fact]
    public async Task What_is_no_ciphertext_of_the_plan_is_not_committed()
    {
        await using TestSession session =
            new(null, jointKey: new JointKeyRequest(3, 2, RoundsPerKey: 100, Wire: WireMode.Seal));
        await session.StartServerAsync();
        session.StartHolders();
        await session.StartRoundsAsync(1);
        SealFormatException refusal = await Assert.ThrowsAsync<SealFormatException>(() =>
            Service(session, 1, new float[100], new SealObjects { Scale = 2 })
            .RunAsync(only: null, once: true, TestContext.Current.CancellationToken));
        Assert.Equal("ciphertext.scale", refusal.Field);
        ArgumentException missing = await Assert.ThrowsAsync<ArgumentException>(() =>
            Service(session, 2, new float[100], new SealObjects { Leaves = 0 })
            .RunAsync(only: null, once: true, TestContext.Current.CancellationToken));
        Assert.Contains("0 SEAL ciphertexts", missing.Message, StringComparison.Ordinal);
        await session.UntilAsync(state => state.Phase == RoundPhase.Collecting);
        Assert.Equal(0U, session.Host!.Engine.StateFor(0).Contributions);
    }

    public void Dispose() => _folder.Delete(recursive: true);

    private ClientService Service(TestSession session, int index, float[] vector, ISealEncryptor? encryptor)
    {
        AggregationClient role = session.Client(index).Role;
        string state = Directory.CreateDirectory(Path.Combine(_folder.FullName, $"{index}")).FullName;
        ServerLink link = session.Link(PeerRole.Client, $"hospital {index}");
        return new ClientService(
            session.Plan,
            role,
            new DurableContributions(session.Plan, role, new FileContributionOutbox(Path.Combine(state, "outbox"))),
            new VectorSource(vector, []),
            link,
            new ModelDownload(link, Path.Combine(state, "models"), NullLogger.Instance),
            own: null,
            NullLogger.Instance,
            encryptor);
    }

    /// <summary>A program that knows SEAL's objects and nothing else.</summary>
    private sealed class SealObjects : ISealEncryptor
    {
        public long Encrypted { get; private set; }

        public int Leaves { get; init; } = int.MaxValue;

        public double Scale { get; init; } = 1;

        public Task<T> EncryptAsync<T>(
            SealExchange exchange, ContributionValues values, Func<IEnumerable<ReadOnlyMemory<byte>>, T> take,
            CancellationToken cancellationToken)
        {
            SealParameters parameters = SealFormat.LoadParameters(exchange.CreateParameters());
            using Encryptor encryptor = new(SealFormat.LoadPublicKey(parameters, exchange.CreatePublicKey()),
                SystemEntropy.Instance);
            List<ReadOnlyMemory<byte>> ciphertexts = [];
            exchange.WritePlaintexts(values.Vector, values.Counters, plaintext =>
            {
                Ciphertext ciphertext = new(parameters);
                encryptor.Encrypt(SealFormat.LoadPlaintext(parameters, plaintext), ciphertext);
                byte[] saved = SealFormat.Save(ciphertext);
                System.Buffers.Binary.BinaryPrimitives
                    .WriteDoubleLittleEndian(saved.AsSpan(73), Scale * ciphertext.Scale);
                ciphertexts.Add(saved);
                Encrypted++;
            });
            return Task.FromResult(take(ciphertexts.Take(Leaves)));
        }
    }
}
