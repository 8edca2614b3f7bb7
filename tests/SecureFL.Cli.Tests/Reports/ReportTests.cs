using System.Globalization;
using System.Net;
using System.Text.Json;
using System.Xml.Linq;
using SecureFL.Cli.Tests.Simulate;
using SecureFL.Reports.Axes;

namespace SecureFL.Cli.Tests.Reports;

/// <summary>The HTML report needs nothing from outside, and its charts are well-formed.</summary>
public class ReportTests
{
    [Fact]
    public void Report_is_self_contained_and_shows_every_site()
    {
        using Hospitals hospitals = new();
        string report = hospitals.PathOf("report.html");
        (JsonElement json, string output, string error) =
            hospitals.Simulate("r", "--rounds", "4", "--local-steps", "10", "--report", report);
        string html = File.ReadAllText(report);
        Assert.DoesNotContain("http", html, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("<script", html, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("<link", html, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("src=", html, StringComparison.OrdinalIgnoreCase);
        string[] charts = [.. html.Split("<svg ").Skip(1)
            .Select(part => "<svg " + part[..(part.IndexOf("</svg>", StringComparison.Ordinal) + 6)])];
        Assert.Equal(7, charts.Length);
        int[] lines = [.. charts.Select(chart => XElement.Parse(chart).Descendants("polyline").Count())];
        Assert.Equal([5, 5, 2, 2, 0, 0, 3], lines);
        Assert.Equal(4, XElement.Parse(charts[4]).Descendants("rect").Count());
        Assert.Equal(16, XElement.Parse(charts[5]).Descendants("rect").Count());
        Assert.Contains("Harbour-Veterans", html, StringComparison.Ordinal);
        Assert.Contains("label heart_disease, 4 sites", html, StringComparison.Ordinal);
        Assert.Equal("heart_disease", json.GetProperty("label").GetString());
        Assert.Contains("all rows in one place, same number of steps", output, StringComparison.Ordinal);
        Assert.Contains("with the same training budget", output, StringComparison.Ordinal);
        Assert.Contains("<td>all rows in one place, same number of steps</td>", html, StringComparison.Ordinal);
        Assert.Contains("<td>Harbour-Veterans alone</td>", html, StringComparison.Ordinal);
        Assert.Contains("one standard deviation</th>", html, StringComparison.Ordinal);
        foreach (JsonElement row in json.GetProperty("final").GetProperty("coefficients").EnumerateArray())
        {
            double slope = row.GetProperty("value").GetDouble();
            string shown = slope.ToString("G5", CultureInfo.InvariantCulture);
            Assert.Contains($"<td>{row.GetProperty("feature").GetString()}</td><td>{shown}</td>", html,
                StringComparison.Ordinal);
        }

        string[] notes = [.. json.GetProperty("notes").EnumerateArray().Select(note => note.GetString()!)];
        Assert.Contains(notes, note => note.Contains("training rows", StringComparison.Ordinal));
        Assert.All(notes,
            note => Assert.Contains($"securefl: {note.Split("; hint: ")[0]}\n", error, StringComparison.Ordinal));
        Assert.All(notes,
            note => Assert.Contains($"<li>{WebUtility.HtmlEncode(note)}</li>", html, StringComparison.Ordinal));
        string[] said = [.. error.Split('\n').Where(line => line.StartsWith("securefl: ", StringComparison.Ordinal))];
        Assert.All(
            said.Where(line => !line.Contains(" round ", StringComparison.Ordinal)
                && !line.Contains(": report: ", StringComparison.Ordinal)),
            line => Assert.Contains(notes, note => line == "securefl: " + note.Split("; hint: ")[0]));
    }

    [Theory]
    [InlineData(0, 1)]
    [InlineData(0.2, 0.2000001)]
    [InlineData(-3, 17)]
    [InlineData(5, 5)]
    [InlineData(0, 0)]
    [InlineData(12_345_678, 98_765_432)]
    public void Axes_cover_the_data_with_a_few_ticks(double low, double high)
    {
        Axis axis = new(low, high, 100, 0, 5);
        Assert.True(axis.Low <= low + 1e-12 && axis.High >= high - 1e-12);
        Assert.InRange(axis.Ticks.Count, 2, 8);
        Assert.All(axis.Ticks, tick => Assert.InRange(axis.Position(tick), -1e-6, 100 + 1e-6));
        Assert.Equal(axis.Ticks.Order(), axis.Ticks);
    }
}
