using System.Security.Cryptography;

namespace SecureFL.Protocol.Stores;

/// <summary>
/// Where a key holder keeps secrets of one kind, each under a number: the private HPKE keys of undecided rounds, or its
/// shares of joint keys by epoch. Outside ledger and backups, readable by its owner alone: whoever finds an old key
/// opens the shares of its recorded round, and t stolen shares of one joint key open every ciphertext under it.
/// </summary>
public interface ISecretStore
{
    /// <summary>Numbers with a secret.</summary>
    IReadOnlyList<ulong> Numbers { get; }

    /// <summary>Stores a secret; durable when it returns. Replaces a former one.</summary>
    void Save(ulong number, ReadOnlySpan<byte> secret);

    /// <summary>Reads a secret into the destination; false if there is none of that length.</summary>
    bool TryLoad(ulong number, Span<byte> secret);

    /// <summary>Overwrites and removes a secret, if there is one.</summary>
    void Erase(ulong number);
}

/// <summary>Secrets that live as long as the process. Thread-safe.</summary>
public sealed class InMemorySecretStore : ISecretStore
{
    private readonly Dictionary<ulong, byte[]> _secrets = [];
    private readonly Lock _lock = new();

    /// <inheritdoc/>
    public IReadOnlyList<ulong> Numbers
    {
        get
        {
            lock (_lock)
            {
                return [.. _secrets.Keys];
            }
        }
    }

    /// <inheritdoc/>
    public void Save(ulong number, ReadOnlySpan<byte> secret)
    {
        Erase(number);
        byte[] copy = GC.AllocateArray<byte>(secret.Length, pinned: true);
        secret.CopyTo(copy);
        lock (_lock)
        {
            _secrets[number] = copy;
        }
    }

    /// <inheritdoc/>
    public bool TryLoad(ulong number, Span<byte> secret)
    {
        lock (_lock)
        {
            if (!_secrets.TryGetValue(number, out byte[]? known) || known.Length != secret.Length)
            {
                return false;
            }

            known.CopyTo(secret);
            return true;
        }
    }

    /// <inheritdoc/>
    public void Erase(ulong number)
    {
        lock (_lock)
        {
            if (_secrets.Remove(number, out byte[]? known))
            {
                CryptographicOperations.ZeroMemory(known);
            }
        }
    }
}
