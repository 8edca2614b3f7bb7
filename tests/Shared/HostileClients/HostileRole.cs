using System.Runtime.InteropServices;
using SecureFL.Messages.Counters;
using SecureFL.Messages.Identity;
using SecureFL.Protocol.Plans;
using SecureFL.Protocol.Roles;
using SecureFL.Protocol.Stores;
using SecureFL.Ring.Randomness;

namespace SecureFL.Testing;

/// <summary>
/// A client's role that lets counters through which the plan forbids, as far as their digits go; all else is the
/// protocol's.
/// </summary>
internal static class HostileRole
{
    internal static AggregationClient Of(AggregationPlan signed, SigningIdentity key)
    {
        AggregationPlan plan = AggregationPlan.Parse(signed.Encode());
        Assert.Equal(signed.Digest, plan.Digest);
        Span<Counter> counters = ImmutableCollectionsMarshal.AsArray(plan.Settings.Counters.Counters);
        int digit = plan.Parameters.Bits - 1;
        foreach (ref Counter counter in counters)
        {
            int digits = new CounterLayout(0, counter).ElementCount(plan.Parameters.Bits);
            counter = counter with { MaxMagnitude = (1L << (digit * digits)) - 1 };
        }

        return new AggregationClient(plan, signed.Digest, key, new InMemoryLedgerStorage(), SystemEntropy.Instance);
    }
}
