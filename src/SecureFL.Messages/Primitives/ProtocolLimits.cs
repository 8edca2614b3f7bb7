namespace SecureFL.Messages.Primitives;

/// <summary>Bounds that hold for every plan: what a parser may assume before it knows the plan.</summary>
internal static class ProtocolLimits
{
    /// <summary>Version of the encoding; the first byte after the message type.</summary>
    public const byte Version = 2;

    /// <summary>Most clients of a plan: policy, far below the field's 2^31 / 160.</summary>
    public const int MaxClients = 1 << 16;

    /// <summary>Most key holders of a plan.</summary>
    public const int MaxKeyHolders = 64;

    /// <summary>Most rounds of a plan.</summary>
    public const int MaxRounds = 1 << 24;

    /// <summary>Longest name, in UTF-8 bytes.</summary>
    public const int MaxNameBytes = 64;

    /// <summary>Widest window of base versions.</summary>
    public const int MaxBaseVersionWindow = 1024;

    /// <summary>Most counters of a plan.</summary>
    public const int MaxCounters = 4096;

    /// <summary>Longest agreement window: 366 days.</summary>
    public const int MaxWindowSeconds = 366 * 24 * 3600;

    /// <summary>
    /// Coefficients of a secret stay below this in magnitude (12.5 standard deviations of 6.4: 2^-116 a coefficient).
    /// </summary>
    public const int SecretBound = 80;
}
