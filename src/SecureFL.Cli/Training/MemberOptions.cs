namespace SecureFL.Cli.Training;

/// <summary>A description's fault names its members; some have options.</summary>
internal static class MemberOptions
{
    /// <summary>The options of the members that a message names, to go behind a hint; empty for none.</summary>
    internal static string Of(string message)
    {
        string[] names = [.. new TermOptions(deployed: false).Terms
            .Where(term => message.Contains(term.Path + " ", StringComparison.Ordinal))
            .Select(term => term.Option.Name)];
        return names.Length == 0 ? "" : $" ({string.Join(", ", names)})";
    }
}
