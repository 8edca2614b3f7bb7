using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using System.Runtime.CompilerServices;

namespace SecureFL.Cli.Shell;

/// <summary>
/// Commands that people can copy, shown by a command's <c>--help</c> after its options, which stand in groups.
/// </summary>
internal static class Examples
{
    private static readonly ConditionalWeakTable<Command, string> Texts = [];

    /// <summary>Gives <paramref name="command"/> its examples.</summary>
    internal static Command Of(Command command, string text)
    {
        Texts.AddOrUpdate(command, text);
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
            TextWriter output = parseResult.InvocationConfiguration.Output;
            using StringWriter help = new();
            parseResult.InvocationConfiguration.Output = help;
            int code = standard.Invoke(parseResult);
            parseResult.InvocationConfiguration.Output = output;
            output.Write(HelpGroups.Arrange(parseResult.CommandResult.Command, help.ToString()));
            if (Texts.TryGetValue(parseResult.CommandResult.Command, out string? text))
            {
                output.WriteLine("Examples:");
                foreach (string line in text.ReplaceLineEndings("\n").Split('\n'))
                {
                    output.WriteLine("  " + line);
                }
            }

            return code;
        }
    }
}
