using SecureFL.Consortium.Approvals;
using SecureFL.Consortium.Plans;
using SecureFL.Protocol.Plans;

namespace SecureFL.Consortium.Parties;

/// <summary>The first start: a person has compared the plan's digest with the other parties' people.</summary>
internal static class PlanConsent
{
    /// <summary>Requires the approval, and remembers it.</summary>
    /// <exception cref="PartyException">Another plan was approved, a person says no, or nobody has approved it and
    /// there is nobody to ask.</exception>
    internal static async Task RequireAsync(PlanFile plan, ApprovedPlan approved, ConsortiumPartyOptions options,
        CancellationToken cancellationToken)
    {
        switch (approved.For(plan.Digest))
        {
            case Consent.Given when options.ApprovedPlan is null || options.ApprovedPlan == plan.Digest:
                return;
            case Consent.GivenToAnother:
                throw new PartyException(PartyRefusal.PlanNotApproved,
                    $"this is plan {plan.Digest.ToShortString()} ({plan.SpokenForm}), approved here was "
                    + $"{approved.Digest!.Value.ToShortString()} "
                    + $"({AggregationPlan.SpokenFormOf(approved.Digest.Value)})",
                    "another plan needs another state folder and another approval",
                    options: nameof(ConsortiumPartyOptions.StateFolder));
            case Consent.Open when options.ApprovedPlan is null:
                await AskAsync(plan, options.Approve, cancellationToken).ConfigureAwait(false);
                break;
            default:
                if (options.ApprovedPlan != plan.Digest)
                {
                    throw new PartyException(PartyRefusal.PlanNotApproved,
                        $"the plan's digest is {plan.Digest}, approved was {options.ApprovedPlan}",
                        "find out which plan the parties agreed on before anything else",
                        options: nameof(ConsortiumPartyOptions.ApprovedPlan));
                }

                break;
        }

        PartyFaults.OfState(() =>
        {
            approved.Approve(plan.Digest);
            return true;
        });
    }

    private static async Task AskAsync(PlanFile plan, Func<PlanFile, CancellationToken, Task<bool>>? ask,
        CancellationToken cancellationToken)
    {
        if (ask is null)
        {
            throw new PartyException(PartyRefusal.Options,
                $"nobody has approved the plan {plan.Digest} here yet, and there is nobody to ask",
                "give the digest that your people compared", options: nameof(ConsortiumPartyOptions.ApprovedPlan));
        }

        if (!await ask(plan, cancellationToken).ConfigureAwait(false))
        {
            throw new PartyException(PartyRefusal.PlanNotApproved, "the plan was not approved",
                "start again once your people have compared the digest");
        }
    }
}
