using SecureFL.Messages.Text;

namespace SecureFL.Cli.Shell;

/// <summary>
/// What the program says to people goes to standard error, so that standard output is data. What is said in one line
/// stays in one line.
/// </summary>
internal static class Talk
{
    private static readonly Lock Gate = new();
    private static List<string>? _notes;

    /// <summary>
    /// From now on notes are kept, for a command that repeats them in its report; without, none are,
    /// since a server says things for months.
    /// </summary>
    internal static void KeepNotes()
    {
        lock (Gate)
        {
            _notes = [];
        }
    }

    /// <summary>What <see cref="Line"/> said since <see cref="KeepNotes"/>, each hint behind its line.</summary>
    internal static IReadOnlyList<string> Notes
    {
        get
        {
            lock (Gate)
            {
                return [.. _notes ?? []];
            }
        }
    }

    /// <summary>A note: something to know about what the command does.</summary>
    internal static void Line(string text)
    {
        lock (Gate)
        {
            _notes?.Add(text);
        }

        Progress(text);
    }

    /// <summary>The way out, right after the line that needs one.</summary>
    internal static void Hint(string text)
    {
        lock (Gate)
        {
            if (_notes is { Count: > 0 })
            {
                _notes[^1] += $"; hint: {text}";
            }
        }

        Console.Error.WriteLine($"hint: {PrintableText.Line(text)}");
    }

    /// <summary>How far something is: news for whoever waits, no note.</summary>
    internal static void Progress(string text) => Console.Error.WriteLine($"securefl: {PrintableText.Line(text)}");
}
