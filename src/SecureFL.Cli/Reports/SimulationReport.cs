using System.Globalization;
using System.Text;
using SecureFL.Cli.Progress;
using SecureFL.Cli.Simulate;
using SecureFL.Federated.Rounds;

namespace SecureFL.Cli.Reports;

/// <summary>A simulation as one HTML file that needs nothing else: no script, no font, no network.</summary>
internal static class SimulationReport
{
    private const string Style = """
        body{font:15px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Liberation Sans",Arial,sans-serif;color:#1b1f24;background:#fff;max-width:1360px;margin:2em auto;padding:0 1.5em}
        h1{font-size:1.6em;margin:0 0 .2em} h2{font-size:1.15em;margin:1.8em 0 .6em}
        p.sub{color:#57606a;margin:0 0 1.2em}
        .tiles{display:flex;flex-wrap:wrap;gap:12px} .tile{border:1px solid #d0d7de;border-radius:8px;padding:10px 16px;min-width:130px}
        .tile b{display:block;font-size:1.35em} .tile span{color:#57606a;font-size:.88em} .bad b{color:#b42318}
        .charts{display:grid;grid-template-columns:repeat(auto-fit,minmax(480px,1fr));gap:20px}
        figure{margin:0;border:1px solid #d0d7de;border-radius:8px;padding:14px 16px 8px} figcaption{font-weight:600;margin-bottom:4px}
        svg{width:100%;height:auto;display:block} svg text{font-size:12px;fill:#57606a} .grid{stroke:#eaeef2} .tick{stroke:#8c959f}
        .legend{display:flex;flex-wrap:wrap;gap:4px 16px;font-size:.86em;margin-bottom:6px} .legend span{display:inline-flex;align-items:center;gap:6px}
        .legend i{display:inline-block;width:18px;border-radius:2px}
        .scroll{overflow-x:auto} table{border-collapse:collapse;font-variant-numeric:tabular-nums} td,th{padding:4px 14px 4px 0;text-align:right;border-bottom:1px solid #eaeef2;white-space:nowrap}
        td:first-child,th:first-child{text-align:left} th{color:#57606a;font-weight:600} code{font-size:.92em;overflow-wrap:anywhere}
        @media (max-width:560px){.charts{grid-template-columns:1fr}}
        """;

    private const int NamedSites = 7;

    internal static void Write(FileInfo file, SimulationOutcome run)
    {
        file.Directory?.Create();
        string whole = file.FullName + ".part";
        File.WriteAllText(whole, Html(run));
        File.Move(whole, file.FullName, overwrite: true);
    }

