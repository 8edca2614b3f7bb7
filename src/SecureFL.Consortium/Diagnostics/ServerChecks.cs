using System.Diagnostics;
using System.Globalization;
using System.Net;
using SecureFL.Messages.Primitives;
using SecureFL.Messages.Text;
using SecureFL.Transport.Calls;
using SecureFL.Transport.Connections;
using SecureFL.Transport.Health;
using SecureFL.Transport.Identity;
using SecureFL.Transport.Tls;

namespace SecureFL.Consortium.Diagnostics;

/// <summary>Checks of the server as a party reaches it: handshake, health service, clock.</summary>
internal static class ServerChecks
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Drift = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan MuchDrift = TimeSpan.FromMinutes(2);

    /// <summary>Whether the server answers, and that it is the one that is meant.</summary>
    internal static async Task<CheckResult> HealthAsync(Uri address, PartyIdentity identity, string serverName,
        bool insecureLoopback, CancellationToken cancellationToken)
    {
        const string Name = "server";
        TlsSettings? tls = address.Scheme == Uri.UriSchemeHttps && identity.Peer.Role != PeerRole.Server
            ? TlsSettings.ForClient(identity, serverName) : null;
        try
        {
            InsecureLoopback.Require(address, insecureLoopback);
            using GrpcChannel channel = new(address,
                new GrpcChannelOptions
                {
                    ConfigureTls = tls is null ? null : tls.Apply,
                    AllowInsecureLoopback = insecureLoopback
                });
            long started = Stopwatch.GetTimestamp();
            bool serving = await HealthQuestion.AskAsync(channel,
                options: new GrpcCallOptions { Timeout = Limit, Cancellation = cancellationToken })
                .ConfigureAwait(false);
            string text = string.Create(CultureInfo.InvariantCulture,
                $"{address} answers after {Stopwatch.GetElapsedTime(started).TotalMilliseconds:F0} ms");
            return serving ? CheckResult.Ok(Name, text)
                : CheckResult.Warn(Name, $"{text}: it does not serve at the moment", "its log says why");
        }
        catch (Exception fault) when (fault is GrpcException or ArgumentException)
        {
            string reason = tls?.LastRefusal
                ?? (tls?.Taken > 0 && fault.InnerException is not null
                ? "it closes the connection when it has seen this party's certificate: revoked, expired by its clock, "
                + "or not of its authority"
                : FaultText.Of(fault));
            return CheckResult.Fail(Name, $"{address}: {reason}",
                "check the address, the firewall (no proxy, no TLS inspection), that the server runs, and its log: "
                + "it says whom it refused and why");
        }
    }

    /// <summary>Whether the server runs the plan of this party's file.</summary>
    internal static async Task<CheckResult> PlanAsync(ServerLink link, Digest plan,
        CancellationToken cancellationToken)
    {
        const string Name = "server's plan";
        try
        {
            await new ServerGreeting(link).RequireSamePlanAsync(plan, cancellationToken).ConfigureAwait(false);
            return CheckResult.Ok(Name, SpokenDigest.Of(plan));
        }
        catch (WrongPlanException other)
        {
            return CheckResult.Fail(Name, other.Message,
                "take the plan file with the server's words, or check the address of the server");
        }
        catch (CertificateRefusedException refused)
        {
            return CheckResult.Fail(Name, $"not compared: {refused.Message}", refused.Hint);
        }
        catch (GrpcException fault)
        {
            return Refusal.IsOfThisParty(fault)
                ? CheckResult.Fail(Name, fault.Detail, "is this party in the plan that the server runs?")
                : CheckResult.Warn(Name, "not compared: the server does not answer", "see the check of the server");
        }
    }

    /// <summary>This machine's clock against the server's, from the date of an answer: whole seconds.</summary>
    internal static async Task<CheckResult> ClockAsync(
        Uri address, PartyIdentity identity, string serverName, bool insecureLoopback, TimeProvider clock,
        CancellationToken cancellationToken)
    {
        const string Name = "clock";
        try
        {
            InsecureLoopback.Require(address, insecureLoopback);
            using SocketsHttpHandler handler = new() { ConnectTimeout = Limit, UseProxy = false };
            if (address.Scheme == Uri.UriSchemeHttps)
            {
                TlsSettings.ForClient(identity, serverName).Apply(handler.SslOptions);
            }

            using HttpClient client = new(handler)
            {
                Timeout = Limit,
                DefaultRequestVersion = HttpVersion.Version20,
                DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact
            };
            using HttpResponseMessage answer = await client.GetAsync(address, cancellationToken).ConfigureAwait(false);
            if (answer.Headers.Date is not DateTimeOffset theirs)
            {
                return CheckResult.Warn(Name, "the server's answer carries no date", "compare the clocks by hand");
            }

            TimeSpan difference = clock.GetUtcNow() - theirs;
            string text = string.Create(CultureInfo.InvariantCulture,
                $"{difference.TotalSeconds:F0} s against the server");
            return difference.Duration() > MuchDrift
                ? CheckResult.Fail(Name, text, "set the clock by NTP: certificates and deadlines stand on it")
                : difference.Duration() > Drift ? CheckResult.Warn(Name, text, "set the clock by NTP")
                : CheckResult.Ok(Name, text);
        }
        catch (Exception fault) when (fault is HttpRequestException or TaskCanceledException or ArgumentException)
        {
            return CheckResult.Warn(Name, "not compared: the server does not answer", "see the check of the server");
        }
    }
}
