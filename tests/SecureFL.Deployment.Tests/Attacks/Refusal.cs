using SecureFL.Messages.Violations;

namespace SecureFL.Deployment.Tests.Attacks;

/// <summary>An honest party does not do what a server asks.</summary>
/// <param name="Party">Who refuses.</param>
/// <param name="Code">The specification's failure class; 0 where the server gives nothing.</param>
internal sealed record Refusal(Party Party, ViolationCode Code);
