using System.Collections.Immutable;
using System.Globalization;
using SecureFL.Learning.Data;
using SecureFL.Learning.Data.Cells;
using SecureFL.Learning.Data.Checks;
using SecureFL.Learning.Data.Columns;
using SecureFL.Learning.Data.Csv;
using SecureFL.Learning.Data.Encoders;
using SecureFL.Learning.Data.Inference;
using SecureFL.Learning.Data.Schemas;
using SecureFL.Learning.Data.Tables;

namespace SecureFL.Learning.Tests.Data;

public class SchemaInferenceTests
{
    private static readonly SchemaOptions ByY = new() { Label = "y", Missing = MissingPolicy.Impute };

    [Fact]
    public void A_column_of_numbers_with_odd_cells_stays_one_and_the_cells_are_counted_and_named()
    {
        string[] odd = ["<0.5", "<0.5", "-", ".", "none", "inf", "#N/A", "n/a"];
        RawTable table = Column([.. Enumerable.Range(0, 92).Select(Text), .. odd]);
        InferredSchema inferred = SchemaInference.Examine([table], ByY);
        Assert.Equal(ColumnKind.Numeric, Assert.Single(inferred.Schema.Features).Kind);
        Assert.Equal(
            "column x: 6 of 100 cells are no number and count as missing: '<0.5' 2x, '-' 1x, '.' 1x, 'inf' 1x, "
            + "'none' 1x; the first is in t.csv, line 94",
            Assert.Single(inferred.Notes));
        EncodedTable encoded = new TableEncoder(inferred.Schema).Encode(table);
        Assert.Equal(8, encoded.ImputedCells);
        Assert.Equal(8, encoded.Data.Features.Count(double.IsNaN));
        Assert.Contains("6 cells are no number", Assert.Single(encoded.Remarks), StringComparison.Ordinal);
    }

    [Fact]
    public void A_mixture_is_refused_with_the_option_to_type()
    {
        RawTable table = Column([.. Enumerable.Range(0, 70).Select(Text), .. Enumerable.Repeat("low", 30)]);
        DataFormatException fault = Assert.Throws<DataFormatException>(() => SchemaInference.Infer([table], ByY));
        Assert.Equal((72L, "x"), (fault.Line, fault.Column));
        Assert.Contains("30 of 100 cells are no number: 'low' 30x", fault.Problem, StringComparison.Ordinal);
        Assert.StartsWith("--missing-values low where", fault.WayOut, StringComparison.Ordinal);
        TableSchema schema = SchemaInference.Infer([table], ByY with { MissingValues = ["low"] });
        Assert.Equal(ColumnKind.Numeric, schema.Features[0].Kind);
        Assert.Equal(30, new TableEncoder(TableSchema.FromJson(schema.ToJson(), "plan")).Encode(table).ImputedCells);
        Assert.Equal(71,
            SchemaInference.Infer([table], ByY with { Categorical = ["x"] }).Features[0].Categories.Length);
    }

