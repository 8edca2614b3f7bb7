using System.Collections.Immutable;
using System.Globalization;
using SecureFL.Learning.Data.Cells;
using SecureFL.Learning.Data.Datasets;
using SecureFL.Learning.Data.Labels;

namespace SecureFL.Learning.Data.Tensors;

/// <summary>Rows of an array file before it is decided whether their labels are classes or numbers.</summary>
/// <param name="Source">The file.</param>
/// <param name="Numbers">The rows, their labels taken as numbers.</param>
/// <param name="Integers">Whether the labels are of an integer type.</param>
public sealed record TensorRows(string Source, RawDataset Numbers, bool Integers)
{
    /// <summary>
    /// Most different whole numbers of a floating-point type that are taken for classes, as of tables.
    /// </summary>
    private const int MaxInferredClasses = 20;

    /// <summary>Most classes.</summary>
    private const int MaxClasses = 1 << 20;

    /// <summary>
    /// What the labels of all sites together are: what <paramref name="said"/> says; else numbers where one has a
    /// fraction; else classes 0 .. C-1 where all are of an integer type; else what the same numbers would be in a
    /// table.
    /// </summary>
    public static (LearningTask Task, int Classes) Decide(IReadOnlyList<TensorRows> sites, LearningTask? said = null)
    {
        ArgumentNullException.ThrowIfNull(sites);
        IEnumerable<double> labels = sites.SelectMany(site => site.Numbers.Labels);
        LearningTask task = said ?? (labels.Any(label => label != Math.Floor(label))
            || !(sites.All(site => site.Integers) || AreClasses(labels))
            ? LearningTask.Regression
            : labels.Max() < 2 ? LearningTask.Binary : LearningTask.MultiClass);
        return (task, task switch
        {
            LearningTask.Regression => 0,
            LearningTask.Binary => 2,
            _ => Math.Max(2, (int)Math.Min(labels.Max(), MaxClasses - 1) + 1),
        });
    }

    /// <summary>What was decided and how to have it otherwise, one sentence.</summary>
    public static string Describe(LearningTask task, int classes, bool whole) => task switch
    {
        LearningTask.Regression => $"label: a number{(whole ? "; --model softmax takes its values as classes" : "")}",
        LearningTask.Binary => "label: 2 classes (0, 1), 1 is the positive one",
        _ => string.Create(CultureInfo.InvariantCulture,
            $"label: {classes} classes (0 .. {classes - 1}); --model linear, or model.task in a training file, "
            + $"takes it as a number"),
    };

    /// <summary>Refuses a class of which only the test rows have one, as of tables: no model could learn it.</summary>
    /// <exception cref="DataFormatException">Names the first such row, from 0.</exception>
    public static void RefuseTestOnlyClasses(LearningTask task, IReadOnlyList<TensorRows> training, TensorRows test)
    {
        ArgumentNullException.ThrowIfNull(test);
        HashSet<double> known = [.. training.SelectMany(file => file.Numbers.Labels)];
        int alone = task == LearningTask.Regression
            ? -1 : Array.FindIndex(test.Numbers.Labels, label => !known.Contains(label));
        if (alone >= 0)
        {
            throw new DataFormatException(
                test.Source,
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"the class {test.Numbers.Labels[alone]:R} of row {alone} stands in the test rows alone: no "
                    + $"training row has it, so that no model can learn it"),
                wayOut: "correct the label, take such rows out of the test file, or add training rows of the class");
        }
    }

    /// <summary>Whether every label could be a class.</summary>
    public bool Whole => Array.TrueForAll(Numbers.Labels, label => IsClass(label, MaxClasses));

    /// <summary>The rows for a task.</summary>
    /// <exception cref="DataFormatException">A label is none of the classes.</exception>
    public RawDataset As(LearningTask task, int classes)
    {
        int bad = task == LearningTask.Regression
            ? -1 : Array.FindIndex(Numbers.Labels, label => !IsClass(label, classes));
        return bad < 0
            ? new RawDataset(Numbers.Features, Numbers.Labels, Numbers.Width, task, classes)
            : throw new DataFormatException(
                Source,
                string.Create(CultureInfo.InvariantCulture,
                    $"the label of row {bad} is {Numbers.Labels[bad]:R}, none of the classes 0 .. {classes - 1}"),
                wayOut: "write classes as 0, 1, 2 ...; a model of numbers is trained by --model linear, or "
                + "model.task in a training file");
    }

    /// <summary>By the rule of tables.</summary>
    private static bool AreClasses(IEnumerable<double> labels)
    {
        ImmutableArray<LabelValue> values =
        [
            .. labels.CountBy(label => label).OrderByDescending(value => value.Value)
                .Select(value => new LabelValue(NumberSpelling.Of(value.Key), value.Value, "", 0)),
        ];
        return NumberLabelRule.AreClasses(values, MaxInferredClasses);
    }

    private static bool IsClass(double label, int classes) =>
        label >= 0 && label < classes && label == Math.Floor(label);
}
