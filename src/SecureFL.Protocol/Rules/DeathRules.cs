using SecureFL.Messages.Rounds;
using SecureFL.Messages.Violations;
using SecureFL.Protocol.Plans;

namespace SecureFL.Protocol.Rules;

/// <summary>What everyone checks of the deaths of a round.</summary>
public static class DeathRules
{
    /// <summary>Refuses a death of another plan, or one that its holder did not sign.</summary>
    /// <exception cref="ProtocolViolationException">As said.</exception>
    public static void Require(RoundDeath death, AggregationPlan plan)
    {
        ArgumentNullException.ThrowIfNull(death);
        ArgumentNullException.ThrowIfNull(plan);
        plan.Context(death.Context.Round).Require(death.Context, death.Signer);
        death.RequireSignature(plan.HolderKey(death.Holder));
    }

    /// <summary>
    /// Refuses fewer than H - t + 1 + f deaths of distinct holders, one of another round, and a forged one.
    /// </summary>
    /// <exception cref="ProtocolViolationException">As said.</exception>
    public static void Require(RoundDeathCertificate certificate, AggregationPlan plan)
    {
        ArgumentNullException.ThrowIfNull(certificate);
        ArgumentNullException.ThrowIfNull(plan);
        int last = -1;
        foreach (RoundDeath death in certificate.Deaths)
        {
            if (death.Holder <= last)
            {
                throw new ProtocolViolationException(ViolationCode.DuplicateHolder, Party.Server,
                    "deaths by rising holder index", $"{death.Signer} again");
            }

            last = death.Holder;
            certificate.Context.Require(death.Context, death.Signer);
            death.RequireSignature(plan.HolderKey(death.Holder));
        }

        if (certificate.Deaths.Length < plan.Quorum.Deaths)
        {
            throw new ProtocolViolationException(ViolationCode.DeathBelowQuorum, Party.Server,
                $"{plan.Quorum.Deaths} deaths of round {certificate.Context.Round}", $"{certificate.Deaths.Length}");
        }
    }
}
