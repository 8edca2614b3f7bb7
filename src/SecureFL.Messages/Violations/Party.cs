using System.Globalization;

namespace SecureFL.Messages.Violations;

/// <summary>The roles of the protocol.</summary>
public enum PartyRole
{
    /// <summary>A sender that is not known yet.</summary>
    Peer = 0,

    /// <summary>A contributing site.</summary>
    Client = 1,

    /// <summary>The aggregator.</summary>
    Server = 2,

    /// <summary>A key holder.</summary>
    KeyHolder = 3,

    /// <summary>Whoever signed the plan.</summary>
    Authority = 4,
}

/// <summary>A party by role and plan index.</summary>
/// <param name="Role">The role.</param>
/// <param name="Index">The index in the plan's list of that role, from 0; -1 where the role has one party or the index
/// is unknown.</param>
public readonly record struct Party(PartyRole Role, int Index = -1)
{
    /// <summary>A sender that is not known yet.</summary>
    public static Party Peer => default(Party) with { Index = -1 };

    /// <summary>The server.</summary>
    public static Party Server => new(PartyRole.Server);

    /// <summary>The signer of the plan.</summary>
    public static Party Authority => new(PartyRole.Authority);

    /// <summary>The client with this plan index.</summary>
    public static Party Client(int index) => new(PartyRole.Client, index);

    /// <summary>The key holder with this plan index.</summary>
    public static Party KeyHolder(int index) => new(PartyRole.KeyHolder, index);

    /// <summary>For example <c>key holder 2</c>.</summary>
    public override string ToString()
    {
        string role = Role switch
        {
            PartyRole.Client => "client",
            PartyRole.Server => "server",
            PartyRole.KeyHolder => "key holder",
            PartyRole.Authority => "plan authority",
            _ => "peer",
        };
        return Index < 0 ? role : $"{role} {Index.ToString(CultureInfo.InvariantCulture)}";
    }
}
