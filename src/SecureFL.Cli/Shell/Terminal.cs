using SecureFL.Messages.Text;
using Spectre.Console;

namespace SecureFL.Cli.Shell;

/// <summary>
/// Standard output and standard error, behind <see cref="PrintableWriter"/>: names and texts that somebody else wrote
/// cannot rewrite what stands on the screen. Only Spectre's tables go around it, because they move the cursor
/// themselves; their cells go through <see cref="Cell"/>.
/// </summary>
internal static class Terminal
{
    private static TextWriter _output = Console.Out;
    private static TextWriter _error = Console.Error;

    /// <summary>Puts the guard in front of both; before anything is written.</summary>
    internal static void Guard()
    {
        (_output, _error) = (Console.Out, Console.Error);
        Console.SetOut(new PrintableWriter(_output));
        Console.SetError(new PrintableWriter(_error));
    }

    /// <summary>One line of what a command shows on standard output.</summary>
    internal static void WriteLine(string text) => Console.Out.WriteLine(PrintableText.Line(text));

    /// <summary>Tables on standard output. A file has no width: nothing is broken into lines of eighty.</summary>
    internal static IAnsiConsole OutputTables()
    {
        IAnsiConsole console = AnsiConsole.Create(
            new AnsiConsoleSettings { Out = new RawOutput(_output, !Console.IsOutputRedirected) });
        if (Console.IsOutputRedirected)
        {
            console.Profile.Width = 1000;
        }

        return console;
    }

    /// <summary>Tables on standard error.</summary>
    internal static IAnsiConsole ErrorTables() =>
        AnsiConsole.Create(new AnsiConsoleSettings { Out = new RawOutput(_error, !Console.IsErrorRedirected) });

    /// <summary>
    /// Text for a cell or a title of such a table: escaped for the terminal and for Spectre's markup.
    /// </summary>
    internal static string Cell(string text) => Markup.Escape(PrintableText.Line(text));

    private sealed class RawOutput(TextWriter writer, bool isTerminal) : IAnsiConsoleOutput
    {
        private const int UsualWidth = 80;
        private const int UsualHeight = 24;

        public TextWriter Writer => writer;

        public bool IsTerminal => isTerminal;

        public int Width => Size(() => Console.BufferWidth, UsualWidth);

        public int Height => Size(() => Console.WindowHeight, UsualHeight);

        public void SetEncoding(System.Text.Encoding encoding)
        {
        }

        private static int Size(Func<int> read, int usual)
        {
            try
            {
                return read() is int size and > 0 ? size : usual;
            }
            catch (IOException)
            {
                return usual;
            }
        }
    }
}
