namespace SecureFL.Cli.Shell;

/// <summary>What the program says to people goes to standard error, so that standard output is data.</summary>
internal static class Talk
{
    internal static void Line(string text) => Console.Error.WriteLine($"securefl: {text}");

    internal static void Hint(string text) => Console.Error.WriteLine($"hint: {text}");
}
