namespace SecureFL.Consortium.Parties;

/// <summary>What the site's own code threw: callers get it as it was thrown.</summary>
/// <param name="fault">What it threw.</param>
internal sealed class SiteFaultException(Exception fault) : Exception(fault.Message, fault);
