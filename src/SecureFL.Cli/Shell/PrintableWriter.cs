using SecureFL.Messages.Text;

namespace SecureFL.Cli.Shell;

/// <summary>
/// A writer through which nothing reaches a terminal or a file that could move its cursor, turn its direction or hide:
/// whatever <see cref="PrintableText.IsHidden"/> lists comes out as <c>\uXXXX</c>, line feeds apart. Works on every
/// character, however the text is cut into writes. Not thread-safe.
/// </summary>
internal sealed class PrintableWriter(TextWriter inner) : TextWriter
{
    // Half of a pair, or a carriage return, that the next character decides about.
    private char? _pending;

    public override System.Text.Encoding Encoding => inner.Encoding;

    public override void Write(char value)
    {
        if (_pending is char first)
        {
            _pending = null;
            if (char.IsSurrogatePair(first, value))
            {
                inner.Write(PrintableText.Lines(new string([first, value])));
                return;
            }

            if (!(first == '\r' && value == '\n'))
            {
                inner.Write(PrintableText.Line(first.ToString()));
            }
        }

        if (char.IsHighSurrogate(value) || value == '\r')
        {
            _pending = value;
        }
        else
        {
            inner.Write(PrintableText.Lines(value.ToString()));
        }
    }

    public override void Write(string? value)
    {
        if (value is null)
        {
            return;
        }

        bool whole = _pending is null && (value.Length == 0 || !(char.IsHighSurrogate(value[^1]) || value[^1] == '\r'));
        if (whole)
        {
            inner.Write(PrintableText.Lines(value));
            return;
        }

        foreach (char c in value)
        {
            Write(c);
        }
    }

    public override void Write(char[] buffer, int index, int count) => Write(new string(buffer, index, count));

    public override void Write(ReadOnlySpan<char> buffer) => Write(new string(buffer));

    public override void WriteLine(string? value) => Write(value + "\n");

    public override void Flush()
    {
        if (_pending is char first)
        {
            _pending = null;
            inner.Write(PrintableText.Line(first.ToString()));
        }

        inner.Flush();
    }
}
