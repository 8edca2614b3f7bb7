using SecureFL.Messages.Primitives;

namespace SecureFL.Protocol.Plans;

/// <summary>
/// What a plan needs to know of its suite (<see cref="SuiteTable"/> finds it by the byte in the plan). Stateless,
/// thread-safe.
/// </summary>
public interface IPlanSuite
{
    /// <summary>The byte that stands for the suite in plans and messages.</summary>
    Suite Id { get; }

    /// <summary>The one spelling of the suite's name, for plans, options, reports and people.</summary>
    string Name { get; }

    /// <summary>Whether the plan's arithmetic parameters are those of a joint key.</summary>
    bool HasJointKey { get; }

    /// <summary>Sizes and checks under checked settings.</summary>
    SuiteLayout CreateLayout(PlanSettings settings);

    /// <summary>Further lines for people who read the plan, each behind a line break; empty for none.</summary>
    string Describe(PlanSettings settings);
}
