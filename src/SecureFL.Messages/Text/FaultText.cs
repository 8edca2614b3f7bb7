using System.ComponentModel;
using System.Globalization;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace SecureFL.Messages.Text;

/// <summary>
/// What a fault means, in words for people: the project's own exceptions speak for themselves, the framework's are told
/// by their kind and never by their own text, which names types and parameters that only programmers know. Thread-safe.
/// </summary>
public static partial class FaultText
{
    private const string Unexpected = "something unexpected went wrong inside the program";

    // Numbers of POSIX and Windows that people can act on.
    private const int NoSpace = 28;
    private const int TooLarge = 27;
    private const int IsFolder = 21;
    private const int ReadOnly = 30;
    private const int Busy = 16;
    private const int WouldBlock = 11;
    private const int TooManyFiles = 24;
    private const int Quota = 122;
    private const int WindowsSharing = unchecked((int)0x80070020);
    private const int WindowsFull = unchecked((int)0x80070070);

    /// <summary>The fault in one sentence without a point.</summary>
    public static string Of(Exception fault)
    {
        ArgumentNullException.ThrowIfNull(fault);
        return Known(fault) ?? Unexpected;
    }

    /// <summary>The same, or null for a fault that only a programmer can mend.</summary>
    public static string? Known(Exception fault)
    {
        ArgumentNullException.ThrowIfNull(fault);
        return IsOwn(fault) ? WithoutParameter(fault) : Foreign(fault);
    }

    /// <summary>
    /// What a text that is no JSON should have where it is not, after a colon; empty where nobody can tell.
    /// </summary>
    public static string ExpectedOf(JsonException fault)
    {
        ArgumentNullException.ThrowIfNull(fault);
        return JsonFaultText.Expected(fault.Message);
    }

    /// <summary>Whether the project's code threw it with words of its own.</summary>
    public static bool IsOwn(Exception fault)
    {
        ArgumentNullException.ThrowIfNull(fault);
        return IsOurs(fault.GetType().Assembly.GetName().Name)
            || (fault is ArgumentException or FormatException or InvalidDataException or IOException
                or InvalidOperationException or NotSupportedException or JsonException or UnauthorizedAccessException
                && IsOurs(fault.TargetSite?.DeclaringType?.Assembly.GetName().Name));
    }

    private static bool IsOurs(string? assembly) =>
        assembly is not null && (assembly.StartsWith("SecureFL.", StringComparison.Ordinal)
            || assembly.Equals("securefl", StringComparison.OrdinalIgnoreCase));

    // An argument's exception goes on with the parameter, and the value on a line of its own; one of JSON knows the
    // member.
    private static string WithoutParameter(Exception fault)
    {
        string member = fault is JsonException json ? JsonFaultText.Member(json) : "";
        string text = member.Length == 0 ? fault.Message : $"{member}: {fault.Message}";
        int end = fault is ArgumentException ? text.IndexOf(" (Parameter '", StringComparison.Ordinal) : -1;
        return end < 0 ? text : text[..end];
    }

