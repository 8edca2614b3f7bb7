using System.CommandLine;
using System.Globalization;
using SecureFL.Cli.Shell;

namespace SecureFL.Cli.Options;

/// <summary>How long a program of the user's own may run.</summary>
internal static class TimeLimits
{
    /// <summary>The option that <c>simulate</c> and <c>client run</c> have.</summary>
    internal static Option<double?> TrainerTimeout() =>
        new("--trainer-timeout")
        {
            Description =
                "seconds, above 0, after which a run of the --trainer command is ended and counts as failed; by "
                + "default it may take for ever",
            HelpName = "SECONDS"
        };

    /// <summary>The time limit asked for.</summary>
    internal static TimeSpan? LimitOf(double? seconds) => seconds switch
    {
        null => null,
        > 0 and <= 31_536_000 and double value => TimeSpan.FromSeconds(value),
        _ => throw new CliException(ExitCode.Usage,
            string.Create(CultureInfo.InvariantCulture,
                $"--trainer-timeout {seconds}: more than 0 and at most 31536000 seconds"),
                "for example --trainer-timeout 600"),
    };
}
