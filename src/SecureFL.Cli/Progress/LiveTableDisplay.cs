using System.Globalization;
using SecureFL.Cli.Shell;
using SecureFL.Learning.Rounds;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace SecureFL.Cli.Progress;

/// <summary>A progress bar over a table of the newest rounds, redrawn in place on a terminal.</summary>
internal sealed class LiveTableDisplay : IRunDisplay
{
    private const int Shown = 10;
    private const int BarWidth = 50;

    private readonly IAnsiConsole _console = Terminal.ErrorTables();
    private readonly Queue<RoundRecord> _newest = new();
    private LiveDisplayContext? _context;
    private string _title = "";
    private int _rounds;
    private int _summed;

    public IReadOnlyList<RoundMetricInfo> Metrics { get; set; } = [];

    public Task RunAsync(string title, int rounds, Func<Task> body)
    {
        (_title, _rounds, _summed) = (title, rounds, 0);
        _newest.Clear();
        return _console.Live(Draw()).StartAsync(async context =>
        {
            _context = context;
            await body().ConfigureAwait(false);
            context.UpdateTarget(Draw());
        });
    }

    public void Summed(int round)
    {
        _summed = round;
        _context?.UpdateTarget(Draw());
    }

    public void Done(RoundRecord record)
    {
        _newest.Enqueue(record);
        while (_newest.Count > Shown)
        {
            _newest.Dequeue();
        }

        _context?.UpdateTarget(Draw());
    }

    private Rows Draw()
    {
        int filled = _rounds == 0 ? 0 : BarWidth * _summed / _rounds;
        IRenderable bar = new Markup(string.Create(
            CultureInfo.InvariantCulture,
            $"{Terminal.Cell(_title)} [green]{new string('━', filled)}[/][grey]{new string('━', BarWidth - filled)}[/] {_summed}/{_rounds}"));
        Table table = new Table().Border(TableBorder.Minimal);
        string[] heads = ["round", .. Metrics.Select(metric => metric.Label), "sites", "upload", "train", "encrypt",
            "add", "open", "sum"];
        foreach (string head in heads)
        {
            table.AddColumn(new TableColumn(head).RightAligned());
        }

        foreach (RoundRecord r in _newest)
        {
            table.AddRow(
            [
                r.Round.ToString(CultureInfo.InvariantCulture),
                .. Metrics.Select(metric => metric.Format(metric.Read(r))),
                r.Contributors.Length.ToString(CultureInfo.InvariantCulture),
                RoundText.Bytes(r.Costs.UploadBytesPerClient),
                RoundText.Seconds(r.SecondsTrain),
                RoundText.Seconds(r.Costs.SecondsEncrypt),
                RoundText.Seconds(r.Costs.SecondsAggregate),
                RoundText.Seconds(r.Costs.SecondsOpen),
                RoundText.Exact(r),
            ]);
        }

        return new Rows(bar, table);
    }
}
