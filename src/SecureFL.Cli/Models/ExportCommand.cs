using System.CommandLine;
using SecureFL.Cli.Shell;
using SecureFL.Learning.Data.Scaling;
using SecureFL.Learning.Exports;
using SecureFL.Learning.Models;
using SecureFL.Transport.Formats;

namespace SecureFL.Cli.Models;

/// <summary><c>export</c>: a trained model for other tools.</summary>
internal static class ExportCommand
{
    private const string Teaching = """
        For ONNX runtimes: one input a column as in the table, scaling and one-hot coding are inside:
          securefl export securefl-run/model.safetensors --onnx model.onnx
        The coefficients of linear, logistic and softmax regression, in the columns' own units:
          securefl export securefl-run/model.safetensors --coefficients coefficients.csv
        In Python: docs/use-in-python.md
        """;

    internal static Command Create()
    {
        Argument<FileInfo> model = new("model") { Description = "the model that simulate left", HelpName = "MODEL" };
        Option<FileInfo?> onnx = new("--onnx")
        {
            Description =
                "write an ONNX file; inputs are the raw columns, missing numbers NaN; outputs are probabilities and "
                + "class, or prediction",
            HelpName = "FILE",
        };
        Option<FileInfo?> coefficients = new("--coefficients")
        {
            Description =
                "write a CSV table of coefficients by unit of the column, with odds ratios for two classes; for "
                + "models without hidden layers",
            HelpName = "FILE",
        };
        Option<string?> site = new("--site")
        { Description = "whose scaling to use, for models whose features each site scaled by itself" };
        Command command = new("export", "Write a trained model in a form that other tools read.")
            { model, onnx, coefficients, site };
        command.SetAction(result =>
        {
            if (result.GetValue(onnx) is null && result.GetValue(coefficients) is null)
            {
                throw new CliException(ExitCode.Usage, "nothing to export to",
                    "give --onnx FILE, --coefficients FILE or both");
            }

            (ModelBundle bundle, _) = ModelFile.Read(result.GetValue(model)!);
            FeatureScaling? scaling = ModelFile.ScalingFor(bundle, result.GetValue(site));
            if (ModelBounds.FaultOf(bundle, scaling) is string fault)
            {
                throw new CliException(ExitCode.Integrity, $"{result.GetValue(model)!.FullName}: {fault}",
                    "training diverged, or the file was changed; nothing is written");
            }

            if (result.GetValue(onnx) is FileInfo graph)
            {
                WholeFile.Write(graph.FullName, stream => OnnxExport.Write(stream, bundle, scaling), ownerOnly: false);
            }

            if (result.GetValue(coefficients) is FileInfo table)
            {
                WriteCoefficients(table, bundle, scaling);
            }

            return (int)ExitCode.Ok;
        });
        return Examples.Of(command, Teaching);
    }

    private static void WriteCoefficients(FileInfo file, ModelBundle bundle, FeatureScaling? scaling)
    {
        if (!bundle.Spec!.Hidden.IsEmpty)
        {
            throw new CliException(
                ExitCode.Usage,
                $"a model with hidden layers ({string.Join(", ", bundle.Spec.Hidden)}) has no coefficients",
                "train with --model auto, or export with --onnx");
        }

        WholeFile.Write(
            file.FullName,
            stream =>
            {
                using StreamWriter writer = new(stream, leaveOpen: true);
                CoefficientTable.WriteCsv(writer, CoefficientTable.Of(bundle, scaling));
            },
            ownerOnly: false);
    }
}
