namespace SecureFL.Testing;

/// <summary>Tests that measure time or memory: nothing else of the process runs beside them.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class Alone
{
    /// <summary>The collection's name.</summary>
    public const string Name = "alone";
}
