using System.Runtime.Versioning;
using System.Security.AccessControl;
using System.Security.Principal;

namespace SecureFL.Transport.Formats;

/// <summary>
/// Files and folders that only their owner can read: mode 0600 and 0700, on Windows an access list without inheritance.
/// </summary>
internal static class OwnerOnly
{
    private const UnixFileMode Others =
        UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.GroupExecute | UnixFileMode.OtherRead
        | UnixFileMode.OtherWrite | UnixFileMode.OtherExecute;

    /// <summary>Creates the folder, or takes it from the others where it is there already.</summary>
    internal static void CreateDirectory(string path)
    {
        if (OperatingSystem.IsWindows())
        {
            ProtectDirectory(Directory.CreateDirectory(path));
            return;
        }

        const UnixFileMode Owner = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
        Directory.CreateDirectory(path, Owner);
        File.SetUnixFileMode(path, Owner);
    }

    /// <summary>Writes a secret: whole or not at all, and never readable by others, not even for a moment.</summary>
    internal static void WriteFile(string path, ReadOnlySpan<byte> content)
    {
        // On Unix the file is created with mode 0600. On Windows it inherits the folder's access list, which names the
        // owner alone, and then gets its own.
        WholeFile.Write(path, content);
        if (OperatingSystem.IsWindows())
        {
            ProtectFile(new FileInfo(path));
        }
    }

    /// <summary>Refuses a secret that others could have read.</summary>
    /// <exception cref="UnauthorizedAccessException">Says the file and its mode.</exception>
    internal static void Require(string path)
    {
        if (OperatingSystem.IsWindows())
        {
            RequireAccessList(new FileInfo(path));
            return;
        }

        UnixFileMode mode = File.GetUnixFileMode(path);
        if ((mode & Others) != 0)
        {
            throw new UnauthorizedAccessException(
                $"{path} is open to others (mode 0{Convert.ToString((int)mode, 8)}): a key that others could read "
                + $"is no key; chmod 600 it, or replace it if they did");
        }
    }

    [SupportedOSPlatform("windows")]
    private static void ProtectDirectory(DirectoryInfo directory)
    {
        DirectorySecurity security = new();
        security.SetAccessRuleProtection(isProtected: true, preserveInheritance: false);
        security.AddAccessRule(new FileSystemAccessRule(
            Me(), FileSystemRights.FullControl, InheritanceFlags.ContainerInherit | InheritanceFlags.ObjectInherit,
            PropagationFlags.None, AccessControlType.Allow));
        directory.SetAccessControl(security);
    }

    [SupportedOSPlatform("windows")]
    private static void ProtectFile(FileInfo file)
    {
        FileSecurity security = new();
        security.SetAccessRuleProtection(isProtected: true, preserveInheritance: false);
        security.AddAccessRule(new FileSystemAccessRule(Me(), FileSystemRights.FullControl, AccessControlType.Allow));
        file.SetAccessControl(security);
    }

    [SupportedOSPlatform("windows")]
    private static void RequireAccessList(FileInfo file)
    {
        SecurityIdentifier system = new(WellKnownSidType.LocalSystemSid, null);
        SecurityIdentifier administrators = new(WellKnownSidType.BuiltinAdministratorsSid, null);
        foreach (FileSystemAccessRule rule in file.GetAccessControl()
            .GetAccessRules(includeExplicit: true, includeInherited: true, typeof(SecurityIdentifier)))
        {
            bool own = rule.IdentityReference.Equals(Me()) || rule.IdentityReference.Equals(system)
                || rule.IdentityReference.Equals(administrators);
            if (!own && rule.AccessControlType == AccessControlType.Allow
                && (rule.FileSystemRights & FileSystemRights.ReadData) != 0)
            {
                throw new UnauthorizedAccessException(
                    $"{file.FullName} is open to {rule.IdentityReference}: a key that others could read is no key");
            }
        }
    }

    [SupportedOSPlatform("windows")]
    private static SecurityIdentifier Me() => WindowsIdentity.GetCurrent().User
        ?? throw new UnauthorizedAccessException("the current user has no security identifier");
}
