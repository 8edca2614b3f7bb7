using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using SecureFL.Consortium.Parties;
using SecureFL.Consortium.Plans;
using SecureFL.KeyHolder.Attending;
using SecureFL.KeyHolder.Reporting;
using SecureFL.Messages.Text;
using SecureFL.Messages.Violations;
using SecureFL.Protocol.Stores;
using SecureFL.Ring.Randomness;
using SecureFL.Storage.Ledgers;
using SecureFL.Storage.Rounds;
using SecureFL.Storage.Secrets;
using SecureFL.Transport.Connections;
using SecureFL.Transport.Identity;

namespace SecureFL.KeyHolder;

/// <summary>
/// A key holder: it connects outwards, holds shares of the rounds' keys, and opens nothing but sums that the key
/// holders agreed on. Whatever it signs is durable in its ledger before it leaves. Runs once; one process a state
/// folder.
/// </summary>
public sealed class KeyHolderHost : IDisposable
{
    private readonly PartySession _session;
    private readonly FileLedgerStorage _ledger;
    private readonly Protocol.Roles.KeyHolder _holder;
    private readonly ILogger _logger;

    private KeyHolderHost(PartySession session, FileLedgerStorage ledger, Protocol.Roles.KeyHolder holder,
        ILogger logger)
    {
        _session = session;
        _ledger = ledger;
        _holder = holder;
        _logger = logger;
    }

    /// <summary>Consortium, role and name.</summary>
    public PeerIdentity Identity => _session.Identity.Peer;

    /// <summary>The plan that this holder's people approved.</summary>
    public PlanFile Plan => _session.PlanFile;

    /// <summary>The holder's number in the plan, from 0.</summary>
    public int Index => _holder.Index;

    /// <summary>
    /// Loads identity, plan and ledger, asks the server for the plan where none is here, and requires its approval.
    /// </summary>
    /// <param name="options">Who, where, and on which plan.</param>
    /// <param name="logger">Ids, rounds, codes and sizes; never values, shares or keys. Null for none.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="PartyException">Options, identity, plan, state folder, certificate or server are refused:
    /// <see cref="PartyException.Code"/> says which.</exception>
    /// <exception cref="ArgumentException">An address that is neither https nor loopback.</exception>
    /// <exception cref="OperationCanceledException">It was given up.</exception>
    public static async Task<KeyHolderHost> OpenAsync(KeyHolderOptions options, ILogger? logger = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        logger ??= NullLogger.Instance;
        PartySession session = await PartySession.OpenAsync(options, PeerRole.KeyHolder, logger, cancellationToken)
            .ConfigureAwait(false);
        FileLedgerStorage? ledger = null;
        try
        {
            return await PartyFaults.OfWorkAsync(() =>
            {
                ledger = OpenLedger(session.Folder.Ledger);
                string keys = options.KeysFolder ?? session.Folder.Keys;
                HolderStorage storage = new(ledger, FileSecretStore.OfRoundKeys(keys),
                    FileSecretStore.OfKeyShares(Path.Combine(keys, "joint")), new FileSumStore(session.Folder.Sums));
                return Task.FromResult(new KeyHolderHost(session, ledger, HolderOf(session, storage, options), logger));
            }).ConfigureAwait(false);
        }
        catch
        {
            ledger?.Dispose();
            session.Dispose();
            throw;
        }
    }

    /// <summary>Attends at the server until it is cancelled, over as many connections as that takes.</summary>
    /// <param name="progress">Told of every step; null for nobody.</param>
    /// <param name="cancellationToken">Stops; a later start goes on where this one was.</param>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    /// <exception cref="PartyException">A peer shows a signature that the ledger does not know, as it was restored from
    /// an old copy (<see cref="PartyRefusal.StaleLedger"/>); a write to the ledger failed; the server runs another
    /// plan, or refuses this holder for good.</exception>
    public Task RunAsync(IProgress<KeyHolderProgress>? progress = null,
        CancellationToken cancellationToken = default) =>
        PartyFaults.OfWorkAsync(async () =>
        {
            await new KeyHolderService(_session.Plan, _holder, _session.Link, _logger, progress)
                .RunAsync(cancellationToken).ConfigureAwait(false);
            return true;
        });

    /// <summary>Closes the connection, erases keys in memory, closes the ledger.</summary>
    public void Dispose()
    {
        _holder.Dispose();
        _ledger.Dispose();
        _session.Dispose();
    }

    private static Protocol.Roles.KeyHolder HolderOf(PartySession session, HolderStorage storage,
        KeyHolderOptions options)
    {
        try
        {
            return new Protocol.Roles.KeyHolder(session.Plan, session.Plan.Digest, session.Identity.Signing, storage,
                options.Clock, SystemEntropy.Instance);
        }
        catch (ProtocolViolationException fault)
        {
            throw new PartyException(PartyRefusal.Plan, fault.Message,
                "take the plan that enrols this party, or the identity that it enrols", fault,
                nameof(ConsortiumPartyOptions.PlanPath), nameof(ConsortiumPartyOptions.IdentityFolder));
        }
    }

    private static FileLedgerStorage OpenLedger(string path)
    {
        try
        {
            return new FileLedgerStorage(path);
        }
        catch (IOException fault)
        {
            throw new PartyException(PartyRefusal.StateFolder,
                $"the ledger cannot be opened: {FaultText.Of(fault)}",
                "check that the disk has room; one process at a time uses a state folder", fault,
                nameof(ConsortiumPartyOptions.StateFolder));
        }
    }
}
