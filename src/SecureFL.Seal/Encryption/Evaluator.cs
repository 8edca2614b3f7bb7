using SecureFL.Seal.Objects;
using SecureFL.Seal.Parameters;

namespace SecureFL.Seal.Encryption;

/// <summary>Sums of ciphertexts, word for word what SEAL's evaluator gives. Thread-safe.</summary>
public sealed class Evaluator
{
    private readonly SealParameters _parameters;

    /// <summary>An evaluator of one set.</summary>
    public Evaluator(SealParameters parameters)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        _parameters = parameters;
    }

    /// <summary>sum += addend.</summary>
    /// <exception cref="ArgumentException">Sets, levels or scales differ.</exception>
    public void AddInPlace(Ciphertext sum, Ciphertext addend)
    {
        ArgumentNullException.ThrowIfNull(sum);
        ArgumentNullException.ThrowIfNull(addend);
        _parameters.Require(sum.Parameters, nameof(sum));
        _parameters.Require(addend.Parameters, nameof(addend));
        if (sum.Primes != addend.Primes)
        {
            throw new ArgumentException($"a ciphertext of {addend.Primes} primes does not add to one of {sum.Primes}",
                nameof(addend));
        }

        if (sum.Scale != addend.Scale)
        {
            throw new ArgumentException($"a ciphertext of scale {addend.Scale:R} does not add to one of {sum.Scale:R}",
                nameof(addend));
        }

        for (int polynomial = 0; polynomial < 2; polynomial++)
        {
            for (int prime = 0; prime < sum.Primes; prime++)
            {
                _parameters.Residues[prime].Add(addend.Writable(polynomial, prime), sum.Writable(polynomial, prime));
            }
        }

        sum.ForgetSeed();
    }

    /// <summary>A new ciphertext of the sum.</summary>
    public Ciphertext Add(Ciphertext a, Ciphertext b)
    {
        ArgumentNullException.ThrowIfNull(a);
        ArgumentNullException.ThrowIfNull(b);
        Ciphertext sum = new(a.Parameters, a.Primes) { Scale = a.Scale };
        a.Words.CopyTo(sum.AllWritable);
        AddInPlace(sum, b);
        return sum;
    }
}
