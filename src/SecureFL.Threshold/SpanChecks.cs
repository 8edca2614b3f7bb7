using System.Runtime.CompilerServices;

namespace SecureFL.Threshold;

/// <summary>Length checks whose refusals say the actual length and the one that was needed.</summary>
internal static class SpanChecks
{
    public static void SameLength(int expected, int actual, [CallerArgumentExpression(nameof(actual))] string name = "")
    {
        if (actual != expected)
        {
            throw new ArgumentException($"{name} is {actual}, expected {expected}", name);
        }
    }
}