    [Fact]
    public void Sites_agree_on_the_kind_of_a_column_or_are_refused()
    {
        RawTable numbers = Column(Enumerable.Range(0, 900).Select(Text), "a.csv");
        DataFormatException fault = Assert.Throws<DataFormatException>(
            () => SchemaInference.Infer([numbers, Column(Enumerable.Repeat("low", 20), "b.csv")], ByY));
        Assert.StartsWith(
            "b.csv, line 2, column x: holds texts (low) where a.csv holds numbers (0, 1, 2, 3, 4 and 895 more)",
            fault.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("1,0,1,0", "yes,no,no,yes", "holds texts (yes, no) where a.csv holds numbers (0, 1)")]
    [InlineData("Yes,no", "yes,no",
        "'yes' and 'Yes' (a.csv) look like one answer in two spellings: a.csv has Yes, no; b.csv has no, yes")]
    [InlineData("m,f", "male,female",
        "'male' and 'm' (a.csv) look like one answer in two spellings: a.csv has f, m; b.csv has female, male")]
    public void Categories_and_classes_in_two_spellings_are_refused(string one, string other, string problem)
    {
        RawTable a = Column(one.Split(','), "a.csv");
        RawTable b = Column(other.Split(','), "b.csv");
        DataFormatException fault = Assert.Throws<DataFormatException>(() => SchemaInference.Infer([a, b], ByY));
        Assert.Contains(problem, fault.Message, StringComparison.Ordinal);
        Assert.Equal("x", fault.Column);
        fault = Assert.Throws<DataFormatException>(() => SchemaInference.Infer([a, b], ByY with { Label = "x" }));
        Assert.Contains(problem, fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Two_spellings_in_one_file_are_refused_unless_declared_exact()
    {
        RawTable table = Column(["p", "P", "q"]);
        DataFormatException fault = Assert.Throws<DataFormatException>(() => SchemaInference.Infer([table], ByY));
        Assert.Equal((3L, "'P' and 'p' (line 2) look like one answer in two spellings"), (fault.Line, fault.Problem));
        Assert.Equal(["P", "p", "q"],
            SchemaInference.Infer([table], ByY with { Exact = ["x"] }).Features[0].Categories);
    }

    [Fact]
    public void Labels_coded_otherwise_at_a_site_are_refused_and_can_be_declared()
    {
        RawTable[] tables = [Column(["0", "1", "1"], "a.csv"), Column(["1", "2", "2"], "b.csv")];
        DataFormatException fault = Assert.Throws<DataFormatException>(
            () => SchemaInference.Infer(tables, ByY with { Label = "x" }));
        Assert.Equal("every site has two values of the label, but not the same two: a.csv has 0, 1; b.csv has 1, 2",
            fault.Problem);
        Assert.Equal(["0", "1", "2"],
            SchemaInference.Infer(tables, ByY with { Label = "x", Classes = ["0", "1", "2"] }).Label.Classes);
    }

    [Fact]
    public void Columns_that_a_site_lacks_or_spells_otherwise_are_listed()
    {
        RawTable a = CsvTableReader.Read(new StringReader("age,chol,y\n1,2,0\n3,4,1\n"), "a.csv");
        RawTable b = CsvTableReader.Read(new StringReader("Age,y,chol,extra\n1,0,2,9\n3,1,4,9\n"), "b.csv");
        DataFormatException fault = Assert.Throws<DataFormatException>(() => SchemaInference.Infer([a, b], ByY));
        Assert.Equal(
            "a.csv: the files have different columns: a.csv has no Age (but age), extra; b.csv has no age (but Age)",
            fault.Message);
        Assert.Equal(["chol"], SchemaInference.Infer([a, b], ByY with { Ignore = ["age", "Age", "extra"] }).Features
            .Select(column => column.Name));
    }

    [Theory]
    [InlineData("patient_id", "x7")]
    [InlineData("PatientID", "7")]
    [InlineData("row", "7")]
    [InlineData("note", "text 7")]
    public void Identifiers_are_left_out_with_the_option_that_keeps_them(string name, string pattern)
    {
        IEnumerable<string> rows = Enumerable.Range(0, 60).Select(i =>
            $"{pattern.Replace("7", (name == "PatientID" ? 999 - i : i).ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal)},{i % 7},{i % 2}");
        RawTable table = CsvTableReaderTests.Read($"{name},x,y\n{string.Join('\n', rows)}\n");
        InferredSchema inferred = SchemaInference.Examine([table], ByY);
        Assert.Equal(["x"], inferred.Schema.Features.Select(column => column.Name));
        Assert.Contains($"--keep {name}", Assert.Single(inferred.Notes), StringComparison.Ordinal);
        Assert.Equal(2, SchemaInference.Infer([table], ByY with { Keep = [name] }).Features.Length);
    }

    [Fact]
    public void Distinct_measurements_and_epoch_seconds_stay_features()
    {
        IEnumerable<string> rows = Enumerable.Range(0, 60)
            .Select(
                i => string.Create(CultureInfo.InvariantCulture, $"{i * 0.37},{1_600_000_000 + (i * 977)},{i % 2}"));
        InferredSchema inferred = SchemaInference.Examine(
            [CsvTableReaderTests.Read($"x,seen,y\n{string.Join('\n', rows)}\n")], ByY);
        Assert.Equal(2, inferred.Schema.Features.Length);
        Assert.Empty(inferred.Notes);
    }

    [Theory]
    [InlineData("platelets", 977, false)]
    [InlineData("ward_code", 977, true)]
    [InlineData("account_number", 977, true)]
    [InlineData("serial", 1, true)]
    public void Only_a_name_or_numbers_given_out_in_turn_raise_the_question_of_an_identifier(string name,
        int step, bool asked)
    {
        IEnumerable<string> rows = Enumerable.Range(0, 60).Select(i => $"{1000 + (i * 7 % 60 * step)},{i % 7},{i % 2}");
        RawTable table = CsvTableReaderTests.Read($"{name},x,y\n{string.Join('\n', rows)}\n");
        string[] notes = asked
            ? [$"column {name} has another whole number in every row; if it is an identifier: --ignore {name}"] : [];
        Assert.Equal(notes, SchemaInference.Examine([table], ByY).Notes);
        Assert.Equal(notes, DataCheck.Of(table, "y").Warnings);
    }

    [Fact]
    public void Labels_of_more_than_a_hundred_classes_are_refused_unless_they_are_named()
    {
        RawTable table = CsvTableReaderTests.Read(
            "x,y\n" + string.Concat(Enumerable.Range(0, 300).Select(i => $"{i % 7},c{i % 101}\n")));
        DataFormatException fault = Assert.Throws<DataFormatException>(() => SchemaInference.Infer([table], ByY));
        Assert.Equal(
            "the label has 101 different values (c0, c1, c10, c100, c11 and 96 more), at most 100 classes are accepted",
            fault.Problem);
        Assert.Equal("put the values together in fewer classes, or name another column with --label", fault.WayOut);
        SchemaOptions named = ByY with { Classes = [.. Enumerable.Range(0, 101).Select(i => $"c{i}")] };
        Assert.Equal(101, SchemaInference.Infer([table], named).Label.ClassCount);
    }

    [Fact]
    public void Words_for_missing_in_a_label_are_no_class_where_they_are_few_and_nobody_names_them()
    {
        RawTable Labels(int unknown) => CsvTableReaderTests.Read(
            "x,y\n" + string.Concat(Enumerable.Range(0, 100)
                .Select(i => $"{i % 7},{(i < unknown ? "unknown" : i % 2 == 0 ? "mild" : "severe")}\n")));
        InferredSchema few = SchemaInference.Examine([Labels(3)], ByY);
        Assert.Equal(["mild", "severe"], few.Schema.Label.Classes);
        Assert.Equal(
            "label y: 3 rows are left out, as 'unknown' means no value; if it is a class: --classes "
            + "mild,severe,unknown", Assert.Single(few.Notes));
        EncodedTable encoded = new TableEncoder(few.Schema).Encode(Labels(3));
        Assert.Equal((97, 3), (encoded.Data.Count, encoded.RowsWithoutLabel));
        Assert.StartsWith("column y: 3 cells are no class and count as missing: 'unknown' 3x",
            Assert.Single(encoded.Remarks), StringComparison.Ordinal);
        Assert.Equal(3, SchemaInference.Infer([Labels(40)], ByY).Label.ClassCount);
        SchemaOptions named = ByY with { Classes = ["mild", "severe", "unknown"] };
        Assert.Equal(100, new TableEncoder(SchemaInference.Infer([Labels(3)], named)).Encode(Labels(3)).Data.Count);
    }

    [Theory]
    [InlineData(9,
        "label y: 9 in 3 rows is a class of its own; if it means no value: --missing-values 9, in all columns")]
    [InlineData(-9,
        "label y: -9 in 3 rows is a class of its own; if it means no value: --missing-values -9, in all columns")]
    [InlineData(2, null)]
    [InlineData(-1, null)]
    public void A_rare_class_that_looks_like_a_code_for_missing_is_pointed_out(int code, string? note)
    {
        IEnumerable<string> rows = Enumerable.Range(0, 100).Select(i => $"{i % 7},{(i < 3 ? code : i % 2)}\n");
        InferredSchema inferred = SchemaInference.Examine(
            [CsvTableReaderTests.Read("x,y\n" + string.Concat(rows))], ByY);
        Assert.Equal(3, inferred.Schema.Label.ClassCount);
        Assert.Equal(note is null ? [] : [note], inferred.Notes);
    }

    [Fact]
    public void A_label_in_two_spellings_is_refused_unless_they_are_said_to_be_two_classes()
    {
        RawTable table = CsvTableReaderTests.Read(
            "x,y\n" + string.Concat(Enumerable.Range(0, 30).Select(i => $"{i % 7},{"Aab"[i % 3]}\n")));
        Assert.Contains("--exact y",
            Assert.Throws<DataFormatException>(() => SchemaInference.Infer([table], ByY)).WayOut,
            StringComparison.Ordinal);
        Assert.Equal(["A", "a", "b"], SchemaInference.Infer([table], ByY with { Exact = ["y"] }).Label.Classes);
    }

    [Theory]
    [InlineData(null, "-1,1,-1,1", "label y: 2 classes (-1, 1), 1 is the positive one")]
    [InlineData(null, "0,1,2,0", "label y: 3 classes (0, 1, 2); --model linear takes it as a number")]
    [InlineData(null, "a,b,c,a", "label y: 3 classes (a, b, c)")]
    [InlineData(
        null,
        "0,1,2,3,4,5,3,3,4,2",
        "label y: a number, of 6 whole values in all; if they are classes: --classes 0,1,2,3,4,5; --label-threshold "
        + "makes two classes of it")]
    [InlineData(null, "0.5,1.5,2.5,3",
        "label y: a number; --label-threshold makes two classes of it, --classes takes its values as classes")]
    [InlineData(2.0, "1,2,3,4", "label y: 2 classes, above 2 (the positive one) and not")]
    public void What_the_label_was_taken_for_is_said(double? threshold, string labels, string said)
    {
        RawTable table = CsvTableReaderTests.Read(
            "x,y\n" + string.Concat(labels.Split(',').Select((label, i) => $"{i},{label}\n")));
        Assert.Equal(said, SchemaInference.Examine([table], ByY with { LabelThreshold = threshold }).LabelNote);
    }

    [Theory]
    [InlineData("2020-01-02", 18263.0, null)]
    [InlineData("1969-12-31", -1.0, null)]
    [InlineData("2020-01-02T12:00:00Z", 18263.5, null)]
    [InlineData("2020-01-02 12:00:00+06:00", 18263.25, null)]
    [InlineData("2.1.2020", 18263.0, null)]
    [InlineData("31/01/2020", 18292.0, null)]
    [InlineData("01/31/2020", 18292.0, null)]
    [InlineData("2-Jan-2020", 18263.0, null)]
    [InlineData("Jan 2, 2020 6:00 PM", 18263.75, null)]
    [InlineData("03/04/2020", 18355.0, DateReading.DayFirst)]
    [InlineData("03/04/2020", 18325.0, DateReading.MonthFirst)]
    [InlineData("01:30", 5400.0, null)]
    public void Dates_become_days_and_times_of_day_seconds(string cell, double value, DateReading? said)
    {
        RawTable table = Column([cell, cell]);
        TableSchema schema = SchemaInference.Infer([table], ByY with { Dates = said });
        TableSchema back = TableSchema.FromJson(schema.ToJson(), "plan");
        Assert.Equal(value, new TableEncoder(back).Encode(table).Data.Features[0]);
    }

    /// <summary>A plan's columns are those of one site: whoever says the order means the others, too.</summary>
    [Fact]
    public void An_order_that_is_said_holds_for_sites_that_are_not_read_here()
    {
        TableSchema schema = SchemaInference.Infer(
            [Column(["2020-01-02", "2020-01-03"])], ByY with { Dates = DateReading.DayFirst });
        Assert.Equal(DateReading.DayFirst, schema.Features[0].Dates);
        Assert.Equal(18292.0, new TableEncoder(schema).Encode(Column(["31.01.2020"])).Data.Features[0]);
        Assert.Equal(18263.0, new TableEncoder(schema).Encode(Column(["2020-01-02"])).Data.Features[0]);
    }

    [Fact]
    public void Ambiguous_and_contradicting_dates_are_refused()
    {
        DataFormatException fault = Assert.Throws<DataFormatException>(
            () => SchemaInference.Infer([Column(["03/04/2020", "05/06/2020"])], ByY));
        Assert.Equal((2L, "'03/04/2020' and all other dates of the column can have the day or the month first"),
            (fault.Line, fault.Problem));
        Assert.Equal("--dates day-first or --dates month-first", fault.WayOut);
        fault = Assert.Throws<DataFormatException>(
            () => SchemaInference.Infer([Column(["13/04/2020"], "a.csv"), Column(["04/14/2020"], "b.csv")], ByY));
        Assert.Equal("a.csv, line 2, column x: '13/04/2020' has the day first, '04/14/2020' (b.csv, line 2) the month",
            fault.Message);
    }

    [Fact]
    public void Codes_for_missing_are_pointed_out_with_the_option_to_type()
    {
        RawTable table = Column([.. Enumerable.Range(100, 50).Select(Text), "-999", "-999", "120", "120"]);
        Assert.Equal(
            "column x: -999 in 2 cells looks like a code for missing; if it is: --missing-values -999",
            Assert.Single(SchemaInference.Examine([table], ByY).Notes));
        Assert.Empty(SchemaInference.Examine([table], ByY with { MissingValues = ["-999"] }).Notes);
        Assert.Empty(
            SchemaInference.Examine([Column([.. Enumerable.Range(80, 50).Select(Text), "99", "99"])], ByY).Notes);
    }

    [Fact]
    public void Many_categories_are_refused_or_capped_by_counts()
    {
        RawTable table = Column([.. Enumerable.Range(0, 400).Select(i => "c" + Text((i * 7) % 131))]);
        DataFormatException fault = Assert.Throws<DataFormatException>(() => SchemaInference.Infer([table], ByY));
        Assert.Contains("--max-categories 50", fault.WayOut, StringComparison.Ordinal);
        Assert.Contains("at most 100 categories", fault.Problem, StringComparison.Ordinal);
        ColumnSchema column = SchemaInference.Infer([table], ByY with { MaxCategories = 2 }).Features[0];
        Assert.Equal(131, column.Categories.Length);
        Assert.Equal(["b", "c"], CategoryAgreement.Agree("x", ["a", "b", "c", "d"], [1, 7, 3, 2], 1, 2).Categories);
    }

    [Fact]
    public void Another_spelling_of_an_agreed_category_is_refused_at_the_site()
    {
        TableSchema schema = SchemaInference.Infer([Column(["Yes", "No"])], ByY);
        DataFormatException fault = Assert.Throws<DataFormatException>(
            () => new TableEncoder(schema).Encode(Column(["Yes", "yes"])));
        Assert.Equal("t.csv, line 3, column x: 'yes' is another spelling of the agreed category 'Yes'", fault.Message);
        Assert.Equal(1, new TableEncoder(schema).Encode(Column(["Yes", "perhaps"])).UnseenCells);
    }

    [Theory]
    [InlineData("unknown")]
    [InlineData("-")]
    [InlineData("soon")]
    public void Dates_that_can_be_read_two_ways_are_refused_at_the_first_of_them_whatever_stands_before(string before)
    {
        string[] dates = [.. Enumerable.Range(1, 12).Select(month => $"03/{month:00}/2020")];
        DataFormatException fault = Assert.Throws<DataFormatException>(
            () => SchemaInference.Infer([Column([before, .. dates])], ByY));
        Assert.Equal((3L, "--dates day-first or --dates month-first"), (fault.Line, fault.WayOut));
        fault = Assert.Throws<DataFormatException>(
            () => SchemaInference.Infer([Column([before], "first.csv"), Column(dates, "second.csv")], ByY));
        Assert.Equal(("second.csv", 2L), (fault.Source, fault.Line));
        Assert.StartsWith("'03/01/2020' and all other dates", fault.Problem, StringComparison.Ordinal);
    }

    [Fact]
    public void A_test_done_in_few_patients_is_a_column_of_numbers()
    {
        RawTable table = Column([.. Enumerable.Repeat("nd", 92), .. Enumerable.Range(0, 8).Select(i => $"0.{i}")]);
        InferredSchema inferred = SchemaInference.Examine([table], ByY);
        Assert.Equal(ColumnKind.Numeric, Assert.Single(inferred.Schema.Features).Kind);
        Assert.Contains("92 of 100 cells are no number and count as missing: 'nd' 92x", Assert.Single(inferred.Notes),
            StringComparison.Ordinal);
        Assert.Equal(ColumnKind.Numeric, DataCheck.Of(table).Columns[0].Kind);
    }

    [Fact]
    public void Whatever_stands_in_a_column_it_is_read_or_refused_as_data()
    {
        string[] words = ["", "-", "unknown", "1", "2.5", "03/04/2020", "13/04/2020", "04/13/2020", "2020-04-03",
            "12:30", "5 mg", "5 g", "7 %", "low", "Low", "01.02.20", "1e300", "?"];
        for (int trial = 0; trial < 1000; trial++)
        {
            SeededRandom random = SeededRandom.For(9, "odd-columns", trial);
            RawTable[] sites =
            [
                .. Enumerable.Range(0, 1 + (trial % 3)).Select(site =>
                {
                    string[] some =
                        [.. Enumerable.Range(0, 1 + (trial % 4)).Select(_ => words[random.NextInt32(words.Length)])];
                    return
                        Column(
                            [.. Enumerable.Range(0, 1 + random.NextInt32(25))
                                .Select(_ => some[random.NextInt32(some.Length)])], $"{site}.csv");
                }),
            ];
            string cells = string.Join(" | ", sites.SelectMany(site => site.Rows).Select(row => row.Cells[0]));
            Exception? fault = Record.Exception(() =>
            {
                SiteComparison.Of([.. sites.Select(site => TableProfile.Of(site))], "y");
                InferredSchema inferred = SchemaInference.Examine(sites, ByY with { Keep = ["x"] });
                FewSitesRule.Check(sites, inferred.Schema);
                Array.ForEach(sites, site => new TableEncoder(inferred.Schema).Encode(site));
            });
            Assert.True(fault is null or DataFormatException, $"{cells}: {fault}");
        }
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);

    private static RawTable Column(IEnumerable<string> cells, string source = "t.csv") => new(
        source, ["x", "y"], [.. cells.Select((cell, i) => new RawRow(i + 2, [cell, Text(i % 2)]))]);
}
