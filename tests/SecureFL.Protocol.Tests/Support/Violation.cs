using SecureFL.Messages.Violations;

namespace SecureFL.Protocol.Tests.Support;

internal static class Violation
{
    /// <summary>The action is refused with this code; returns the refusal.</summary>
    public static ProtocolViolationException Expect(ViolationCode code, Action action)
    {
        ProtocolViolationException violation = Assert.Throws<ProtocolViolationException>(action);
        Assert.True(violation.Code == code, $"expected {code}, got: {violation.Message}");
        return violation;
    }

    public static ProtocolViolationException Expect(ViolationCode code, Func<object?> action) =>
        Expect(code, () => { _ = action(); });
}
