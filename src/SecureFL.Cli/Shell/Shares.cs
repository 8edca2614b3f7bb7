using System.CommandLine;
using System.Globalization;

namespace SecureFL.Cli.Shell;

/// <summary>Options whose value is a share: <c>1%</c> or <c>0.01</c>.</summary>
internal static class Shares
{
    /// <summary>An option that may be left out.</summary>
    internal static Option<double?> Option(string name, string description) => new(name)
    {
        Description = description,
        HelpName = "SHARE",
        CustomParser = argument =>
        {
            string text = argument.Tokens.Count == 1 ? argument.Tokens[0].Value.Trim() : "";
            bool percent = text.EndsWith('%');
            if (double.TryParse(percent ? text[..^1] : text, NumberStyles.Float, CultureInfo.InvariantCulture,
                out double value) && (percent ? value / 100 : value) is >= 0 and <= 1 and double share)
            {
                return share;
            }

            argument.AddError($"{name} {text}: a share such as 1% or 0.01 is due");
            return null;
        },
    };
}
