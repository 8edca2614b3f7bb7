using System.Globalization;
using SecureFL.Consortium.Approvals;
using SecureFL.Consortium.Plans;
using SecureFL.Messages.Identity;
using SecureFL.Messages.Text;
using SecureFL.Protocol.Plans;
using SecureFL.Rlwe.Planning;
using SecureFL.Transport.Identity;
using SecureFL.Transport.Tls;

namespace SecureFL.Consortium.Diagnostics;

/// <summary>Checks of a party's folder, certificate and plan.</summary>
internal static class PartyChecks
{
    private const double SoonDays = 30;

    /// <summary>Loads the folder.</summary>
    internal static (CheckResult Result, PartyIdentity? Identity) Identity(string folder)
    {
        try
        {
            PartyIdentity identity = PartyIdentity.Load(folder);
            return
                (CheckResult.Ok("identity",
                    $"{identity.Peer} of {identity.Peer.Consortium}; keys readable by their owner only"), identity);
        }
        catch (UnauthorizedAccessException fault)
        {
            return
                (CheckResult.Fail("identity", FaultText.Of(fault),
                    "chmod 600 the key, chown it to the user that runs this process"), null);
        }
        catch (Exception fault) when (fault is FormatException or IOException)
        {
            return (CheckResult.Fail("identity", FaultText.Of(fault), "securefl identity new, then identity import"),
                null);
        }
    }

    /// <summary>Validity, chain and revocation of the party's own certificate, as its peers would judge it.</summary>
    internal static CheckResult Certificate(PartyIdentity identity, TimeProvider clock)
    {
        string? refusal = OwnCertificate.Refusal(identity, clock);
        DateTimeOffset end = new(identity.Certificate.NotAfter.ToUniversalTime(), TimeSpan.Zero);
        double days = (end - clock.GetUtcNow()).TotalDays;
        string text = string.Create(CultureInfo.InvariantCulture, $"until {end:yyyy-MM-dd}, {days:F0} days");
        return refusal is not null ? CheckResult.Fail("certificate", refusal,
            "have it issued anew: securefl identity issue, then identity import")
            : days < SoonDays ? CheckResult.Warn("certificate", text,
                "have it renewed: securefl identity issue with the same request, then identity import")
            : CheckResult.Ok("certificate", text);
    }

    /// <summary>The age of the revocation list.</summary>
    internal static CheckResult Revocations(PartyIdentity identity, TimeProvider clock)
    {
        const string Name = "revocations";
        try
        {
            IReadOnlyList<RevocationList> lists = identity.Trust.Lists;
            if (lists.Count == 0)
            {
                return CheckResult.Warn(Name, "there is no revocation list: nobody can be shut out",
                    "securefl identity import --revocations ca.crl");
            }

            string text = string.Create(CultureInfo.InvariantCulture,
                $"{lists.Sum(list => list.Count)} certificates revoked");
            DateTimeOffset? next = lists.Min(list => list.NextUpdate);
            return next < clock.GetUtcNow()
                ? CheckResult.Warn(Name,
                    string.Create(CultureInfo.InvariantCulture, $"{text}; a newer list was due on {next:yyyy-MM-dd}"),
                    "ask the certificate authority for its list: identity revoke --renew writes it")
                : CheckResult.Ok(Name, text);
        }
        catch (Exception fault) when (fault is FormatException or IOException)
        {
            return CheckResult.Fail(Name, FaultText.Of(fault),
                "securefl identity import --revocations with the authority's list: until then every peer is refused");
        }
    }

    /// <summary>Loads the plan and looks the party up in it.</summary>
    internal static (CheckResult Result, PlanFile? Plan) Plan(string path, PartyIdentity? identity, string? stateFolder)
    {
        const string Name = "plan";
        PlanFile plan;
        try
        {
            plan = PlanFile.Load(path);
            plan.RequireSigned();
        }
        catch (Exception fault) when (fault is FormatException or IOException or PlanMismatchException
            or UnauthorizedAccessException)
        {
            return (CheckResult.Fail(Name, FaultText.Of(fault), "take the plan from the party that signed it"), null);
        }

        string text = $"{plan.SpokenForm} ({plan.Digest.ToShortString()})";
        if (identity is not null && Stranger(plan, identity) is string stranger)
        {
            return (CheckResult.Fail(Name, $"{text}: {stranger}", "this is another plan's or another party's folder"),
                plan);
        }

        if (stateFolder is null || !Directory.Exists(stateFolder)
            || identity?.Peer.Role is not (PeerRole.Client or PeerRole.KeyHolder))
        {
            return (CheckResult.Ok(Name, text), plan);
        }

        return (new ApprovedPlan(stateFolder).For(plan.Digest) switch
        {
            Consent.Given => CheckResult.Ok(Name, $"{text}, approved"),
            Consent.Open => CheckResult.Warn(Name, $"{text}, not approved in {stateFolder} yet",
                "securefl plan approve, after your people compared the words"),
            _ => CheckResult.Fail(Name, $"{text}: {stateFolder} approved another plan",
                "another plan needs another state folder"),
        }, plan);
    }

    /// <summary>Bytes of disk that a party of this plan wants: what a round leaves at it, twice.</summary>
    internal static long WantedBytes(PlanFile? plan, PeerRole role)
    {
        const long Least = 256L << 20;
        if (plan is null)
        {
            return Least;
        }

        // A server keeps uploads in packed form, a client as they travel.
        AggregationParameters parameters = plan.Settings.Parameters;
        long round = role switch
        {
            PeerRole.Server => parameters.CiphertextBytes * parameters.MaxClients,
            PeerRole.Client => parameters.UploadBytes,
            _ => 0,
        };
        return Math.Max(Least, 2 * round);
    }

    private static string? Stranger(PlanFile plan, PartyIdentity identity)
    {
        VerificationKey key = identity.Signing.PublicKey;
        Enrolment enrolment = plan.Settings.Enrolment;
        bool enrolled = identity.Peer.Role switch
        {
            PeerRole.Server => enrolment.Server.Equals(key) && plan.ServerName == identity.Name,
            PeerRole.Client => enrolment.Clients.Any(party => party.Name == identity.Name && party.Key.Equals(key)),
            PeerRole.KeyHolder => enrolment.KeyHolders
                .Any(party => party.Name == identity.Name && party.Key.Equals(key)),
            _ => true,
        };
        return plan.Consortium != identity.Peer.Consortium ? $"it is of consortium {plan.Consortium}" : enrolled ? null
            : $"it does not enrol {identity.Peer} with this key";
    }
}
