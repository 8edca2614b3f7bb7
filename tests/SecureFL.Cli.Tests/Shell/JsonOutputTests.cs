using SecureFL.Cli.Shell;

namespace SecureFL.Cli.Tests.Shell;

/// <summary>A member of numbers holds numbers, or null.</summary>
public class JsonOutputTests
{
    [Fact]
    public void What_is_not_finite_is_null()
    {
        FileInfo file = new(Path.GetTempFileName());
        try
        {
            double? given = double.NegativeInfinity;
            object boxed = double.NaN;
            double[] list = [1.5, double.NaN];
            JsonOutput.Write(file,
                new { A = double.PositiveInfinity, B = given, C = boxed, D = float.NaN, E = 0.5f, F = list });
            string json = string.Concat(File.ReadAllText(file.FullName).Where(c => !char.IsWhiteSpace(c)));
            Assert.Equal("""{"a":null,"b":null,"c":null,"d":null,"e":0.5,"f":[1.5,null]}""", json);
        }
        finally
        {
            file.Delete();
        }
    }
}
