using System.CommandLine;
using SecureFL.Cli.Options;
using SecureFL.Cli.Shell;
using SecureFL.Learning.Data.Csv;

namespace SecureFL.Cli.Sites;

/// <summary>
/// The options of every command that reads tables, for files whose way of writing cannot be detected.
/// </summary>
internal sealed class TableOptions
{
    private readonly Option<string> _header = Choices.Of(
        "--header", "detect", "whether a file's first line names the columns", "detect", "yes", "no");

    private readonly Option<string?> _separator = new("--separator")
    { Description = "the CSV separator; detected by default", HelpName = "CHARACTER" };

    private readonly Option<string?> _encoding = new("--encoding")
    {
        Description =
            "the character encoding of text files: utf-8, utf-16le, windows-1252, latin1, cp850, ...; detected by "
            + "default",
        HelpName = "NAME",
    };

    private readonly Option<string?> _decimal = new("--decimal")
    {
        Description =
            "what stands before a number's fraction where a column can be read two ways: . or , (or point, comma); "
            + "detected by default",
        HelpName = "CHARACTER",
    };

    private readonly Option<string?> _thousands = new("--thousands")
    {
        Description =
            "what stands between thousands where a column can be read two ways: . or , or ' or space, or none; "
            + "detected by default",
        HelpName = "CHARACTER",
    };

    /// <summary>Every option.</summary>
    internal IEnumerable<Option> All => [_header, _separator, _encoding, _decimal, _thousands];

    internal void AddTo(Command command) => HelpGroups.Add(command, "How tables are written", All);

    /// <exception cref="CliException">A value that means nothing.</exception>
    internal CsvReadOptions Read(ParseResult result) => new()
    {
        Header = result.GetValue(_header) switch
        {
            "yes" => HeaderMode.Present,
            "no" => HeaderMode.Absent,
            _ => HeaderMode.Detect
        },
        Separator = result.GetValue(_separator) switch
        {
            null => null,
            "tab" or "\\t" => '\t',
            { Length: 1 } one => one[0],
            string other => throw new CliException(
                ExitCode.Usage, $"a separator is one character, not {other}",
                "for example --separator ';' or --separator tab"),
        },
        Encoding = result.GetValue(_encoding),
        Decimal = result.GetValue(_decimal) switch
        {
            null => null,
            "." or "point" => '.',
            "," or "comma" => ',',
            string other => throw new CliException(ExitCode.Usage, $"--decimal {other}: a point or a comma",
                "--decimal , or --decimal ."),
        },
        Thousands = result.GetValue(_thousands) switch
        {
            null => null,
            "none" => CsvReadOptions.NoThousands,
            "." or "point" => '.',
            "," or "comma" => ',',
            " " or "space" => ' ',
            "'" or "apostrophe" => '\'',
            string other => throw new CliException(
                ExitCode.Usage, $"--thousands {other}: a point, a comma, an apostrophe, a space, or none",
                "for example --thousands , or --thousands none"),
        },
    };
}
