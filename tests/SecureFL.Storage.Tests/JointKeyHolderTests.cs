using SecureFL.Aggregation;
using SecureFL.Local;
using SecureFL.Ring.Randomness;

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
        AggregationPlan plan = _parties.CreatePlan(40, 8f, 8, 3, 2, 0, suite: Suite.JointKey);
        using KeyHolder other = new(
            plan, plan.Digest, _parties.KeyHolders[1], new InMemoryLedgerStorage(), new InMemoryRoundKeyStore(),
            TimeProvider.System, SystemEntropy.Instance, new InMemoryKeyShareStore());
        Release first;
        PartialDecryptionChunk sent;
        RoundCertificate certificate;
        using (FileLedgerStorage ledger = new(Path.Combine(_directory.FullName, "ledger")))
        {
            using KeyHolder holder = Start(plan, ledger);
            Confirm(holder, other);
            Confirm(other, holder);
            JointKeyEpoch key = LocalKeyGeneration.Run(plan, [holder, other], 0);
            ModelVersion[] versions = [ModelVersion.CreateFirst(plan, default, _parties.Server)];
            RoundOpener opener = new(plan, 0, versions);
            opener.HandleEntry(holder.CreateOpeningEntry(0, versions));
            opener.HandleEntry(other.CreateOpeningEntry(0, versions));
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
                foreach (ShareDelivery delivery in closed.DeliveriesFor(voter.Index))
                {
                    voter.HandleShare(delivery);
                }

                closed.ShowSum(voter.JointKey);
                server.HandleVote(voter.HandleProposal(closed.Proposal));
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
        ledger,
        new InMemoryRoundKeyStore(),
        TimeProvider.System,
        SystemEntropy.Instance,
        new FileKeyShareStore(Path.Combine(_directory.FullName, "shares")),
        new FileSumStore(Path.Combine(_directory.FullName, "sums")));
}
