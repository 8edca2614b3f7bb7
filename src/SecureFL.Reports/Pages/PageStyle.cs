using System.Globalization;
using System.Text;
using SecureFL.Reports.Markup;

namespace SecureFL.Reports.Pages;

/// <summary>
/// The frame of a report: one HTML file that needs nothing else, no script, no font, no network; light or dark as the
/// reader's system is.
/// </summary>
internal static class PageStyle
{
    /// <summary>The colour of text, for lines that stand out.</summary>
    internal const string Ink = "var(--ink)";

    private const string Style = """
        :root{color-scheme:light dark;--ink:#1b1f24;--soft:#57606a;--page:#fff;--edge:#d0d7de;--grid:#eaeef2;--tick:#8c959f;--bad:#b42318}
        @media (prefers-color-scheme:dark){:root{--ink:#e6edf3;--soft:#9aa4af;--page:#0d1117;--edge:#30363d;--grid:#21262d;--tick:#6e7681;--bad:#ff7b72}}
        body{font:15px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Liberation Sans",Arial,sans-serif;color:var(--ink);background:var(--page);max-width:1360px;margin:2em auto;padding:0 1.5em}
        h1{font-size:1.6em;margin:0 0 .2em} h2{font-size:1.15em;margin:1.8em 0 .6em} h3{font-size:1em;margin:1.2em 0 .4em}
        p.sub{color:var(--soft);margin:0 0 1.2em}
        .tiles{display:flex;flex-wrap:wrap;gap:12px;margin-bottom:14px} .tile{border:1px solid var(--edge);border-radius:8px;padding:10px 16px;min-width:130px}
        .tile b{display:block;font-size:1.35em} .tile span{color:var(--soft);font-size:.88em} .bad b{color:var(--bad)}
        .charts{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(556px,100%),1fr));gap:20px;align-items:start}
        figure{margin:0;border:1px solid var(--edge);border-radius:8px;padding:14px 16px 8px;min-width:0;overflow-x:auto} figcaption{font-weight:600;margin-bottom:4px}
        svg{width:100%;min-width:520px;max-width:760px;height:auto;display:block} svg text{font-size:12px;fill:var(--soft)} .grid{stroke:var(--grid)} .minor{stroke:var(--grid);stroke-opacity:.55} p.note{color:var(--soft);font-size:.82em;margin:2px 0 6px} .tick{stroke:var(--tick)}
        .legend{display:flex;flex-wrap:wrap;gap:4px 16px;font-size:.86em;margin-bottom:6px} .legend span{display:inline-flex;align-items:center;gap:6px}
        .legend i{display:inline-block;width:18px;border-radius:2px}
        .scroll{overflow-x:auto} table{border-collapse:collapse;font-variant-numeric:tabular-nums} td,th{padding:4px 14px 4px 0;text-align:right;border-bottom:1px solid var(--grid);white-space:nowrap} th{white-space:normal;vertical-align:bottom}
        td:first-child,th:first-child{text-align:left;white-space:normal;min-width:14ch} th{color:var(--soft);font-weight:600} code{font-size:.92em;overflow-wrap:anywhere}
        """;

    /// <summary>Everything up to the first heading's paragraph.</summary>
    internal static StringBuilder Begin(string title, string heading, string sub)
    {
        StringBuilder html = new();
        html.Append(
            "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" "
            + "content=\"width=device-width,initial-scale=1\">");
        html.Append(CultureInfo.InvariantCulture,
            $"<title>{Svg.Text(title)}</title><style>{Style}</style></head><body>");
        return html.Append(CultureInfo.InvariantCulture,
            $"<h1>{Svg.Text(heading)}</h1><p class=\"sub\">{Svg.Text(sub)}</p>");
    }

    /// <summary>A figure that stands out.</summary>
    internal static void Tile(StringBuilder html, string value, string name, bool bad = false) =>
        html.Append(CultureInfo.InvariantCulture,
            $"<div class=\"tile{(bad ? " bad" : "")}\"><b>{Svg.Text(value)}</b><span>{Svg.Text(name)}</span></div>");

    /// <summary>A table; the first column is text.</summary>
    internal static void Table(StringBuilder html, IReadOnlyList<string> heads, IEnumerable<IReadOnlyList<string>> rows)
    {
        html.Append("<div class=\"scroll\"><table><tr>");
        html.AppendJoin("", heads.Select(head => $"<th>{Svg.Text(head)}</th>")).Append("</tr>");
        foreach (IReadOnlyList<string> row in rows)
        {
            html.Append("<tr>").AppendJoin("", row.Select(cell => $"<td>{Svg.Text(cell)}</td>")).Append("</tr>");
        }

        html.Append("</table></div>");
    }

    /// <summary>The end of the page.</summary>
    internal static string End(StringBuilder html) => html.Append("</body></html>\n").ToString();
}
