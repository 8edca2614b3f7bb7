namespace SecureFL.Cli.Shell;

/// <summary>What the process returns; scripts rely on these.</summary>
internal enum ExitCode
{
    Ok = 0,
    InternalFault = 1,
    Usage = 2,
    RefusedByPeer = 3,
    BelowThreshold = 4,
    Integrity = 5,
    Environment = 6,
    Interrupted = 130,
}
