using System.Collections.Immutable;
using SecureFL.Learning.Data;
using SecureFL.Learning.Data.Tensors;
using SecureFL.Learning.Models;
using SecureFL.Learning.Tests.Exports;

namespace SecureFL.Learning.Tests.Models;

/// <summary>A model file that somebody changed is refused where it is read, by the part that does not fit.</summary>
public sealed class DamagedModelTests
{
    private const string Scaling = "securefl.scaling";

    [Theory]
    [InlineData(Scaling, null, "securefl.scaling is missing")]
    [InlineData(Scaling, "{}", "securefl.scaling is empty")]
    [InlineData(Scaling, "null", "securefl.scaling is empty")]
    [InlineData(Scaling, """{"":null}""", "does not have 6 features")]
    [InlineData(Scaling, """{"":{"Offset":[],"Factor":[],"Imputed":[]}}""", "does not have 6 features")]
    [InlineData(Scaling, """{"":{"Offset":[1,2,3,4,5,6],"Factor":[1,1,1],"Imputed":[1,2,3,4,5,6]}}""",
        "does not have 6 features")]
    [InlineData(Scaling, """{"":{"Offset":[1,2,3,4,5,6],"Factor":[1,-1,1,1,1,1],"Imputed":[1,2,3,4,5,6]}}""",
        "factor -1 and mean 2 for feature troponin")]
    [InlineData(Scaling, """{"":{"Offset":[1e999,2,3,4,5,6],"Factor":[1,1,1,1,1,1],"Imputed":[1,2,3,4,5,6]}}""",
        "for feature when: finite")]
    [InlineData("securefl.model", """{"Task":"Binary","Inputs":6,"Outputs":1,"Hidden":[2],"Activation":99}""",
        "Activation: 99 is none of the names Relu, Tanh")]
    [InlineData("securefl.model", """{"Task":1,"Inputs":6,"Outputs":1,"Hidden":[2]}""",
        "Task: 1 is none of the names Binary, MultiClass, Regression")]
    [InlineData("securefl.schema", """{"Features":[{"Name":"a","Kind":"0"}],"Label":{"Name":"y","Task":"Binary"}}""",
        "Kind: 0 is none of the names Numeric, Categorical")]
    public void A_changed_description_is_refused_by_its_part(string key, string? value, string message)
    {
        DataFormatException fault = Assert.Throws<DataFormatException>(
            () => ModelBundle.Read(Changed(metadata => Set(metadata, key, value)), "m.safetensors"));
        Assert.StartsWith("m.safetensors: ", fault.Message, StringComparison.Ordinal);
        Assert.Contains(message, fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_weight_that_is_no_number_is_refused_by_its_tensor()
    {
        ModelBundle bundle = Bundle();
        bundle.Parameters.Values[bundle.Parameters.Layout.Tensors[0].Offset + 3] = float.NaN;
        using MemoryStream stream = new();
        bundle.Write(stream);
        stream.Position = 0;
        DataFormatException fault = Assert.Throws<DataFormatException>(() => ModelBundle.Read(stream, "m.safetensors"));
        Assert.Contains("holds NaN at", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_file_as_it_was_written_is_read() =>
        Assert.Single(ModelBundle.Read(Changed(_ => { }), "m.safetensors").Scalings);

    private static ModelBundle Bundle() =>
        ExportTables.Bundle(ExportTables.Schema(LearningTask.Binary, omitFirst: false), [2], Activation.Relu);

    private static void Set(Dictionary<string, string> metadata, string key, string? value)
    {
        metadata.Remove(key);
        if (value is not null)
        {
            metadata.Add(key, value);
        }
    }

    private static MemoryStream Changed(Action<Dictionary<string, string>> change)
    {
        using MemoryStream written = new();
        Bundle().Write(written);
        written.Position = 0;
        SafetensorsContent content = Safetensors.Read(written, "m");
        Dictionary<string, string> metadata = content.Metadata.ToDictionary(pair => pair.Key, pair => pair.Value);
        change(metadata);
        MemoryStream stream = new();
        Safetensors.Write(stream, content.Tensors, metadata);
        stream.Position = 0;
        return stream;
    }
}
