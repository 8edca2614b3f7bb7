using System.Globalization;
using System.Text;
using SecureFL.Cli.Evaluations;
using SecureFL.Cli.Progress;
using SecureFL.Cli.Runs;
using SecureFL.Consortium.Plans;
using SecureFL.Consortium.Plans.Descriptions;
using SecureFL.Learning.Rounds;
using SecureFL.Reports.Charts;
using SecureFL.Reports.Markup;
using SecureFL.Reports.Pages;
using SecureFL.Transport.Formats;

namespace SecureFL.Cli.Reports;

/// <summary>A simulation as one HTML file that needs nothing else: no script, no font, no network.</summary>
internal static class SimulationReport
{
    private const int NamedSites = 7;

    internal static void Write(FileInfo file, SimulationOutcome run)
    {
        file.Directory?.Create();
        WholeFile.Write(file.FullName, stream => stream.Write(System.Text.Encoding.UTF8.GetBytes(Html(run))),
            ownerOnly: false);
    }

    internal static string Html(SimulationOutcome run)
    {
        bool encrypted = run.Settings.Suite != SumSuite.Plaintext;
        StringBuilder html = PageStyle.Begin("SecureFL simulation",
            $"Federated training, {(encrypted ? "encrypted" : "in the clear")}", Describe(run));
        if (run.Settings.InsecureTwoSites)
        {
            html.Append(CultureInfo.InvariantCulture,
                $"<p><strong>{Svg.Text(SimulationText.TwoSitesWarning)}</strong></p>");
        }

        Tiles(html, run);
        html.Append("<h2>Training</h2><div class=\"charts\">");
        html.Append(Chart.Lines("Training loss after each round", "mean loss",
            WithSites(run, "all sites", r => r.TrainLoss, curve => curve.Losses), Short));
        RoundMetricInfo main = MainMetric(run);
        html.Append(Chart.Lines(
            $"{char.ToUpperInvariant(main.Label[0])}{main.Label[1..]} after each round",
            main.IsShare ? "rows that are right" : main.Label,
            WithSites(run, "all sites", r => main.Read(r), curve => curve.Values), main.IsShare ? Percent : Short));
        html.Append("</div>");
        EvaluationSection.Write(html, run);
        ModelSection.Baselines(html, run);
        ModelSection.HeldOut(html, run);
        ModelSection.Coefficients(html, run);
        html.Append("<h2>Cost</h2><div class=\"charts\">");
        html.Append(Chart.StackedBars("Seconds by stage, all sites together", "seconds", Stages(run),
            value => value.ToString("0.####", CultureInfo.InvariantCulture)));
        html.Append(Chart.Lines("Bytes a round", "bytes", Bytes(run), value => RoundText.Bytes(value), fromZero: true));
        html.Append("</div>");
        SiteTable(html, run);
        CompareTable(html, run);
        Protection(html, run, encrypted);
        ModelSection.Notes(html, run);
        return PageStyle.End(html);
    }

