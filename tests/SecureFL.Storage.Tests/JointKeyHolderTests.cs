using SecureFL.Local;
using SecureFL.Messages.JointKey;
using SecureFL.Messages.Primitives;
using SecureFL.Messages.Rounds;
using SecureFL.Protocol.Plans;
using SecureFL.Protocol.Roles;
using SecureFL.Protocol.Rules;
using SecureFL.Protocol.Stores;
using SecureFL.Protocol.Suites.JointKey;
using SecureFL.Protocol.Suites.JointKey.KeyGeneration;
using SecureFL.Protocol.Suites.JointKey.Rounds;
using SecureFL.Ring.Randomness;
using SecureFL.Storage.Ledgers;
using SecureFL.Storage.Rounds;
using SecureFL.Storage.Secrets;
using SecureFL.Testing.Rounds;

namespace SecureFL.Storage.Tests;

/// <summary>
/// A key holder of the joint-key suite whose process ends between recording its release and sending it, on real files.
/// </summary>
public sealed class JointKeyHolderTests : IDisposable
{
    private readonly LocalParties _parties = new(3, 2);
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("securefl-joint-");

    [Fact]
    public void A_holder_that_stops_after_recording_sends_the_same_bytes_afterwards()
    {
        AggregationPlan plan = _parties.CreatePlan(40, 8f, 8, 3, 2, 1, suite: Suite.JointKey);
        using KeyHolder other = new(
            plan, plan.Digest, _parties.KeyHolders[1], HolderStorage.InMemory(),
            TimeProvider.System, SystemEntropy.Instance);
        Release first;
        PartialDecryptionChunk sent;
        RoundCertificate certificate;
        using (FileLedgerStorage ledger = new(Path.Combine(_directory.FullName, "ledger")))
        {
            using KeyHolder holder = Start(plan, ledger);
            Confirm(holder, other);
            Confirm(other, holder);
            JointKeyEpoch key = LocalKeyGeneration.Run(plan, [holder, other], 0);
            ModelVersion[] versions = [ModelVersion.CreateFirst(plan.Limits, default, _parties.Server)];
            RoundOpener opener = new(plan, 0, versions, default);
            opener.HandleEntry(holder.CreateOpeningEntry(0, default, versions));
            opener.HandleEntry(other.CreateOpeningEntry(0, default, versions));
            RoundInvitation invitation = opener.CreateInvitation();
            using AggregationServer server = new(
                plan, invitation, _parties.Server, TimeProvider.System, null,
                new JointKeyServerOptions
                {
                    Epoch = key,
                    Sums = new FileSumStore(Path.Combine(_directory.FullName, "server"))
                });
            for (int i = 0; i < 3; i++)
            {
                AggregationClient client = new(plan, plan.Digest, _parties.Clients[i], new InMemoryLedgerStorage(),
                    SystemEntropy.Instance);
                client.HandleKeyEpoch(key.Record, key.PublicKey);
                server.Accept(client.Encrypt(invitation, new float[40]));
            }

            ClosedRound closed = server.Close();
            foreach (KeyHolder voter in new[] { holder, other })
            {
                voter.HandleOpening(invitation.Opening);
                foreach (ShareDelivery delivery in server.DeliveriesFor(voter.Index))
                {
                    voter.HandleShare(delivery);
                }

                server.HandleVote(voter.HandleProposal(closed.Proposal));
                server.ShowSum(voter.JointKey);
            }

            certificate = server.CreateCertificate();
            first = holder.HandleCertificate(certificate);
            sent = holder.JointKey.CreatePartialDecryption(0, 0, 0);
        }

        using FileLedgerStorage reopened = new(Path.Combine(_directory.FullName, "ledger"));
        using KeyHolder restarted = Start(plan, reopened);
        Confirm(restarted, other);
        Assert.Equal(first.Encode(), restarted.HandleCertificate(certificate).Encode());
        Assert.Equal(sent.Hash, restarted.JointKey.CreatePartialDecryption(0, 0, 0).Hash);
    }

    public void Dispose() => _directory.Delete(recursive: true);

    private static void Confirm(KeyHolder holder, KeyHolder peer) =>
        holder.HandleLedgerHead(peer.HandleLedgerHeadRequest(holder.CreateLedgerHeadRequest()));

    private KeyHolder Start(AggregationPlan plan, FileLedgerStorage ledger) => new(
        plan,
        plan.Digest,
        _parties.KeyHolders[0],
        new HolderStorage(
            ledger,
            new InMemorySecretStore(),
            FileSecretStore.OfKeyShares(Path.Combine(_directory.FullName, "shares")),
            new FileSumStore(Path.Combine(_directory.FullName, "sums"))),
        TimeProvider.System,
        SystemEntropy.Instance);
}
