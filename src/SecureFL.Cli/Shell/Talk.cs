using SecureFL.Aggregation;

namespace SecureFL.Cli.Shell;

/// <summary>What the program says to people goes to standard error, so that standard output is data. What is said in one line stays in one line.</summary>
internal static class Talk
{
    internal static void Line(string text) => Console.Error.WriteLine($"securefl: {PrintableText.Line(text)}");

    internal static void Hint(string text) => Console.Error.WriteLine($"hint: {PrintableText.Line(text)}");
}
