namespace SecureFL.Aggregation;

/// <summary>Fresh identities for every party of a plan that lives in one process; clients take theirs in order. Thread-safe.</summary>
internal sealed class EmbeddedIdentities
{
    private readonly SigningIdentity[] _clients;
    private int _taken = -1;

    public EmbeddedIdentities(int clients, int keyHolders)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(clients);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(keyHolders);
        _clients = [.. Enumerable.Range(0, clients).Select(_ => SigningIdentity.Create())];
        KeyHolders = [.. Enumerable.Range(0, keyHolders).Select(_ => SigningIdentity.Create())];
        Enrolment = new Enrolment(
            Authority.PublicKey,
            Server.PublicKey,
            [.. _clients.Select((identity, i) => new EnrolledParty($"client {i}", identity.PublicKey))],
            [.. KeyHolders.Select((identity, i) => new EnrolledParty($"key holder {i}", identity.PublicKey))]);
    }

    public SigningIdentity Authority { get; } = SigningIdentity.Create();

    public SigningIdentity Server { get; } = SigningIdentity.Create();

    public IReadOnlyList<SigningIdentity> KeyHolders { get; }

    public Enrolment Enrolment { get; }

    /// <summary>The joint key of the process, once its key holders have generated it.</summary>
    public JointKeyEpoch? KeyEpoch { get; set; }

    /// <summary>The lifetime count of the newest agreed round under that key.</summary>
    public long Decrypted { get; set; }

    /// <summary>What a server of this process needs for its next round; null without a joint key.</summary>
    public JointKeyServerOptions? JointKeyOptions() =>
        KeyEpoch is null ? null : new JointKeyServerOptions { Epoch = KeyEpoch, DecryptedBefore = Decrypted };

    public SigningIdentity Client(int index) => _clients[index];

    /// <summary>The next client's index; refuses once every enrolled client exists.</summary>
    public int TakeClient()
    {
        int index = Interlocked.Increment(ref _taken);
        return index < _clients.Length ? index : throw new InvalidOperationException($"all {_clients.Length} enrolled clients of the plan exist already");
    }
}
