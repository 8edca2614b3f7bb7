namespace SecureFL.Messages.Primitives;

/// <summary>
/// What the suites are called, in files, options, reports and benchmarks alike. The names never change: files hold
/// them.
/// </summary>
public static class SuiteNames
{
    /// <summary>The name of <see cref="Suite.OneTimeKey"/>.</summary>
    public const string OneTimeKey = "one-time-key";

    /// <summary>The name of <see cref="Suite.JointKey"/>.</summary>
    public const string JointKey = "joint-key";
}
