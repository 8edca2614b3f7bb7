namespace SecureFL.Learning.Data.Scaling;

/// <summary>How features are scaled before training.</summary>
public enum ScalingKind
{
    /// <summary>By mean and deviation of all sites together, from secure sums.</summary>
    Federated,

    /// <summary>Not at all; a missing number becomes the mean of all sites together, from secure sums.</summary>
    None,

    /// <summary>
    /// Every site by mean and deviation of its own training rows; a site that nobody knows yet by those of all
    /// together.
    /// </summary>
    Site,

    /// <summary>
    /// Every site to 0..1 by the range of its own training rows; a site that nobody knows yet by the mean range of the
    /// sites.
    /// </summary>
    MinMax,

    /// <summary>By given numbers, the same at every site.</summary>
    Fixed,
}
