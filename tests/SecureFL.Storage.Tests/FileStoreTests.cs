using SecureFL.Local;
using SecureFL.Messages.Rounds;
using SecureFL.Protocol.Plans;
using SecureFL.Protocol.Roles;
using SecureFL.Protocol.Stores;
using SecureFL.Protocol.Summation;
using SecureFL.Protocol.Transcripts;
using SecureFL.Ring.Randomness;
using SecureFL.Storage.Rounds;
using SecureFL.Storage.Secrets;

namespace SecureFL.Storage.Tests;

public sealed class FileStoreTests : IDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("securefl-store-");

    [Fact]
    public void Round_keys_survive_a_restart_and_are_overwritten_and_removed_by_erasing()
    {
        byte[] key = [.. Enumerable.Range(1, 32).Select(i => (byte)i)];
        FileSecretStore.OfRoundKeys(_directory.FullName).Save(3, key);
        File.WriteAllBytes(Path.Combine(_directory.FullName, "round-00000000000000000004.key.new"), key);
        FileSecretStore store = FileSecretStore.OfRoundKeys(_directory.FullName);
        byte[] read = new byte[32];

        Assert.True(store.TryLoad(3, read));
        Assert.Equal(key, read);
        Assert.Equal([3UL], store.Numbers);
        Assert.False(store.TryLoad(4, read));
        store.Erase(3);
        store.Erase(3);
        Assert.False(store.TryLoad(3, read));
        Assert.Empty(Directory.GetFiles(_directory.FullName));
    }

    [Fact]
    public void Erasing_overwrites_before_it_deletes()
    {
        SimulatedDisk disk = new();
        string directory = Path.GetFullPath("/keys");
        string file = Path.Combine(directory, "round-00000000000000000001.key");
        FileSecretStore store = FileSecretStore.OfRoundKeys(directory, disk);
        store.Save(1, [7, 7, 7]);
        disk.FailAt(2, seed: 1);
        Assert.Throws<PowerFailure>(() => store.Erase(1));
        if (disk.Exists(file))
        {
            Assert.Equal(new byte[3], disk.Read(file));
        }
    }

    [Fact]
    public void Chunks_come_back_and_a_removed_client_is_gone()
    {
        CiphertextDirectory ciphertexts = new(_directory.FullName);
        using (FileContributionStore store = new(_directory.FullName, 7))
        {
            byte[] read = new byte[4];
            store.Write(2, 0, [1, 2, 3, 4]);
            store.Write(2, 1, [5, 6, 7, 8]);
            store.Write(5, 0, [9, 9, 9, 9]);
            store.Read(2, 1, read);
            Assert.Equal([5, 6, 7, 8], read);
            store.Remove(5);
        }

        byte[] again = new byte[4];
        Assert.True(ciphertexts.TryRead(7, 2, 0, again));
        Assert.Equal([1, 2, 3, 4], again);
        Assert.False(ciphertexts.TryRead(7, 2, 2, again));
        Assert.False(ciphertexts.TryRead(7, 5, 0, again));
        Assert.False(ciphertexts.TryRead(8, 2, 0, again));
    }

    [Fact]
    public void A_transcript_with_its_ciphertext_directory_verifies()
    {
        LocalParties parties = new(3, 3);
        AggregationPlan plan = parties.CreatePlan(100, 8f, 8, 3, 2, 1);
        using LocalKeyHolders holders = new(plan, parties);
        using FileContributionStore store = new(_directory.FullName, 0);
        using AggregationServer server = holders.OpenRound(_ => store);
        RoundInvitation round = server.Round;
        for (int i = 0; i < 3; i++)
        {
            AggregationClient client = new(
                plan, plan.Digest, parties.Clients[i], new InMemoryLedgerStorage(), SystemEntropy.Instance);
            server.Accept(client.Encrypt(round, new float[100]));
        }

        AggregationResult result = server.Open(holders.Release(holders.Agree(server.Close())));
        Transcript transcript = new(plan, parties.Server);
        byte[] bytes = [.. transcript.Begin(), .. transcript.Append(round.Head),
            .. transcript.Append(server.CreateRecords(result))];

        TranscriptReport report = TranscriptVerifier.Verify(bytes, new CiphertextDirectory(_directory.FullName));
        Assert.True(report.IsValid, report.ToText());
        Assert.True(report.Rounds[0].SumRecomputed);
    }

    public void Dispose() => _directory.Delete(recursive: true);
}