    private static string? Foreign(Exception fault) => fault switch
    {
        JsonException json => JsonFaultText.Of(json),
        ArgumentOutOfRangeException { ParamName: string name } range =>
            string.Create(CultureInfo.InvariantCulture,
                $"{Spaced(name)}: {range.ActualValue ?? "the value"} is out of range"),
        FileNotFoundException file => file.FileName is string name ? $"there is no file {name}" : "a file is missing",
        DirectoryNotFoundException folder => Quoted(folder) is string path ? $"there is no folder for {path}"
            : "a folder on the path is missing",
        UnauthorizedAccessException access => OfAccess(access),
        PathTooLongException => "the path is too long",
        EndOfStreamException => "the file ends too early",
        InvalidDataException => "damaged data: the file is cut off, or was changed on its way",
        IOException { InnerException: Win32Exception socket } when IsSocket(socket) => OfSocket(socket.NativeErrorCode),
        IOException io => OfDisk(io),
        Win32Exception socket when IsSocket(socket) => OfSocket(socket.NativeErrorCode),
        AuthenticationException => "the encrypted connection cannot be set up: the certificates do not fit",
        CryptographicException => "no usable key or certificate",
        FormatException => "the text is not of the form that is due here",
        OverflowException => "a number is too large here",
        OutOfMemoryException or InsufficientExecutionStackException => "more memory is needed than this machine gives",
        TimeoutException => "it took too long",
        OperationCanceledException => "it was given up",
        Win32Exception process => OfProcess(process),
        HttpRequestException { InnerException: Exception inner } => Known(inner) ?? "the connection failed",
        HttpRequestException => "the connection failed",
        System.Data.Common.DbException database =>
            $"the database refuses ({database.ErrorCode.ToString(CultureInfo.InvariantCulture)}): it is damaged, "
            + $"locked, or the disk is full",
        AggregateException { InnerException: Exception first } => Known(first),
        _ => null,
    };

    private static string OfAccess(UnauthorizedAccessException fault) => Quoted(fault) is string path
        ? $"{path} cannot be opened as a file: it is a folder, or this user may not use it"
        : "this user may not do that here";

    private static string OfDisk(IOException fault)
    {
        string at = Quoted(fault) is string path ? $" ({path})" : "";
        return fault.HResult switch
        {
            NoSpace or WindowsFull => $"the disk has no room left{at}",
            Quota => $"the disk has no room left for this user{at}",
            TooLarge => $"a file may not become that large{at}",
            IsFolder => $"that is a folder, not a file{at}",
            ReadOnly => $"the disk is read-only{at}",
            Busy or WouldBlock or WindowsSharing => $"another process uses it{at}",
            TooManyFiles => "too many files are open",
            _ when fault.Message.Contains("being used by another process", StringComparison.Ordinal) =>
                $"another process uses it{at}",
            _ when fault.Message.Contains("already exists", StringComparison.Ordinal) => $"it is there already{at}",
            _ => $"reading or writing failed{at}",
        };
    }

    // This layer does not know sockets; their exceptions carry the numbers of the operating system: Linux, macOS,
    // Windows.
    private static bool IsSocket(Win32Exception fault) => fault.GetType().Name == "SocketException";

    private static string OfSocket(int number) => number switch
    {
        111 or 61 or 10061 => "nobody listens at that address (connection refused)",
        -131073 or 131073 or 11 or 11001 or 11002 or 11004 => "there is no machine of that name",
        98 or 48 or 10048 => "another process listens at that address already",
        99 or 49 or 10049 => "the address is none of this machine's",
        13 or 10013 => "this user may not listen at that port",
        101 or 113 or 51 or 65 or 10051 or 10065 => "no way leads to that address from here",
        110 or 60 or 10060 => "the other machine does not answer",
        104 or 54 or 10054 or 103 or 53 or 10053 or 32 => "the connection broke off",
        _ => "the network failed",
    };

    private static string OfProcess(Win32Exception fault) => fault.NativeErrorCode switch
    {
        2 => "there is no such program",
        13 or 5 => "it is no program that this user may run",
        8 => "it is no program of this machine",
        _ => "the program cannot be started",
    };

    private static string? Quoted(Exception fault) => InQuotes().Match(fault.Message) is { Success: true } match
        ? match.Groups[1].Value : null;

    // sites, MinimumContributors, Stopping.Rounds: the last word of it, in words.
    private static string Spaced(string name) =>
        Humps().Replace(name[(name.LastIndexOf('.') + 1)..], " $1").Trim().ToLowerInvariant();

    [GeneratedRegex("'([^']*)'")]
    private static partial Regex InQuotes();

    [GeneratedRegex("([A-Z])")]
    private static partial Regex Humps();
}
