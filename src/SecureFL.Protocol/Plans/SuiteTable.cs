using System.Collections.Concurrent;
using SecureFL.Messages.Primitives;

namespace SecureFL.Protocol.Plans;

/// <summary>
/// The suites that this process knows, by the byte that stands for each. Those of the protocol register themselves;
/// another one is a folder and one call. Thread-safe.
/// </summary>
public static class SuiteTable
{
    private static readonly ConcurrentDictionary<Suite, IPlanSuite> Suites = new();

    /// <summary>All suites, by rising number.</summary>
    public static IReadOnlyList<IPlanSuite> All => [.. Suites.Values.OrderBy(suite => suite.Id)];

    /// <summary>Makes a suite known to plans and roles.</summary>
    /// <exception cref="ArgumentException">Another suite has its number or its name.</exception>
    public static void Register(IPlanSuite suite)
    {
        ArgumentNullException.ThrowIfNull(suite);
        IPlanSuite known = Suites.GetOrAdd(suite.Id, suite);
        if (known != suite || Suites.Values.Any(other => other != suite && other.Name == suite.Name))
        {
            throw new ArgumentException($"the suite {known.Name} has number {(int)suite.Id} or the name {suite.Name}");
        }
    }

    /// <summary>The suite of a number; null where none is known.</summary>
    public static IPlanSuite? Find(Suite suite) => Suites.GetValueOrDefault(suite);

    /// <summary>The suite of a name as plans, options and reports spell it; null where none is known.</summary>
    public static IPlanSuite? Find(string name) => Suites.Values.FirstOrDefault(suite => suite.Name == name);

    /// <summary>The suite of checked settings.</summary>
    internal static IPlanSuite Of(PlanSettings settings) => Find(settings.Suite)
        ?? throw new InvalidOperationException($"no suite of number {(int)settings.Suite} is registered");
}
