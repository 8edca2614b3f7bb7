using SecureFL.Seal.Objects;
using SecureFL.Seal.Parameters;
using SecureFL.Seal.Serialization;
using Native = Microsoft.Research.SEAL;

namespace SecureFL.SealNet;

/// <summary>
/// Objects of SecureFL as objects of Microsoft SEALNet and back, through SEAL's own format. SEALNet's last published
/// release (4.1.2) has known weaknesses when it parses hostile bytes: load what a peer sent with
/// <see cref="SealFormat"/>, which checks everything, and hand the result over here. Thread-safe as far as SEALNet is.
/// </summary>
public static class SealNetConversion
{
    private delegate long Save(Stream stream, Native.ComprModeType? compression);

    private delegate long Load(Stream stream);

    /// <summary>The SEAL context of a parameter set, at SEAL's security level of 128 bits.</summary>
    /// <exception cref="ArgumentException">SEAL does not take the set.</exception>
    public static Native.SEALContext ToSealNet(this SealParameters parameters)
    {
        using Native.EncryptionParameters native = new(Native.SchemeType.CKKS);
        LoadFrom(SealFormat.Save(parameters), native.Load);
        Native.SEALContext context = new(native, expandModChain: true, Native.SecLevelType.TC128);
        return context.ParametersSet ? context
            : throw new ArgumentException($"SEAL does not take {parameters}", nameof(parameters));
    }

    /// <summary>The parameter set of SEAL's parameters.</summary>
    /// <exception cref="SealFormatException">Another scheme than CKKS, or a set that <see cref="SealParameters"/> does
    /// not take.</exception>
    public static SealParameters ToSecureFL(this Native.EncryptionParameters parameters)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        return SealFormat.LoadParameters(SaveFrom(parameters.Save));
    }

    /// <summary>A plaintext for SEALNet.</summary>
    public static Native.Plaintext ToSealNet(this Plaintext plaintext, Native.SEALContext context)
    {
        Native.Plaintext native = new();
        LoadFrom(SealFormat.Save(plaintext), stream => native.Load(context, stream));
        return native;
    }

    /// <summary>A plaintext from SEALNet.</summary>
    /// <exception cref="SealFormatException">It is none of this set.</exception>
    public static Plaintext ToSecureFL(this Native.Plaintext plaintext, SealParameters parameters)
    {
        ArgumentNullException.ThrowIfNull(plaintext);
        return SealFormat.LoadPlaintext(parameters, SaveFrom(plaintext.Save));
    }

    /// <summary>A ciphertext for SEALNet.</summary>
    public static Native.Ciphertext ToSealNet(this Ciphertext ciphertext, Native.SEALContext context)
    {
        Native.Ciphertext native = new();
        LoadFrom(SealFormat.Save(ciphertext), stream => native.Load(context, stream));
        return native;
    }

    /// <summary>A ciphertext from SEALNet.</summary>
    /// <exception cref="SealFormatException">It is none of this set.</exception>
    public static Ciphertext ToSecureFL(this Native.Ciphertext ciphertext, SealParameters parameters)
    {
        ArgumentNullException.ThrowIfNull(ciphertext);
        return SealFormat.LoadCiphertext(parameters, SaveFrom(ciphertext.Save));
    }

    /// <summary>A public key for SEALNet.</summary>
    public static Native.PublicKey ToSealNet(this PublicKey publicKey, Native.SEALContext context)
    {
        Native.PublicKey native = new();
        LoadFrom(SealFormat.Save(publicKey), stream => native.Load(context, stream));
        return native;
    }

    /// <summary>A public key from SEALNet.</summary>
    /// <exception cref="SealFormatException">It is none of this set.</exception>
    public static PublicKey ToSecureFL(this Native.PublicKey publicKey, SealParameters parameters)
    {
        ArgumentNullException.ThrowIfNull(publicKey);
        return SealFormat.LoadPublicKey(parameters, SaveFrom(publicKey.Save));
    }

    /// <summary>A secret key for SEALNet, which does not erase its memory as <see cref="SecretKey"/> does.</summary>
    public static Native.SecretKey ToSealNet(this SecretKey secretKey, Native.SEALContext context)
    {
        Native.SecretKey native = new();
        LoadFrom(SealFormat.Save(secretKey), stream => native.Load(context, stream));
        return native;
    }

    /// <summary>A secret key from SEALNet.</summary>
    /// <exception cref="SealFormatException">It is none of this set.</exception>
    public static SecretKey ToSecureFL(this Native.SecretKey secretKey, SealParameters parameters)
    {
        ArgumentNullException.ThrowIfNull(secretKey);
        return SealFormat.LoadSecretKey(parameters, SaveFrom(secretKey.Save));
    }

    /// <summary>Keys pass here too, so the bytes are erased after use.</summary>
    private static void LoadFrom(byte[] bytes, Load load)
    {
        using MemoryStream stream = new(bytes);
        load(stream);
        Array.Clear(bytes);
    }

    private static byte[] SaveFrom(Save save)
    {
        using MemoryStream stream = new();
        save(stream, Native.ComprModeType.None);
        byte[] bytes = stream.ToArray();
        Array.Clear(stream.GetBuffer());
        return bytes;
    }
}
