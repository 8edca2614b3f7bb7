using System.Collections.Immutable;
using SecureFL.Learning.Models;

namespace SecureFL.Learning.Preparation;

/// <summary>
/// The sums that are opened one after another before the first round, a function of the terms and of the counters that
/// one sum may have; and what their opened totals say. The same in a simulation and a deployed session. Immutable and
/// thread-safe.
/// </summary>
public sealed class PreparationSteps
{
    private readonly PreparationTerms _terms;

    private PreparationSteps(PreparationTerms terms, ImmutableArray<PreparationStep> steps)
    {
        _terms = terms;
        Steps = steps;
    }

    /// <summary>What is found out.</summary>
    public PreparationTerms Terms => _terms;

    /// <summary>The sums in their order.</summary>
    public ImmutableArray<PreparationStep> Steps { get; }

    /// <summary>Counters of all steps together.</summary>
    public int Length => Steps.Sum(step => step.Length);

    /// <summary>Counters of the longest step.</summary>
    public int Longest => Steps.Select(step => step.Length).DefaultIfEmpty(0).Max();

    /// <summary>
    /// The steps of <paramref name="terms"/>, each of at most <paramref name="counters"/> counters where its parts
    /// allow it.
    /// </summary>
    public static PreparationSteps For(PreparationTerms terms, int counters)
    {
        ArgumentNullException.ThrowIfNull(terms);
        ImmutableArray<PreparationStep>.Builder steps = ImmutableArray.CreateBuilder<PreparationStep>();
        bool columns = terms.Columns.Any(kind => kind != ColumnSum.Nothing);
        if (columns || terms.Targets || terms.Rows || terms.ClassCounts)
        {
            for (int first = 0; first == 0 || first < terms.Columns.Length;)
            {
                int length = StatisticsStep.HeadOf(terms, first == 0);
                int end = first;
                while (end < terms.Columns.Length && (length += ColumnSums.CountersOf(terms.Columns[end])) <= counters)
                {
                    end++;
                }

                end = Math.Max(end, Math.Min(first + 1, terms.Columns.Length));
                steps.Add(new StatisticsStep(terms, first, end - first));
                first = end;
                if (end == 0)
                {
                    break;
                }
            }
        }

        int moments = terms.SecondMoments ? SecondMoments.LengthOf(terms.Columns.Length + 1) : 0;
        SecondMomentsStep.Cache cache = new();
        for (int first = 0, most = counters - SecondMomentsStep.Header; first < moments; first += most)
        {
            steps.Add(new SecondMomentsStep(terms, cache, first, Math.Min(most, moments - first)));
        }

        int tensors = terms.Clips?.Tensors.Length ?? 0;
        int atOnce = ClipStep.TensorsIn(counters);
        for (int first = 0; first < tensors; first += atOnce)
        {
            steps.Add(new ClipStep(terms.Clips!, first, Math.Min(atOnce, tensors - first)));
        }

        return new PreparationSteps(terms, steps.ToImmutable());
    }

    /// <summary>What the first <paramref name="opened"/> steps say.</summary>
    /// <param name="totals">Their opened counters, one step after another.</param>
    /// <param name="opened">How many they are.</param>
    /// <param name="enrolled">The sites that can be in any of them; null where nobody knows.</param>
    /// <param name="newest">Those that can be in the last of them; null for those of all.</param>
    /// <exception cref="ArgumentException">Another number of totals, or totals that no sites' rows have: names the
    /// step, the column and the values.</exception>
    public PreparedState Read(ReadOnlySpan<long> totals, int opened, SitesInSum? enrolled = null,
        SitesInSum? newest = null)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(opened, Steps.Length);
        PreparationReading reading = new(_terms);
        int at = 0;
        for (int i = 0; i < opened; i++)
        {
            int length = Steps[i].Length;
            if (totals.Length - at < length)
            {
                throw new ArgumentException($"{totals.Length} totals, step {i} ends at {at + length}", nameof(totals));
            }

            reading.Contributors = (i == opened - 1 ? newest : null) ?? enrolled ?? SitesInSum.Any;
            Refused(i, totals.Slice(at, length), reading, Steps[i].Read);
            at += length;
        }

        if (!Steps.Any(step => step is StatisticsStep))
        {
            reading.Columns = _terms.Columns.Length;
        }

        if (at != totals.Length)
        {
            throw new ArgumentException($"{totals.Length} totals, {at} are due", nameof(totals));
        }

        PreparedState? state = null;
        Refused(opened - 1, [], reading, (_, reading) => state = reading.Finish());
        return state!;
    }

    // Numbers that somebody made up may break any arithmetic: whatever it is, it is those numbers' fault.
    private void Refused(int step, ReadOnlySpan<long> totals, PreparationReading reading, Reading read)
    {
        try
        {
            read(totals, reading);
        }
        catch (Exception fault) when (step >= 0 && fault is ArgumentException or ArithmeticException)
        {
            throw new ArgumentException(
                $"step {step + 1} of {Steps.Length}, {Steps[step].Name}: {fault.Message}: no rows have such sums",
                fault);
        }
    }

    private delegate void Reading(ReadOnlySpan<long> totals, PreparationReading reading);
}