    internal static string Html(SimulationOutcome run)
    {
        StringBuilder html = new();
        bool encrypted = run.Settings.Suite != SumSuite.Plaintext;
        html.Append("<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">");
        html.Append(CultureInfo.InvariantCulture, $"<title>SecureFL simulation</title><style>{Style}</style></head><body>");
        html.Append(CultureInfo.InvariantCulture, $"<h1>Federated training, {(encrypted ? "encrypted" : "in the clear")}</h1><p class=\"sub\">{Svg.Text(Describe(run))}</p>");
        Tiles(html, run);
        html.Append("<h2>Training</h2><div class=\"charts\">");
        html.Append(Chart.Lines("Training loss after each round", "mean loss", WithSites(run, "all sites", r => r.TrainLoss, curve => curve.Losses), Short));
        html.Append(Chart.Lines(
            "Test accuracy after each round", "rows that are right", WithSites(run, "all sites", r => r.TestAccuracy, curve => curve.Accuracies), Percent));
        html.Append("</div><h2>Cost</h2><div class=\"charts\">");
        html.Append(Chart.StackedBars("Seconds by stage, all sites together", "seconds", Stages(run), value => value.ToString("0.####", CultureInfo.InvariantCulture)));
        html.Append(Chart.Lines("Bytes a round", "bytes", Bytes(run), value => RoundText.Bytes(value), fromZero: true));
        html.Append("</div>");
        SiteTable(html, run);
        CompareTable(html, run);
        Protection(html, run, encrypted);
        return html.Append("</body></html>\n").ToString();
    }

    private static string Describe(SimulationOutcome run)
    {
        FederationOptions options = run.Settings.Federation;
        string rounds = run.Settings.Buffer is BufferOptions buffer ? $"asynchronous, summed after {buffer.Arrivals} arrivals" : "synchronous";
        string bits = run.Settings.Bits == SimulationSettings.FloatBits ? "float32" : $"{run.Settings.Bits} bits, clip {run.Clip.ToString("G6", CultureInfo.InvariantCulture)}";
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{run.Final.PerSite.Length} sites, {run.Parameters} parameters, {rounds}, server {options.ServerOptimizer.Kind} at rate {options.ServerOptimizer.LearningRate:G4}, {bits}, seed {options.Seed}");
    }

    private static void Tiles(StringBuilder html, SimulationOutcome run)
    {
        RoundRecord[] rounds = [.. run.Outcome.History];
        html.Append("<div class=\"tiles\">");
        Tile(html, run.Final.TestAccuracy is double accuracy ? Percent1(accuracy) : "-", "test accuracy");
        Tile(html, run.Final.TrainLoss is double loss ? Short(loss) : "-", "training loss");
        Tile(html, rounds.Length.ToString(CultureInfo.InvariantCulture), run.Outcome.Stopped == StopReason.Rounds ? "rounds" : $"rounds ({run.Outcome.Stopped})");
        Tile(html, RoundText.Seconds(run.Seconds), "in all");
        Tile(html, rounds.Length == 0 ? "-" : RoundText.Bytes(rounds.Average(round => (double)round.Costs.UploadBytesPerClient)), "upload, a client and round");
        if (run.SumIsExact is bool exact)
        {
            Tile(html, exact ? "exact" : "WRONG", "every opened sum", !exact);
        }

        if (run.WeightsEqual is bool equal)
        {
            Tile(html, equal ? "identical" : "DIFFERENT", "weights without encryption", !equal);
        }

        if (run.Outcome.Checkpoint.SimulatedSeconds > 0)
        {
            Tile(html, string.Create(CultureInfo.InvariantCulture, $"{run.Outcome.Checkpoint.SimulatedSeconds:F1} s"), "on the simulated clock");
        }

        html.Append("</div>");
    }

    private static void Tile(StringBuilder html, string value, string name, bool bad = false) =>
        html.Append(CultureInfo.InvariantCulture, $"<div class=\"tile{(bad ? " bad" : "")}\"><b>{Svg.Text(value)}</b><span>{Svg.Text(name)}</span></div>");

    private static List<Series> WithSites(
        SimulationOutcome run, string name, Func<RoundRecord, double?> main, Func<SiteCurve, IReadOnlyList<(int Round, double Value)>> site)
    {
        List<Series> series = [new(name, "#1b1f24", [.. run.Outcome.History.Where(r => main(r) is not null).Select(r => (r.Round, main(r)!.Value))], IsMain: true)];
        SiteCurve[] curves = [.. run.Curves.Where(curve => site(curve).Count > 0)];
        for (int i = 0; i < curves.Length; i++)
        {
            bool named = curves.Length <= NamedSites;
            series.Add(new Series(named ? curves[i].Site : $"each of {curves.Length} sites", named ? Chart.Palette[i] : "#9fb6cc", site(curves[i])));
        }

        return series;
    }

    private static List<Series> Stages(SimulationOutcome run)
    {
        Series Layer(string name, string color, Func<RoundRecord, double> value) => new(name, color, [.. run.Outcome.History.Select(r => (r.Round, value(r)))]);
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
        List<Series> series = [new("upload of one client", Chart.Palette[0], [.. run.Outcome.History.Select(r => (r.Round, (double)r.Costs.UploadBytesPerClient))], IsMain: true)];
        if (run.Outcome.History.Any(r => r.Costs.KeyHolderBytes > 0))
        {
            series.Add(new Series("to one key holder", Chart.Palette[1], [.. run.Outcome.History.Select(r => (r.Round, (double)r.Costs.KeyHolderBytes))]));
        }

        series.Add(new Series("the update as float32", Chart.Palette[7], [.. run.Outcome.History.Select(r => (r.Round, 4.0 * run.Parameters))]));
        return series;
    }

    private static void SiteTable(StringBuilder html, SimulationOutcome run)
    {
        html.Append("<h2>The model at each site</h2><div class=\"scroll\"><table><tr><th>site</th><th>training rows</th><th>test rows</th><th>test accuracy</th><th>test AUC</th></tr>");
        foreach (SiteResult site in run.Final.PerSite)
        {
            html.Append(
                CultureInfo.InvariantCulture,
                $"<tr><td>{Svg.Text(site.Site)}</td><td>{site.Samples}</td><td>{site.TestSamples}</td><td>{(site.TestAccuracy is double a ? Percent1(a) : "-")}</td><td>{(site.TestAuc is double auc ? Short(auc) : "-")}</td></tr>");
        }

        html.Append("</table></div>");
    }

    private static void CompareTable(StringBuilder html, SimulationOutcome run)
    {
        if (run.Floats is null)
        {
            return;
        }

        html.Append("<h2>Against plaintext</h2><div class=\"scroll\"><table><tr><th>run</th><th>test accuracy</th><th>training loss</th><th>weights</th></tr>");
        Row("this run", run.Final, "");
        if (run.Quantised is not null)
        {
            Row("the same integers in the clear", run.Quantised.Final, run.WeightsEqual == true ? "identical, bit for bit" : "DIFFERENT");
        }

        Row("floats in the clear", run.Floats.Final, "differ by rounding");
        html.Append("</table></div>");

        void Row(string name, ModelResult result, string weights) => html.Append(
            CultureInfo.InvariantCulture,
            $"<tr><td>{name}</td><td>{(result.TestAccuracy is double a ? Percent1(a) : "-")}</td><td>{(result.TrainLoss is double l ? Short(l) : "-")}</td><td>{weights}</td></tr>");
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
            $"<p>{run.Settings.Threshold} of {run.Settings.KeyHolders} key holders open each sum, of at least {run.Settings.MinClients} sites. A simulation runs all roles in one process, so whoever runs it could open any site; ");
        html.Append("the curves of single sites above are drawn from that knowledge and exist in a simulation only. What a sum of few sites tells about one of them is not encryption's business but that of differential privacy.</p><ul>");
        foreach ((string transcript, _) in run.Transcripts)
        {
            html.Append(CultureInfo.InvariantCulture, $"<li><code>securefl verify {Svg.Text(transcript)}</code></li>");
        }

        html.Append("</ul>");
    }

    private static string Short(double value) => value.ToString(Math.Abs(value) >= 1000 ? "0.##e0" : "0.####", CultureInfo.InvariantCulture);

    private static string Percent(double value) => (100 * value).ToString("0.#", CultureInfo.InvariantCulture) + " %";

    private static string Percent1(double value) => (100 * value).ToString("F1", CultureInfo.InvariantCulture) + " %";
}
