namespace SecureFL.Protocol.Sessions;

/// <summary>Death certificates that key holders have not taken yet. Not thread-safe.</summary>
public sealed class OwedDeaths
{
    private readonly Dictionary<int, List<(ulong Round, byte[] Certificate)>> _owed = [];

    /// <summary>A holder is to take a certificate.</summary>
    public void Add(int holder, ulong round, byte[] certificate)
    {
        if (!_owed.TryGetValue(holder, out List<(ulong Round, byte[] Certificate)>? owed))
        {
            _owed.Add(holder, owed = []);
        }

        owed.Add((round, certificate));
    }

    /// <summary>The certificates of a holder, in the order in which they came up.</summary>
    internal IEnumerable<(ulong Round, byte[] Certificate)> Of(int holder) => _owed.GetValueOrDefault(holder) ?? [];

    /// <summary>A holder has taken the certificate of a round.</summary>
    internal void Remove(int holder, ulong round) =>
        _owed.GetValueOrDefault(holder)?.RemoveAll(death => death.Round == round);
}
