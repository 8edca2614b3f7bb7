namespace SecureFL.Messages.Counters;

/// <summary>
/// A whole number that each client contributes besides its vector; only the sum over a group is opened.
/// </summary>
/// <param name="Name">A name for people, 1 to 64 UTF-8 bytes, unique.</param>
/// <param name="MaxMagnitude">Each client's value lies in [-MaxMagnitude, MaxMagnitude]; 1 to 2^47.</param>
public sealed record Counter(string Name, long MaxMagnitude);
