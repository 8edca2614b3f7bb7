namespace SecureFL.Transport.Formats;

/// <summary>A file or message was written by a newer program: refused, naming both versions.</summary>
public sealed class NewerVersionException : FormatException
{
    /// <summary>Names what was read and both versions.</summary>
    public NewerVersionException(string what, long found, long supported)
        : base($"{what} has version {found}, this program reads up to version {supported}")
    {
        What = what;
        Found = found;
        Supported = supported;
    }

    /// <summary>What was read.</summary>
    public string What { get; }

    /// <summary>Its version.</summary>
    public long Found { get; }

    /// <summary>The newest version that this program reads.</summary>
    public long Supported { get; }
}
