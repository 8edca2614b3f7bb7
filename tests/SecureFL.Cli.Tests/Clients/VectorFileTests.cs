using System.Runtime.InteropServices;
using SecureFL.Cli.Clients;
using SecureFL.Cli.Shell;
using SecureFL.Consortium.Plans;
using SecureFL.Learning.Data;
using SecureFL.Learning.Data.Tensors;

namespace SecureFL.Cli.Tests.Clients;

public sealed class VectorFileTests : IDisposable
{
    private static readonly SumTerms Terms = new()
    {
        Elements = 10,
        Tensors = [new SumTensor("w", [2, 3]), new SumTensor("b", [4])],
        LeftOut = ["steps"],
    };

    private static readonly TensorData W = TensorData.FromFloats([1, 2, 3, 4, 5, 6], 2, 3);
    private static readonly TensorData B = TensorData.FromFloats([7, 8, 9, 10], 4);
    private static readonly TensorData Steps = TensorData.FromInt64([1_000_000]);
    private readonly string _folder = Directory.CreateTempSubdirectory("securefl-vector").FullName;

    [Theory]
    [InlineData(".npz")]
    [InlineData(".safetensors")]
    public void Tensors_are_taken_by_name_whatever_their_order(string extension)
    {
        float[] due = [.. Enumerable.Range(1, 10).Select(i => (float)i)];
        (string, TensorData)[][] orders =
            [[("w", W), ("b", B)], [("b", B), ("w", W)], [("b", B), ("steps", Steps), ("w", W)]];
        foreach ((string, TensorData)[] order in orders)
        {
            Assert.Equal(due, VectorFile.Read(Written(extension, order), 10, Terms));
        }
    }

    [Fact]
    public void Other_tensors_are_refused_by_name()
    {
        (string Message, (string, TensorData)[] Tensors)[] cases =
        [
            ("missing: b", [("w", W)]),
            ("missing: w, b", [("steps", Steps)]),
            ("not in the plan: c", [("w", W), ("b", B), ("c", B)]),
            ("of another shape: w (6) where the plan has (2, 3)",
                [("w", TensorData.FromFloats([1, 2, 3, 4, 5, 6], 6)), ("b", B)]),
            ("of another shape: w (3, 2)", [("w", TensorData.FromFloats([1, 2, 3, 4, 5, 6], 3, 2)), ("b", B)]),
            ("tensor b, element 2 is NaN", [("w", W), ("b", TensorData.FromFloats([7, 8, float.NaN, 10], 4))]),
        ];
        foreach ((string message, (string, TensorData)[] tensors) in cases)
        {
            Refused(message, Written(".npz", tensors), Terms);
        }
    }

    [Fact]
    public void A_file_without_names_fits_a_plan_without_names_alone()
    {
        byte[] raw = MemoryMarshal.AsBytes<float>([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]).ToArray();
        string bare = At("v.f32");
        File.WriteAllBytes(bare, raw);
        Assert.Equal(10, VectorFile.Read(bare, 10, null)[^1]);
        Refused("one array without a name, the plan sums 2 named tensor(s): w, b", bare, Terms);

        string array = At("v.npy");
        using (FileStream stream = File.Create(array))
        {
            NumpyFile.Write(stream, TensorData.FromFloats([1, 2, 3, 4, 5, 6, 7, 8, 9, 10], 10));
        }

        Assert.Equal(10, VectorFile.Read(array, 10, Terms with { Tensors = [], LeftOut = [] })[^1]);
        Refused("one array without a name", array, Terms);
        Refused("10 values, the plan sums vectors of 11", array, null, 11);
    }

    [Fact]
    public void Several_arrays_without_a_layout_are_refused()
    {
        Assert.Equal(4, VectorFile.Read(Written(".npz", ("b", B)), 4, null).Length);
        Refused("2 arrays (w, b), and the plan does not say in which order", Written(".npz", ("w", W), ("b", B)), null);
    }

    [Fact]
    public void What_is_clipped_is_said_and_too_much_is_refused()
    {
        ClippedShare none = ClippedShare.Of([1, 2, 3, 4, 5, 6, -7, 6, 6, 6], 8, Terms);
        Assert.Equal("no element is clipped: the largest is 0.875 of its clip, in b", none.ToString());
        none.Require(0);
        ClippedShare some = ClippedShare.Of([1, 2, -16, 4, 5, 6, 7, 8, 9, 10], 8, Terms);
        Assert.Equal("3 of 10 elements (30.00 %) are clipped: the largest is 2 times its clip, in w", some.ToString());
        some.Require(0.3);
        CliException refused = Assert.Throws<CliException>(() => some.Require(0.29));
        Assert.Equal(ExitCode.Usage, refused.Code);
        Assert.Contains("at most 29.00 % may be, nothing was sent", refused.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("in ", ClippedShare.Of([1, 9], 8, null).ToString()[40..], StringComparison.Ordinal);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static void Refused(string message, string path, SumTerms? terms, long length = 10) =>
        Assert.Contains(message, Assert.Throws<DataFormatException>(() => VectorFile.Read(path, length, terms)).Message,
            StringComparison.Ordinal);

    private string At(string name) => Path.Combine(_folder, name);

    private string Written(string extension, params (string Name, TensorData Tensor)[] tensors)
    {
        string path = At("v" + extension);
        using FileStream stream = File.Create(path);
        KeyValuePair<string, TensorData>[] pairs =
            [.. tensors.Select(tensor => new KeyValuePair<string, TensorData>(tensor.Name, tensor.Tensor))];
        if (extension == ".npz")
        {
            NumpyArchive.Write(stream, pairs);
        }
        else
        {
            Safetensors.Write(stream, pairs);
        }

        return path;
    }
}
