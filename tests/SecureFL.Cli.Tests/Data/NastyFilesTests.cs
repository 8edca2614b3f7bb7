using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json;
using SecureFL.Cli.Sites;
using SecureFL.Cli.Tests.Support;
using SecureFL.Consortium.Plans.Descriptions;
using SecureFL.Learning.Data;

namespace SecureFL.Cli.Tests.Data;

/// <summary>What is said of each nasty file, word for word.</summary>
public sealed class NastyFilesTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("securefl-nasty").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Every_file_is_read_with_a_note_or_refused_with_place_reason_and_way_out()
    {
        StringBuilder said = new();
        foreach ((string name, IReadOnlyList<(string File, byte[] Content)> sites) in NastyFiles.All())
        {
            said.Append(CultureInfo.InvariantCulture, $"{name}\n{Outcome(sites)}");
        }

        string golden = Path.Combine(AppContext.BaseDirectory, "Golden", "nasty-files.txt");
        string actual = Path.Combine(AppContext.BaseDirectory, "nasty-files.actual.txt");
        File.WriteAllText(actual, said.ToString());
        Assert.Equal(File.ReadAllText(golden).ReplaceLineEndings("\n"), said.ToString());
    }

    [Fact]
    public void Several_sites_are_compared_without_showing_a_row()
    {
        string[] sites = ["a.csv", "b.csv", "c.csv"];
        Write("a.csv", NastyFiles.Table("patient_id,age,chol,sex,seen,ill",
            i => $"{1000 + i},{40 + (i % 30)},{180 + (i % 37)},{"mf"[i % 2]},2020-02-{1 + (i % 28):00},{i / 3 % 2}"));
        Write("b.csv",
            NastyFiles.Table("patient_id;age;chol;sex;seen;ill",
                i =>
                    $"{2000 + i};{40 + (i % 30)},5;{(i == 7 ? "<3" : $"{4 + (i % 3)},{i % 10}")};{"mf"[i % 2]};2020-02-{1 + (i % 28):00};{i / 3 % 2}"));
        Write("c.csv",
            NastyFiles.Table("patient_id,age,chol,sex,seen,ill",
                i =>
                    $"{3000 + i},{(i % 2 == 0 ? "" : $"{40 + (i % 30)}")},{180 + (i % 37)},{"mf"[i % 2]},2020-02-{1 + (i % 28):00},{i / 3 % 2}"));
        (int exit, string output, string error) =
            Securefl.RunIn(_folder, [], ["check-data", .. sites, "--label", "ill"]);
        Assert.True(exit == 0, error);
        File.WriteAllText(Path.Combine(AppContext.BaseDirectory, "check-data-sites.actual.txt"), output);
        Assert.Equal(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Golden", "check-data-sites.txt"))
            .ReplaceLineEndings("\n"), output);

        Write("b.csv",
            NastyFiles.Table("patient_id,age,chol,sex,seen,ill",
                i =>
                    $"{2000 + i},{40 + (i % 30)},{180 + (i % 37)},{(i % 2 == 0 ? "male" : "female")},2020-02-02,{i / 3 % 2}"));
        (exit, output, _) = Securefl.RunIn(_folder, [], ["check-data", .. sites, "--label", "ill"]);
        Assert.Equal(2, exit);
        Assert.Contains(
            "refused: b.csv, line 2, column sex: 'male' and 'm' (a.csv) look like one answer in two spellings", output,
            StringComparison.Ordinal);
    }

    [Fact]
    public void Findings_between_sites_are_in_the_json_too()
    {
        string table = NastyFiles.Table("x,spo2,y", i => $"{i % 13},{80 + (i % 20)} %,{i / 3 % 2}");
        Write("a.csv", table);
        Write("b.csv", table);
        Write("c.csv", NastyFiles.Table("x,spo2,y", i => $"{i % 11},{80 + (i % 20)},{i / 3 % 2}"));
        (int exit, _, string error) = Securefl.RunIn(_folder, [], "check-data", "a.csv", "b.csv", "c.csv", "--label",
            "y", "--json", "found.json");
        Assert.True(exit == 0, error);
        JsonElement found = JsonDocument.Parse(File.ReadAllText(Path.Combine(_folder, "found.json"))).RootElement;
        Assert.Equal("a.csv and b.csv hold the same rows: is one file given twice?",
            Assert.Single(found.GetProperty("repeated").EnumerateArray()).GetString());
        JsonElement spo2 = found.GetProperty("comparison")[1];
        Assert.Equal("not the same unit at all sites: % at a.csv, % at b.csv, none at c.csv",
            spo2.GetProperty("differences")[0].GetString());
        Assert.Equal("%", found.GetProperty("files")[0].GetProperty("columns")[1].GetProperty("unit").GetString());

        // Values at one site alone: refused here as simulate does.
        Write("c.csv", NastyFiles.Table("x,spo2,y", i => $"{i % 11},,{i / 3 % 2}"));
        Write("b.csv", NastyFiles.Table("x,spo2,y", i => $"{i % 12},,{i / 3 % 2}"));
        (exit, _, error) = Securefl.RunIn(_folder, [], "check-data", "a.csv", "b.csv", "c.csv", "--label", "y");
        Assert.Equal(2, exit);
        Assert.Contains("a.csv, column spo2: no other site has a value of this column", error,
            StringComparison.Ordinal);
        Assert.Contains("hint: --ignore spo2", error, StringComparison.Ordinal);
        Assert.Equal(0, Securefl.RunIn(_folder, [], "check-data", "a.csv", "b.csv", "c.csv", "--label", "y", "--ignore",
            "spo2").ExitCode);
    }

    [Fact]
    public void Pipes_devices_and_folders_are_named_and_never_opened()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "no pipes with names there");
        string pipe = Path.Combine(_folder, "pipe.csv");
        using (Process make = Process.Start("mkfifo", pipe))
        {
            make.WaitForExit();
        }

        Assert.Equal("a pipe, not an ordinary file", Refusal(pipe));
        Assert.Equal("a device, not an ordinary file", Refusal("/dev/zero"));
        Assert.Equal("a device, not an ordinary file", Refusal("/dev/null"));
        Assert.Equal("a folder, not a file", Refusal(_folder));
        (int exit, string output, string error) = Securefl.RunIn(_folder, [], "check-data", "pipe.csv");
        Assert.Equal(
            (2, "",
                "securefl: pipe.csv: a pipe, not an ordinary file\nhint: give an ordinary file: write what the "
                + "program prints to one first\n"), (exit, output, error));
    }

    private static string Refusal(string path) =>
        Assert.Throws<DataFormatException>(() => TableFile.Read(path)).Problem;

    private string Outcome(IReadOnlyList<(string File, byte[] Content)> sites)
    {
        string[] paths = [.. sites.Select(site => Path.Combine(_folder, site.File))];
        foreach ((string path, byte[] content) in paths.Zip(sites.Select(site => site.Content)))
        {
            File.WriteAllBytes(path, content);
        }

        string outcome;
        try
        {
            LoadedSites loaded = SiteLoader.Load(
                new SiteSettings { Data = [.. paths], Columns = new ColumnTerms { Label = "y" } });
            outcome = string.Create(
                CultureInfo.InvariantCulture,
                $"  read: {loaded.Sites.Sum(site => site.Train.Count)} rows, features "
                + $"{string.Join(", ", loaded.Schema!.FeatureNames())}\n")
                + string.Concat(loaded.Notes.Select(note => $"  note: {note}\n"));
        }
        catch (DataFormatException refusal)
        {
            outcome = $"  refused: {refusal.Message}\n  hint: {refusal.WayOut ?? "-"}\n";
        }

        return outcome.Replace(_folder + Path.DirectorySeparatorChar, "", StringComparison.Ordinal);
    }

    private void Write(string name, string text) => File.WriteAllText(Path.Combine(_folder, name), text);
}
