using System.Collections.Immutable;
using System.CommandLine;
using System.Globalization;
using SecureFL.Cli.Clients;
using SecureFL.Cli.Shell;
using SecureFL.Cli.Sites;
using SecureFL.Consortium.Plans;
using SecureFL.Learning.Data.Tensors;
using SecureFL.Messages.Text;

namespace SecureFL.Cli.Plans;

/// <summary>From the options of <c>plan new</c> to the terms of plain sums.</summary>
internal sealed class SumTermsReader(ParseResult result, NewPlanOptions options)
{
    private static readonly string[] Statistics = ["num_batches_tracked", "running_mean", "running_var"];

    /// <summary>Whether the plan is to be one of plain sums.</summary>
    internal static bool Asked(ParseResult result, NewPlanOptions options) =>
        result.GetValue(options.Vector) is not null || result.GetValue(options.Layout) is not null;

    /// <summary>The terms; says what is left out and why.</summary>
    internal SumTerms Read()
    {
        Dictionary<string, float> clips = Clips();
        HashSet<string> excluded = [.. SiteOptions.List(result.GetValue(options.LeaveOut))];
        string? layout = result.GetValue(options.Layout);
        if (layout is null && (clips.Count > 0 || excluded.Count > 0))
        {
            throw new CliException(ExitCode.Usage, "--tensor-clip and --leave-out name tensors, and the plan has none",
                "give --layout");
        }

        List<SumTensor> summed = [];
        List<(string Name, string Why)> left = [];
        foreach ((string name, ImmutableArray<int> shape, bool real) in layout is null ? [] : Tensors(layout))
        {
            float? clip = clips.Remove(name, out float own) ? own : null;
            string? why = excluded.Remove(name) ? "as asked for"
                : clip is not null ? null
                : !real ? "whole numbers"
                : Statistics.Contains(name[(name.LastIndexOf('.') + 1)..]) ? "statistics of a batch norm"
                : null;
            if (why is null)
            {
                summed.Add(new SumTensor(name, shape, clip));
            }
            else
            {
                left.Add((name, why));
            }
        }

        if (clips.Keys.Concat(excluded).FirstOrDefault() is string unknown)
        {
            throw new CliException(ExitCode.Usage, $"the layout has no tensor {PrintableText.Name(unknown)}",
                $"it has: {string.Join(", ", summed.Select(tensor => PrintableText.Name(tensor.Name)))}");
        }

        foreach ((string name, string why) in left)
        {
            Talk.Line(
                $"{PrintableText.Name(name)} is left out: "
                + $"{why}{(why == "as asked for" ? "" : "; --tensor-clip NAME=CLIP sums it with a clip of its own")}");
        }

        return Terms(summed, [.. left.Select(tensor => tensor.Name)], layout);
    }

    private SumTerms Terms(List<SumTensor> summed, ImmutableArray<string> left, string? layout)
    {
        if (layout is not null && summed.Count == 0)
        {
            throw new CliException(ExitCode.Usage, $"no tensor of {layout} is left to sum",
                "name what is to be summed with --tensor-clip NAME=CLIP");
        }

        long elements = layout is null ? result.GetValue(options.Vector)!.Value
            : summed.Sum(tensor => tensor.Shape.Aggregate(1L, (product, axis) => checked(product * axis)));
        if (result.GetValue(options.Vector) is long given && given != elements)
        {
            throw new CliException(ExitCode.Usage,
                string.Create(CultureInfo.InvariantCulture,
                    $"--vector {given}, and the tensors of --layout have {elements} elements"), "leave --vector out");
        }

        SumTerms terms = new()
        {
            Elements = elements,
            Tensors = [.. summed],
            LeftOut = left,
            MaxClipped = result.GetValue(options.MaxClipped) ?? SumTerms.DefaultMaxClipped
        };
        terms.Check();
        return terms;
    }

    private Dictionary<string, float> Clips()
    {
        Dictionary<string, float> clips = new(StringComparer.Ordinal);
        foreach (string text in result.GetValue(options.TensorClip) ?? [])
        {
            int at = text.LastIndexOf('=');
            bool number = float.TryParse(text.AsSpan(at + 1), NumberStyles.Float, CultureInfo.InvariantCulture,
                out float clip);
            if (at < 1 || !number || !(clip > 0 && float.IsNormal(clip)) || !clips.TryAdd(text[..at], clip))
            {
                throw new CliException(ExitCode.Usage,
                    $"--tensor-clip {text} is no NAME=CLIP with a positive number, once a tensor",
                    "for example --tensor-clip fc.weight=0.5");
            }
        }

        return clips;
    }

    private static IEnumerable<(string Name, ImmutableArray<int> Shape, bool IsReal)> Tensors(string layout)
    {
        if (Path.GetExtension(layout).ToLowerInvariant() is not (".npz" or ".safetensors"))
        {
            return [.. SiteOptions.List(layout).Select(Written)];
        }

        // In the order of their names, so that equal tensors give equal plans whichever program wrote the file.
        return
        [
            .. VectorFile.Arrays(layout).OrderBy(array => array.Key, StringComparer.Ordinal).Select(array => (
                array.Key!,
                array.Value.Shape,
                array.Value.Element is TensorElement.Float16 or TensorElement.BFloat16 or TensorElement.Float32
                    or TensorElement.Float64)),
        ];
    }

    private static (string Name, ImmutableArray<int> Shape, bool IsReal) Written(string text)
    {
        int at = text.LastIndexOf(':');
        List<int> shape = [];
        foreach (string axis in at < 1 ? ["?"] : text[(at + 1)..].Split('x', StringSplitOptions.RemoveEmptyEntries))
        {
            shape.Add(int.TryParse(axis, NumberStyles.None, CultureInfo.InvariantCulture, out int length)
                ? length
                : throw new CliException(ExitCode.Usage, $"--layout: {text} is no NAME:SHAPE",
                    "for example --layout w:3x2,b:2, or an .npz or .safetensors file with such tensors"));
        }

        return (text[..at], [.. shape], true);
    }
}
