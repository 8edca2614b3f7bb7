using System.CommandLine;
using SecureFL.Cli.Options;
using SecureFL.Consortium.Plans.Descriptions;
using SecureFL.Messages.Primitives;
using SecureFL.Rlwe.JointKey;

namespace SecureFL.Cli.Training;

/// <summary>The options of commands that encrypt and take no whole training: the suite and how it travels.</summary>
internal static class SuiteOptions
{
    /// <summary>The option that <c>demo</c> and <c>plan explain</c> have.</summary>
    internal static Option<string> Wire() => Choices.Of(
        "--wire", "packed",
        "joint-key: how ciphertexts travel; seal sends Microsoft SEAL 4.1 objects, larger, which any SEAL program "
        + "can make", "packed", "seal");

    /// <summary>The option that <c>demo</c> and <c>plan explain</c> have: they encrypt.</summary>
    internal static Option<string> Suite() => Choices.Of("--suite", SuiteNames.OneTimeKey,
        $"how updates are encrypted; {SuiteNames.JointKey} is multiparty CKKS under one key of all key holders",
        SuiteNames.OneTimeKey, SuiteNames.JointKey);

    /// <summary>The sums that were asked for by the two options, which the rules for options allow.</summary>
    internal static SumSettings SumOf(ParseResult result, Option<string> suite, Option<string> wire)
    {
        SumSettings sum = new()
        {
            Suite = Enum.GetValues<SumSuite>()
                .Single(known => DescriptionShape.NameOf(known) == result.GetValue(suite)),
            Wire = Enum.GetValues<WireMode>().Single(known => DescriptionShape.NameOf(known) == result.GetValue(wire)),
        };
        OptionRules.Check(result, TrainingDescription.Default.With("sum.suite", sum.Suite));
        sum.Check();
        return sum;
    }
}
