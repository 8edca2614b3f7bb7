using System.Text.RegularExpressions;
using SecureFL.Cli.Tests.Support;

namespace SecureFL.Cli.Tests.Packaging;

/// <summary>The units start what there is, with nothing but what they need.</summary>
public sealed class ServiceUnitTests
{
    private static readonly string[] Hardening =
    [
        "NoNewPrivileges=yes", "ProtectSystem=strict", "ProtectHome=yes", "PrivateTmp=yes", "PrivateDevices=yes",
        "CapabilityBoundingSet=", "UMask=0077", "StateDirectoryMode=0700",
        "LimitCORE=0", "RestrictAddressFamilies=AF_INET AF_INET6 AF_UNIX", "SystemCallFilter=@system-service",
        "ProtectKernelTunables=yes", "ProtectProc=invisible",
    ];

    [Theory]
    [InlineData("server", "server")]
    [InlineData("client", "client", "run")]
    [InlineData("key-holder", "key-holder")]
    public void A_unit_is_hardened_and_its_settings_are_known(string role, params string[] command)
    {
        string unit = File.ReadAllText(SourceTree.Packaging($"securefl-{role}.service"));
        string[] lines = unit.ReplaceLineEndings("\n").Split('\n');
        Assert.All(Hardening, line => Assert.Contains(line, lines));
        Assert.Contains($"User=securefl-{role}", lines);
        Assert.Contains(lines, line => line.StartsWith($"StateDirectory=securefl-{role}", StringComparison.Ordinal));
        Assert.Contains(
            $"ExecStart=/usr/local/bin/securefl {string.Join(' ', command)} --config /etc/securefl/{role}.json", lines);
        (int exit, string output, string error) =
            Securefl.Run(["config", "show", .. command, "--config", SourceTree.Packaging($"{role}.json")]);
        Assert.True(exit == 0, error);
        Assert.Matches($"(?m)^identity +/var/lib/securefl-{role}/identity +", output);
        foreach (Match variable in Regex.Matches(unit, "(?m)^Environment=SECUREFL_([A-Z_]+)=").Cast<Match>())
        {
            string setting = Regex.Replace(variable.Groups[1].Value.ToLowerInvariant(), "_([a-z])",
                match => match.Groups[1].Value.ToUpperInvariant());
            Assert.Matches($"(?m)^{setting} ", output);
        }
    }

    /// <summary>systemd's own judgement of the exposure, from 0 (none) to 10.</summary>
    [Theory]
    [InlineData("server")]
    [InlineData("client")]
    [InlineData("key-holder")]
    public void Systemd_finds_little_exposed(string role)
    {
        (int ExitCode, string Text)? result =
            Tool.Run("systemd-analyze", SourceTree.Root(), "security", "--offline=true", "--no-pager",
                SourceTree.Packaging($"securefl-{role}.service"));
        if (result is not (0, string text))
        {
            Assert.Skip("systemd-analyze security --offline is not available");
            return;
        }

        Match level = Regex.Match(text, @"Overall exposure level for .*: (\d+\.\d+)");
        Assert.True(level.Success, text);
        Assert.True(double.Parse(level.Groups[1].Value, System.Globalization.CultureInfo.InvariantCulture) < 3,
            level.Value);
    }

    [Theory]
    [InlineData("server")]
    [InlineData("client")]
    [InlineData("key-holder")]
    public void Systemd_understands_every_line(string role)
    {
        (int ExitCode, string Text)? result =
            Tool.Run("systemd-analyze", SourceTree.Root(), "verify", SourceTree.Packaging($"securefl-{role}.service"));
        if (result is not { } verdict)
        {
            Assert.Skip("systemd-analyze is not available");
            return;
        }

        // The program itself is not installed where the tests run.
        string[] complaints =
            [.. verdict.Text.ReplaceLineEndings("\n").Split('\n')
                .Where(line => line.Contains("securefl", StringComparison.Ordinal)
                    && !line.Contains("is not executable", StringComparison.Ordinal))];
        Assert.Empty(complaints);
    }
}
