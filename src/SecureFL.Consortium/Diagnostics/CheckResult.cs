namespace SecureFL.Consortium.Diagnostics;

/// <summary>The verdict of one check.</summary>
public enum CheckState
{
    /// <summary>As it should be.</summary>
    Ok,

    /// <summary>Works, but not for long or not well.</summary>
    Warn,

    /// <summary>Does not work.</summary>
    Fail,
}

/// <summary>One check of this machine or folder.</summary>
/// <param name="Name">What was looked at.</param>
/// <param name="State">The verdict.</param>
/// <param name="Text">What was found, one line.</param>
/// <param name="Hint">What to do about it; null where nothing is to be done.</param>
public sealed record CheckResult(string Name, CheckState State, string Text, string? Hint = null)
{
    /// <summary>One line.</summary>
    public override string ToString() =>
        $"{State.ToString().ToLowerInvariant(),-6}{Name,-14}{Text}{(Hint is null ? "" : $" - hint: {Hint}")}";

    internal static CheckResult Ok(string name, string text) => new(name, CheckState.Ok, text);

    internal static CheckResult Warn(string name, string text, string hint) => new(name, CheckState.Warn, text, hint);

    internal static CheckResult Fail(string name, string text, string hint) => new(name, CheckState.Fail, text, hint);
}
