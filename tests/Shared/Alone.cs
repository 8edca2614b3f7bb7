namespace SecureFL.Testing;

/// <summary>
/// Tests that measure time or memory, or change what the whole process sees: nothing else of it runs beside them.
/// </summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class Alone
{
    /// <summary>The collection's name.</summary>
    public const string Name = "alone";
}
