namespace SecureFL.Transport.Identity;

/// <summary>What a certificate entitles its holder to be.</summary>
public enum PeerRole
{
    /// <summary>The aggregator.</summary>
    Server,

    /// <summary>A contributing site.</summary>
    Client,

    /// <summary>A key holder.</summary>
    KeyHolder,

    /// <summary>A person or program that starts rounds and reads the status; the plan's authority is one.</summary>
    Operator,
}

/// <summary>The roles as certificates and the command line write them.</summary>
public static class PeerRoles
{
    /// <summary>All roles by their names.</summary>
    public static IReadOnlyList<string> Names { get; } = ["server", "client", "key-holder", "operator"];

    /// <summary>For example <c>key-holder</c>.</summary>
    public static string NameOf(PeerRole role) => Names[(int)role];

    /// <summary>The role of that name, null for none.</summary>
    public static PeerRole? Parse(string name)
    {
        for (int i = 0; i < Names.Count; i++)
        {
            if (Names[i] == name)
            {
                return (PeerRole)i;
            }
        }

        return null;
    }
}
