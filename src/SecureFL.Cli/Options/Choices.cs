using System.CommandLine;

namespace SecureFL.Cli.Options;

/// <summary>Options that take one of some words.</summary>
internal static class Choices
{
    /// <summary>An option that is <paramref name="standard"/> where it is not given.</summary>
    internal static Option<string> Of(string name, string standard, string description, params string[] values)
    {
        Option<string> option = new(name) { Description = description, DefaultValueFactory = _ => standard };
        option.AcceptOnlyFromAmong(values);
        return option;
    }
}
