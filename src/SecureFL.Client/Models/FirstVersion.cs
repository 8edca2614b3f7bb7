using SecureFL.Consortium.Courses;
using SecureFL.Consortium.Plans;
using SecureFL.Learning.Models;
using SecureFL.Learning.Rounds;
using SecureFL.Messages.Primitives;
using SecureFL.Messages.Violations;
using SecureFL.Protocol.Plans;

namespace SecureFL.Client.Models;

/// <summary>
/// The version before the first round, by the terms: weights from the seed, made here, or the ones whose digest the
/// terms name, fetched.
/// </summary>
internal sealed class FirstVersion(AggregationPlan plan, TrainingTerms terms, ModelDownload models)
{
    // Logarithm and cosine differ in their last bit from machine to machine, and with them weights in theirs.
    private const float Rounding = 1e-6f;

    /// <summary>The state of the training before the first round.</summary>
    /// <param name="model">The digest of the version's values, as the server says.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="ProtocolViolationException">The terms begin with another model.</exception>
    /// <exception cref="Transport.Calls.GrpcException">The server is away, or does not have it.</exception>
    internal async Task<TrainingCourse> MakeAsync(Digest model, CancellationToken cancellationToken)
    {
        ModelParameters? own = terms.Model.InitialWeights is null
            ? terms.CreateBuiltInTrainer()?.CreateInitial(terms.Seed) : null;
        if (own is not null && Course(own) is { } course && course.Stamp.Digest == model)
        {
            return course;
        }

        float[] values = await models.FetchAsync(new ModelStamp(0, model), VersionValues.LengthFor(terms),
            cancellationToken).ConfigureAwait(false);
        ModelParameters given = VersionValues.Trained(terms, values);
        if (own is not null && !AreSame(own.Values, given.Values))
        {
            throw Refused(model, "other weights");
        }

        course = Course(given);
        return course is not null && course.Stamp.Digest == model ? course : throw Refused(model, "another start");
    }

    // Null where the terms name other weights.
    private TrainingCourse? Course(ModelParameters weights)
    {
        try
        {
            return new TrainingCourse(terms, plan, TrainingCourse.Start(terms, weights));
        }
        catch (ArgumentException)
        {
            return null;
        }
    }

    private static bool AreSame(ReadOnlySpan<float> own, ReadOnlySpan<float> given)
    {
        for (int i = 0; i < own.Length; i++)
        {
            if (!(MathF.Abs(own[i] - given[i]) <= Rounding * MathF.Abs(own[i])))
            {
                return false;
            }
        }

        return own.Length == given.Length;
    }

    private static ProtocolViolationException Refused(Digest model, string received) => new(ViolationCode.WrongModel,
        Party.Server, "a first version as the plan's terms begin", $"{received}, model {model.ToShortString()}");
}