    private static string Describe(SimulationOutcome run)
    {
        TrainingTerms terms = run.Terms;
        string rounds = terms.Asynchronous is BufferOptions buffer
            ? $"asynchronous, summed after {buffer.Arrivals} arrivals" : "synchronous";
        string bits = run.Settings.Sum.IsFloat ? "float32"
            : $"{run.Settings.Bits} bits, clips "
            + $"{string.Join(", ", run.Clips!.Values.Distinct().Order().Select(clip => clip.ToString("G6", CultureInfo.InvariantCulture)))}";
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{(run.Label is null ? "" : $"label {run.Label}, ")}{run.Final.PerSite.Length} sites, {run.Parameters} "
            + $"parameters, {rounds}, server {terms.ServerOptimizer.Method.Name} at rate "
            + $"{terms.ServerOptimizer.LearningRate:G4}, {bits}, seed {terms.Seed}");
    }

    private static void Tiles(StringBuilder html, SimulationOutcome run)
    {
        RoundRecord[] rounds = [.. run.Outcome.History];
        html.Append("<div class=\"tiles\">");
        PageStyle.Tile(html, MainMetric(run).Format(MainMetric(run).Read(run.Final.Train, run.Final.Test)),
            MainMetric(run).Label);
        PageStyle.Tile(html, run.Final.TrainLoss is double loss ? Short(loss) : "-", "training loss");
        PageStyle.Tile(html, rounds.Length.ToString(CultureInfo.InvariantCulture),
            run.Outcome.Stopped == StopReason.Rounds ? "rounds" : $"rounds ({run.Outcome.Stopped})");
        PageStyle.Tile(html, RoundText.Seconds(run.Seconds), "in all");
        PageStyle.Tile(html, rounds.Length == 0
            ? "-" : RoundText.Bytes(rounds.Average(round => (double)round.Costs.UploadBytesPerClient)),
            "upload, a client and round");
        if (run.SumIsExact is bool exact)
        {
            PageStyle.Tile(html, exact ? "exact" : "WRONG", "every opened sum", !exact);
        }

        if (run.WeightsEqual is bool equal)
        {
            PageStyle.Tile(html, equal ? "identical" : "DIFFERENT", "weights without encryption", !equal);
        }

        if (run.Outcome.Checkpoint.SimulatedSeconds > 0)
        {
            PageStyle.Tile(html, string.Create(CultureInfo.InvariantCulture,
                $"{run.Outcome.Checkpoint.SimulatedSeconds:F1} s"), "on the simulated clock");
        }

        html.Append("</div>");
    }

    private static List<Series> WithSites(
        SimulationOutcome run, string name, Func<RoundRecord, double?> main,
        Func<SiteCurve, IReadOnlyList<(int Round, double Value)>> site)
    {
        List<Series> series =
            [
                new(name, PageStyle.Ink,
                    [.. run.Outcome.History.Where(r => main(r) is not null).Select(r => (r.Round, main(r)!.Value))],
                    IsMain: true)];
        SiteCurve[] curves = [.. run.Curves.Where(curve => site(curve).Count > 0)];
        for (int i = 0; i < curves.Length; i++)
        {
            bool named = curves.Length <= NamedSites;
            series.Add(
                new Series(named ? curves[i].Site : $"each of {curves.Length} sites",
                    named ? Chart.Palette[i] : "#9fb6cc",
                    [.. site(curves[i]).Select(point => ((double)point.Round, point.Value))]));
        }

        return series;
    }

    private static List<Series> Stages(SimulationOutcome run)
    {
        Series Layer(string name, string color, Func<RoundRecord, double> value) =>
            new(name, color, [.. run.Outcome.History.Select(r => (r.Round, value(r)))]);
        return
        [
            Layer("train", Chart.Palette[0], r => r.SecondsTrain),
            Layer("encrypt", Chart.Palette[1], r => r.Costs.SecondsEncrypt),
            Layer("add", Chart.Palette[2], r => r.Costs.SecondsAggregate),
            Layer("open (key holders and server)", Chart.Palette[3], r => r.Costs.SecondsOpen),
        ];
    }

    private static List<Series> Bytes(SimulationOutcome run)
    {
        List<Series> series =
            [new("upload of one client", Chart.Palette[0],
                [.. run.Outcome.History.Select(r => (r.Round, (double)r.Costs.UploadBytesPerClient))], IsMain: true)];
        if (run.Outcome.History.Any(r => r.Costs.KeyHolderBytes > 0))
        {
            series.Add(new Series("to one key holder", Chart.Palette[1],
                [.. run.Outcome.History.Select(r => (r.Round, (double)r.Costs.KeyHolderBytes))]));
        }

        series.Add(new Series("the update as float32", Chart.Palette[7],
            [.. run.Outcome.History.Select(r => (r.Round, 4.0 * run.Parameters))]));
        return series;
    }

    private static RoundMetricInfo MainMetric(SimulationOutcome run) =>
        RoundMetricInfo.Of(RoundMetricInfo.MainOf(run.Trainer.Metrics.Task));

    // A site's row tells of its own rows; common test rows have a row of their own.
    private static void SiteTable(StringBuilder html, SimulationOutcome run)
    {
        html.Append("<h2>The model at each site</h2>");
        IEnumerable<SiteResult> rows = run.Final.CommonTest is SiteResult common ? run.Final.PerSite.Append(common)
            : run.Final.PerSite;
        PageStyle.Table(
            html,
            ["site", "training rows", "test rows", "training loss", .. run.Shown.Select(metric => metric.Label)],
            rows.Select(row => (IReadOnlyList<string>)
            [
                row.Site, row.Samples > 0 ? row.Samples.ToString(CultureInfo.InvariantCulture) : "-",
                (row.Test?.Samples ?? 0).ToString(CultureInfo.InvariantCulture),
                MetricText.Number(row.Train?.Loss),
                .. run.Shown.Select(metric => metric.Format(metric.Read(null, row.Test))),
            ]));
    }

    private static void CompareTable(StringBuilder html, SimulationOutcome run)
    {
        if (run.Floats is null)
        {
            return;
        }

        html.Append("<h2>Against plaintext</h2>");
        List<IReadOnlyList<string>> rows = [Row("this run", run.Final, "")];
        if (run.Quantised is not null)
        {
            rows.Add(Row("the same integers in the clear", run.Quantised.Final,
                run.WeightsEqual == true ? "identical, bit for bit" : "DIFFERENT"));
        }

        rows.Add(Row("floats in the clear", run.Floats.Final, "differ by rounding"));
        PageStyle.Table(html, ["run", .. run.Shown.Select(metric => metric.Label), "training loss", "weights"], rows);

        IReadOnlyList<string> Row(string name, ModelResult result, string weights) =>
            [name, .. run.Shown.Select(metric => metric.Format(metric.Read(result.Train, result.Test))),
                MetricText.Number(result.TrainLoss), weights];
    }

    private static void Protection(StringBuilder html, SimulationOutcome run, bool encrypted)
    {
        html.Append("<h2>What was protected</h2>");
        if (!encrypted)
        {
            html.Append("<p>Nothing: updates were summed in the clear.</p>");
            return;
        }

        html.Append(
            CultureInfo.InvariantCulture,
            $"<p>{run.Settings.Threshold} of {run.Settings.KeyHolders} key holders open each sum, of at least "
            + $"{run.Settings.MinClients(run.Final.PerSite.Length)} sites. A simulation runs all roles in one "
            + $"process, so whoever runs it could open any site; ");
        html.Append(
            "the curves of single sites above are drawn from that knowledge and exist in a simulation only. What a "
            + "sum of few sites tells about one of them is not encryption's business but that of differential "
            + "privacy.</p><ul>");
        foreach ((string transcript, _) in run.Transcripts)
        {
            html.Append(CultureInfo.InvariantCulture, $"<li><code>securefl verify {Svg.Text(transcript)}</code></li>");
        }

        html.Append("</ul>");
    }

    private static string Short(double value) =>
        value.ToString(Math.Abs(value) >= 1000 ? "0.##e0" : "0.####", CultureInfo.InvariantCulture);

    private static string Percent(double value) => (100 * value).ToString("0.#", CultureInfo.InvariantCulture) + " %";
}
