using System.Collections.Immutable;

namespace SecureFL.Learning.Preparation;

/// <summary>
/// How far a session's preparation has come: the opened totals, and what they say. As values of a model version it is
/// covered by the version's digest, so that every site works out scaling and clips from the same totals. Immutable.
/// </summary>
public sealed class PreparationProgress
{
    /// <summary>A total of 64 bits as values of 16 bits each, which floats hold exactly.</summary>
    private const int PiecesPerTotal = 4;
    private const int PieceBits = 16;
    private readonly SitesInSum? _enrolled;

    private PreparationProgress(PreparationSteps steps, ImmutableArray<long> totals, int opened, SitesInSum? enrolled,
        SitesInSum? newest = null)
    {
        _enrolled = enrolled;
        Steps = steps;
        Totals = totals;
        Opened = opened;
        State = steps.Read(totals.AsSpan(), opened, enrolled, newest);
    }

    /// <summary>All steps.</summary>
    public PreparationSteps Steps { get; }

    /// <summary>The opened totals of the steps so far, one after another.</summary>
    public ImmutableArray<long> Totals { get; }

    /// <summary>Steps whose sum is open.</summary>
    public int Opened { get; }

    /// <summary>What is known by now.</summary>
    public PreparedState State { get; }

    /// <summary>The step that is due; null once all are open.</summary>
    public PreparationStep? Next => Opened < Steps.Steps.Length ? Steps.Steps[Opened] : null;

    /// <summary>Whether all steps are open.</summary>
    public bool IsComplete => Next is null;

    /// <summary>Values that a model version has for it: none where there is nothing to prepare.</summary>
    public static int ValuesOf(PreparationSteps steps)
    {
        ArgumentNullException.ThrowIfNull(steps);
        return steps.Steps.IsEmpty ? 0 : checked(1 + (PiecesPerTotal * steps.Length));
    }

    /// <summary>The progress at which these totals are all that is open.</summary>
    /// <param name="steps">All steps.</param>
    /// <param name="totals">The totals.</param>
    /// <param name="enrolled">The sites that can be in a sum; null where nobody knows.</param>
    /// <exception cref="ArgumentException">The totals end within a step, or are none that rows have.</exception>
    public static PreparationProgress Of(PreparationSteps steps, ImmutableArray<long> totals,
        SitesInSum? enrolled = null)
    {
        ArgumentNullException.ThrowIfNull(steps);
        int opened = 0;
        int length = 0;
        while (opened < steps.Steps.Length && length < totals.Length)
        {
            length += steps.Steps[opened++].Length;
        }

        return new PreparationProgress(steps, totals, opened, enrolled);
    }

    /// <summary>The progress with the step that was due.</summary>
    /// <param name="counters">Its opened counters, first those of the step; what follows is not looked at.</param>
    /// <param name="contributors">The sites in their sum; null where nobody knows.</param>
    /// <exception cref="ArgumentException">Totals that no rows have.</exception>
    public PreparationProgress Advance(ReadOnlySpan<long> counters, int? contributors = null) =>
        new(Steps, [.. Totals, .. counters[..(Next ?? throw new InvalidOperationException("all is prepared")).Length]],
            Opened + 1, _enrolled, contributors is int sites ? SitesInSum.Exactly(sites) : null);

    /// <summary>As values of a model version.</summary>
    public float[] ToValues()
    {
        float[] values = new float[ValuesOf(Steps)];
        if (values.Length == 0)
        {
            return values;
        }

        values[0] = Opened;
        for (int i = 0; i < Totals.Length; i++)
        {
            for (int piece = 0; piece < PiecesPerTotal; piece++)
            {
                values[1 + (i * PiecesPerTotal) + piece] = (ushort)(Totals[i] >> (PieceBits * piece));
            }
        }

        return values;
    }

    /// <summary>Reads what <see cref="ToValues"/> wrote.</summary>
    /// <param name="steps">All steps.</param>
    /// <param name="values">The values.</param>
    /// <param name="enrolled">The sites that can be in a sum; null where nobody knows.</param>
    /// <exception cref="ArgumentException">Other values, or totals that no rows have.</exception>
    public static PreparationProgress FromValues(PreparationSteps steps, ReadOnlySpan<float> values,
        SitesInSum? enrolled = null)
    {
        if (values.Length != ValuesOf(steps))
        {
            throw new ArgumentException($"{values.Length} values, {ValuesOf(steps)} are due", nameof(values));
        }

        if (values.IsEmpty)
        {
            return new PreparationProgress(steps, [], 0, enrolled);
        }

        int opened = values[0] >= 0 && values[0] <= steps.Steps.Length ? (int)values[0] : -1;
        if (opened != values[0])
        {
            throw new ArgumentException($"{values[0]} of {steps.Steps.Length} steps are open", nameof(values));
        }

        long[] totals = new long[steps.Steps.Take(opened).Sum(step => step.Length)];
        for (int i = 0; i < totals.Length; i++)
        {
            for (int piece = 0; piece < PiecesPerTotal; piece++)
            {
                float value = values[1 + (i * PiecesPerTotal) + piece];
                totals[i] |= value >= 0 && value <= ushort.MaxValue && value == MathF.Floor(value)
                    ? (long)value << (PieceBits * piece)
                    : throw new ArgumentException($"{value} is no piece of a total", nameof(values));
            }
        }

        return new PreparationProgress(steps, [.. totals], opened, enrolled);
    }
}
