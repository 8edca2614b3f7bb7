using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;

namespace SecureFL.Cli.Shell;

/// <summary>Commands that people can copy, shown by a command's <c>--help</c> after its options.</summary>
internal static class Examples
{
    private static readonly Dictionary<Command, string> Texts = [];

    /// <summary>Gives <paramref name="command"/> its examples.</summary>
    internal static Command Of(Command command, string text)
    {
        Texts[command] = text;
        return command;
    }

    /// <summary>Lets the help of <paramref name="root"/> show them.</summary>
    internal static void Show(RootCommand root)
    {
        foreach (HelpOption help in root.Options.OfType<HelpOption>())
        {
            if (help.Action is SynchronousCommandLineAction standard)
            {
                help.Action = new WithExamples(standard);
            }
        }
    }

    private sealed class WithExamples(SynchronousCommandLineAction standard) : SynchronousCommandLineAction
    {
        public override bool ClearsParseErrors => true;

        public override int Invoke(ParseResult parseResult)
        {
            int code = standard.Invoke(parseResult);
            if (Texts.TryGetValue(parseResult.CommandResult.Command, out string? text))
            {
                parseResult.InvocationConfiguration.Output.WriteLine("Examples:");
                foreach (string line in text.ReplaceLineEndings("\n").Split('\n'))
                {
                    parseResult.InvocationConfiguration.Output.WriteLine("  " + line);
                }
            }

            return code;
        }
    }
}
