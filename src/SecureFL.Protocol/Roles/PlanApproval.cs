using SecureFL.Messages.Identity;
using SecureFL.Messages.Primitives;
using SecureFL.Messages.Violations;
using SecureFL.Protocol.Plans;

namespace SecureFL.Protocol.Roles;

/// <summary>
/// Nobody takes part in a plan that its people did not approve, nor under a key that the plan does not list.
/// </summary>
internal static class PlanApproval
{
    public static void Require(AggregationPlan plan, Digest approved)
    {
        if (plan.Digest != approved)
        {
            throw new ProtocolViolationException(
                ViolationCode.WrongPlan, Party.Authority, $"the approved plan {SpokenDigest.Of(approved)}",
                plan.SpokenForm);
        }
    }

    public static int IndexOf(SigningIdentity identity, IReadOnlyList<EnrolledParty> parties, PartyRole role)
    {
        for (int i = 0; i < parties.Count; i++)
        {
            if (parties[i].Key.Equals(identity.PublicKey))
            {
                return i;
            }
        }

        throw new ProtocolViolationException(ViolationCode.NotEnrolled, new Party(role),
            $"one of {parties.Count} enrolled keys", identity.PublicKey.ToString());
    }
}
