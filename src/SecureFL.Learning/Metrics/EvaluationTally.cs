using System.Numerics.Tensors;
using SecureFL.Learning.Data;

namespace SecureFL.Learning.Metrics;

/// <summary>Counts one site's rows, one after the other, from a model's raw outputs. Not thread-safe.</summary>
public sealed class EvaluationTally
{
    private readonly MetricLayout _layout;
    private readonly ScoreGrid? _grid;
    private readonly long[] _counters;
    private double _loss;
    private double _absolute;
    private double _targets;
    private double _squares;
    private double _brier;

    /// <summary>No rows yet.</summary>
    public EvaluationTally(MetricLayout layout)
    {
        ArgumentNullException.ThrowIfNull(layout);
        _layout = layout;
        _grid = layout.HasScores ? layout.Grid : null;
        _counters = new long[layout.Length];
    }

    /// <summary>
    /// Counts a row. Of equal outputs the first class wins; a binary output above 0, a probability above one half,
    /// means class 1.
    /// </summary>
    /// <param name="outputs">One output for regression (the prediction) and for a binary task (the logit), one logit a
    /// class for several.</param>
    /// <param name="label">The row's target or class.</param>
    /// <param name="loss">The row's loss.</param>
    public void Add(ReadOnlySpan<float> outputs, float label, double loss)
    {
        _counters[MetricLayout.Samples]++;
        if (double.IsFinite(loss))
        {
            _loss += loss;
        }
        else
        {
            _counters[MetricLayout.Diverged]++;
        }

        if (_layout.Task == LearningTask.Regression)
        {
            _targets += label;
            _squares += (double)label * label;
        }
        else
        {
            _counters[MetricLayout.Correct] += Predicted(outputs) == (int)label ? 1 : 0;
        }

        foreach (float output in outputs)
        {
            if (!float.IsFinite(output))
            {
                return;
            }
        }

        _counters[MetricLayout.Scored]++;
        switch (_layout.Task)
        {
            case LearningTask.Regression:
                _absolute += Math.Abs((double)outputs[0] - label);
                break;
            case LearningTask.Binary when _layout.Detail:
                AddBinary(outputs[0], label > 0.5f);
                break;
            case LearningTask.MultiClass when _layout.Detail:
                AddClasses(outputs, (int)label);
                break;
        }
    }

    /// <summary>The counters of the rows so far.</summary>
    public EvaluationCounts ToCounts()
    {
        long[] counters = [.. _counters];
        bool fits = WideSum.TryWrite(_loss, counters.AsSpan(MetricLayout.Loss));
        if (_layout.Task == LearningTask.Regression)
        {
            fits &= WideSum.TryWrite(_absolute, counters.AsSpan(MetricLayout.Absolute));
            fits &= WideSum.TryWrite(_targets, counters.AsSpan(MetricLayout.Targets));
            fits &= WideSum.TryWrite(_squares, counters.AsSpan(MetricLayout.TargetSquares));
        }
        else if (_layout.Detail)
        {
            counters[MetricLayout.Brier] = (long)Math.Round(Math.ScaleB(_brier, MetricLayout.BrierFractionBits));
        }

        counters[MetricLayout.Diverged] += fits ? 0 : 1;
        return new EvaluationCounts(_layout, counters);
    }

    private int Predicted(ReadOnlySpan<float> outputs) =>
        _layout.Task == LearningTask.Binary ? (outputs[0] > 0 ? 1 : 0) : TensorPrimitives.IndexOfMax(outputs);

    private void AddBinary(double logit, bool positive)
    {
        double distance = ScoreGrid.Probability(positive ? -logit : logit);
        _brier += distance * distance;
        _counters[_layout.ScoresOf(0) + (positive ? 0 : _layout.ScoreBins) + _grid!.BinOf(logit)]++;
    }

    private void AddClasses(ReadOnlySpan<float> outputs, int label)
    {
        double largest = TensorPrimitives.Max(outputs);
        double whole = 0;
        foreach (float output in outputs)
        {
            whole += Math.Exp(output - largest);
        }

        if (_layout.HasConfusion)
        {
            _counters[MetricLayout.Confusion + (label * _layout.ClassCount) + Predicted(outputs)]++;
        }

        for (int c = 0; c < outputs.Length; c++)
        {
            double own = Math.Exp(outputs[c] - largest);
            double distance = (own / whole) - (c == label ? 1 : 0);
            _brier += distance * distance;
            if (_grid is not null)
            {
                double logit = LogitOf(outputs[c] - largest, own, whole);
                _counters[_layout.ScoresOf(c) + (c == label ? 0 : _layout.ScoreBins) + _grid.BinOf(logit)]++;
            }
        }
    }

    /// <summary>Counts rows in finer bins: for each grid the class's own rows, then the others.</summary>
    internal static void CountFine(ReadOnlySpan<FineGrid> grids, LearningTask task, ReadOnlySpan<float> outputs,
        int label, Span<long> counts)
    {
        double largest = TensorPrimitives.Max(outputs);
        double whole = 0;
        foreach (float output in outputs)
        {
            whole += Math.Exp(output - largest);
        }

        int at = 0;
        for (int c = 0; c < grids.Length; c++)
        {
            bool own = task == LearningTask.Binary ? label == 1 : label == c;
            double logit = task == LearningTask.Binary ? outputs[0]
                : LogitOf(outputs[c] - largest, Math.Exp(outputs[c] - largest), whole);
            counts[at + (own ? 0 : grids[c].Bins) + grids[c].BinOf(logit)]++;
            at += 2 * grids[c].Bins;
        }
    }

    // log p - log (1 - p); what a large class leaves of the whole is exact enough up to where the bins end.
    private static double LogitOf(double log, double own, double whole) => log - Math.Log(Math.Max(whole - own, 0));
}
