using System.Globalization;
using SecureFL.Learning.Rounds;
using SecureFL.Messages.Counters;
using SecureFL.Protocol.Plans;

namespace SecureFL.Simulation;

/// <summary>
/// One object for every shape of contribution (length of the update, widths of the counters), made when the shape first
/// comes; and sums of more counters than a plan may have, cut into several. Not thread-safe.
/// </summary>
internal static class SumShapes
{
    /// <summary>Most counters of one plan.</summary>
    private const int MaxPlanCounters = 4096;

    /// <summary>A shape as a key.</summary>
    public static string KeyOf(SecureSumRequest request) => string.Create(
        CultureInfo.InvariantCulture,
        $"{request.Contributions[0].Update.Length}:{string.Join(',', request.Counters.Counters)}");

    /// <summary>
    /// The request, or several with some of the counters each where there are no elements beside too many counters.
    /// </summary>
    public static IEnumerable<SecureSumRequest> Split(SecureSumRequest request)
    {
        if (request.Contributions[0].Update.Length > 0 || request.Counters.Counters.Length <= MaxPlanCounters)
        {
            yield return request;
            yield break;
        }

        Counter[][] parts = [.. request.Counters.Counters.Chunk(MaxPlanCounters)];
        for (int i = 0; i < parts.Length; i++)
        {
            int start = i * MaxPlanCounters;
            int length = parts[i].Length;
            yield return request with
            {
                Counters = new CounterLayout(0, parts[i]),
                Contributions =
                    [
                        .. request.Contributions.Select(
                            contribution => contribution with
                                { Counters = contribution.Counters[start..(start + length)] })],
            };
        }
    }

    /// <summary>The results of <see cref="Split"/> as one.</summary>
    public static SecureSumResult Join(IReadOnlyList<SecureSumResult> parts) =>
        parts.Count == 1 ? parts[0] : parts[0] with
        {
            Counters = [.. parts.SelectMany(part => part.Counters)],
            SumIsExact = parts.Any(part => part.SumIsExact is null) ? null : parts.All(part => part.SumIsExact == true),
            Costs = parts.Select(part => part.Costs).Aggregate((all, part) => all.Plus(part)),
        };
}
