using SecureFL.Learning.Data;
using SecureFL.Learning.Data.Checks;
using SecureFL.Learning.Data.Columns;
using SecureFL.Learning.Data.Csv;
using SecureFL.Learning.Data.Datasets;
using SecureFL.Learning.Data.Encoders;
using SecureFL.Learning.Data.Inference;
using SecureFL.Learning.Data.Schemas;
using SecureFL.Learning.Data.Tables;

namespace SecureFL.Learning.Tests.Data;

/// <summary>Columns of which one site alone has values, whatever stands in the others' cells.</summary>
public class FewSitesRuleTests
{
    private static readonly RawTable A =
        Table("a.csv", "troponin,x,sex,y\n0.1,1,f,0\n0.2,2,m,1\n0.4,3,f,0\n0.3,5,m,1\n");
    private static readonly RawTable B = Table("b.csv", "troponin,x,sex,y\nnot done,1,f,0\nnot done,4,m,1\n");
    private static readonly RawTable C = Table("c.csv", "troponin,x,sex,y\n-,2,f,0\n,4,m,1\n");

    [Fact]
    public void Words_for_no_value_are_none_in_a_column_of_numbers()
    {
        TableSchema schema = SchemaInference.Infer([A, B, C],
            new SchemaOptions { Label = "y", Missing = MissingPolicy.Impute });
        Assert.Equal(ColumnKind.Numeric, schema.Features[0].Kind);
        DataFormatException fault = Assert.Throws<DataFormatException>(() => FewSitesRule.Check([A, B, C], schema));
        Assert.Equal(("troponin", "--ignore troponin leaves the column out at all sites"),
            (fault.Column, fault.WayOut));
        FewSitesRule.Check([A, B, C], schema with { Features = schema.Features[1..] });

        // The rows of a run, however the schema came about.
        (string, RawDataset)[] rows = [
            .. new[] { A, B, C }.Select(table => (table.Source, new TableEncoder(schema).Encode(table).Data))];
        Assert.StartsWith(
            "a.csv, column troponin: without d, no other site has a value",
            Assert.Throws<DataFormatException>(() => FewSitesRule.Check(rows, schema, "without d, ")).Message,
            StringComparison.Ordinal);
        FewSitesRule.Check([rows[0], rows[0], rows[1]], schema);
        Assert.Equal("0", Assert.Throws<DataFormatException>(() => FewSitesRule.Check(rows, null)).Column);
    }

    [Fact]
    public void Dates_count_as_they_are_read()
    {
        RawTable dated = Table("a.csv", "seen,y\n2020-01-02,0\n2020-01-03,1\n");
        RawTable other = Table("b.csv", "seen,y\nunknown,0\nunknown,1\n");
        TableSchema schema = SchemaInference.Infer([dated, other],
            new SchemaOptions { Label = "y", Missing = MissingPolicy.Impute });
        Assert.NotNull(schema.Features[0].Dates);
        Assert.Equal("seen",
            Assert.Throws<DataFormatException>(() => FewSitesRule.Check([dated, other], schema)).Column);
        FewSitesRule.Check([dated, dated, other], schema);
    }

    [Fact]
    public void Categories_that_were_agreed_on_are_values_and_others_are_not()
    {
        TableSchema schema = SchemaInference.Infer([A, B],
            new SchemaOptions { Label = "y", Ignore = ["troponin"], Missing = MissingPolicy.Impute });
        RawTable strange = Table("d.csv", "troponin,x,sex,y\n1,1,q,0\n2,2,q,1\n");
        FewSitesRule.Check([A, B, strange], schema);
        Assert.Equal("sex", Assert.Throws<DataFormatException>(() => FewSitesRule.Check([A, strange], schema)).Column);
        (string, RawDataset)[] rows = [
            .. new[] { A, strange }.Select(table => (table.Source, new TableEncoder(schema).Encode(table).Data))];
        Assert.Equal("sex", Assert.Throws<DataFormatException>(() => FewSitesRule.Check(rows, schema)).Column);
    }

    [Fact]
    public void Two_sites_of_three_are_pointed_out_though_the_third_has_words_for_no_value()
    {
        RawTable second = Table("d.csv", "troponin,x,sex,y\n0.1,1,f,0\n0.7,2,m,1\n");
        ColumnComparison troponin = SiteComparison.Of(
            [TableProfile.Of(A), TableProfile.Of(second), TableProfile.Of(B)])[0];
        Assert.Contains(troponin.Differences,
            difference => difference.StartsWith("only a.csv and d.csv have values", StringComparison.Ordinal));
    }

    private static RawTable Table(string source, string text) => CsvTableReader.Read(new StringReader(text), source);
}
