namespace SecureFL.Reference;

/// <summary>A key epoch of three holders, two of three, with everything they kept secret: section 11.4.</summary>
internal sealed class JointEpoch
{
    public JointEpoch()
    {
        ReferenceParameters p = World.Plan.Parameters;
        Rings = [.. p.Primes.Select(prime => ReferenceRing.Of(p.Degree, prime))];
        Entries =
            [
                .. World.Holders
                    .Select(
                        (signer, j) => JointWire.Entry(Context, j, Chosen.Bytes($"epoch holder {j} nonce", 32),
                            SealingKey(j).PublicKey, signer))];
        Opening = JointWire.List("KeyEpochOpening", Context, Entries);
        Seed = DomainHash.Of("reference-seed",
            Canonical.Of(w => w.Raw(Context.Plan).Raw(Context.Session).U64(Context.Round).Raw(Opening.Hash)));
        Reference =
            [
                .. Rings.Select(
                    (ring, i) => ring.ToCoefficients(
                        PublicPolynomial.Expand(Seed, 0, 0, (uint)i, ring.Prime, p.Degree).Values))];
        Secrets = [.. World.Holders.Select((_, j) => Chosen.Small($"epoch holder {j} secret", p.Degree, 1))];
        PublicShares = [.. World.Holders.Select((_, j) => PublicShare(j))];
        CommitmentHashes =
            [.. PublicShares.Select((share, j) => JointWire.PublicKeyShareHash(Context, Opening.Hash, j, share))];
        Commitments = JointWire.List(
            "KeyEpochCommitments", Context,
            [
                .. World.Holders
                    .Select(
                        (signer, j) => JointWire.Commitment(Context, Opening.Hash, j, CommitmentHashes[j], signer))]);
        PublicKey = Pack([.. Rings.Select((ring, i) => Sum(ring, PublicShares.Select(share => Unpack(share)[i])))]);
        PublicKeyHash = DomainHash.Of("joint-public-key", PublicKey);
        Record = MakeRecord(PublicKeyHash, [.. Enumerable.Range(0, 3).Select(j => Confirmation(j, PublicKeyHash))]);
        KeyShares =
            [.. Enumerable.Range(1, 3).Select(point => Rings.Select((ring, i) => KeyShare(ring, i, point)).ToArray())];
    }

    public static ReferenceParameters JointParameters { get; } = Plan();

    public static World World { get; } =
        World.Small(p => p with { Suite = 2, Parameters = JointParameters, AllowEarlyResubmission = 1 });

    public Context Context { get; } = World.Context(0);

    public ReferenceRing[] Rings { get; }

    public Message[] Entries { get; }

    public Message Opening { get; }

    public byte[] Seed { get; }

    public ulong[][] Reference { get; }

    public int[][] Secrets { get; }

    /// <summary>b_k, packed.</summary>
    public byte[][] PublicShares { get; }

    public byte[][] CommitmentHashes { get; }

    public Message Commitments { get; }

    public byte[] PublicKey { get; }

    public byte[] PublicKeyHash { get; }

    public Message Record { get; }

    /// <summary>Each holder's share of the joint secret, [holder][prime].</summary>
    public ulong[][][] KeyShares { get; }

    public static KeyPair SealingKey(int holder) =>
        HpkeBase.DeriveKeyPair(Chosen.Bytes($"epoch holder {holder} sealing key", 32));

    public Message Confirmation(int holder, byte[] key) =>
        JointWire.Confirmation(Context, Commitments.Hash, key, holder, World.Holders[holder]);

    public Message MakeRecord(byte[] key, Message[] confirmations) => JointWire.List(
        "KeyEpochRecord",
        w =>
        {
            Context.Write(w);
            w.Raw(Opening.Hash).Raw(Commitments.Hash).Raw(key);
        },
        confirmations);

    /// <summary>h = lambda c1 share + noise, packed; holders by plan index.</summary>
    public byte[] Partial(int holder, int[] active, byte[] second, byte[] seed, byte[] context, ulong chunk)
    {
        ReferenceJointKey key = World.Plan.Parameters.JointKey!;
        byte[] input =
        [
            .. "SecureFL v2 smudging"u8, .. context, (byte)(holder + 1), (byte)active.Length,
            .. active.Select(j => (byte)(j + 1)),
            .. BitConverter.GetBytes(chunk), .. SHA256.HashData(second),
        ];
        BigInteger[] noise = key.Noise(HMACSHA256.HashData(seed, input));
        ulong[][] c1 = Unpack(second);
        return Pack([.. Rings.Select((ring, i) =>
        {
            BigInteger prime = ring.Prime;
            BigInteger lambda = active.Where(other => other != holder).Aggregate(
                BigInteger.One,
                (product, other) => Curve.Mod(
                    product * (other + 1) * BigInteger.ModPow(Curve.Mod(other - holder, prime), prime - 2, prime),
                    prime));
            ulong[] product = Multiply(ring, c1[i], KeyShares[holder][i]);
            return product.Select((x, k) => (ulong)Curve.Mod((x * lambda) + noise[k], prime)).ToArray();
        })]);
    }

    public byte[] Pack(ulong[][] residues) =>
        [.. residues.SelectMany((r, i) => PackedWords.Pack(r, PublicPolynomial.BitLength(Rings[i].Prime)))];

    public ulong[][] Unpack(byte[] packed)
    {
        List<ulong[]> residues = [];
        foreach (ReferenceRing ring in Rings)
        {
            int width = PublicPolynomial.BitLength(ring.Prime);
            int bytes = ring.Degree * width / 8;
            residues.Add(PackedWords.Unpack(packed[..bytes], width));
            packed = packed[bytes..];
        }

        return [.. residues];
    }

    /// <summary>a b modulo X^N + 1 and p, by the definition.</summary>
    public static ulong[] Multiply(ReferenceRing ring, ulong[] a, ulong[] b)
    {
        UInt128[] plus = new UInt128[ring.Degree];
        UInt128[] minus = new UInt128[ring.Degree];
        for (int i = 0; i < ring.Degree; i++)
        {
            for (int j = 0; j < ring.Degree; j++)
            {
                (i + j < ring.Degree ? plus : minus)[(i + j) % ring.Degree] += Math.BigMul(a[i], b[j]);
            }
        }

        return [.. plus.Zip(minus, (x, y) => (ulong)(((x % ring.Prime) + ring.Prime - (y % ring.Prime)) % ring.Prime))];
    }

    private static ReferenceParameters Plan()
    {
        ReferenceJointKey key = new(4096, 4, 3, 2, 40, 100 * 4096);
        int logDelta = key.LogDelta();
        int bits = (int)(58 * BigInteger.Pow(2, logDelta)).GetBitLength() - 1;
        while (true)
        {
            ulong[] primes = [.. ReferencePlanner.Largest(bits / 2, 4096, 2 - (bits % 2)),
                .. ReferencePlanner.Largest((bits / 2) + 1, 4096, bits % 2)];
            if (ReferencePlanner.Fits(primes.Aggregate(BigInteger.One, (q, p) => q * p), logDelta, 57))
            {
                return World.SmallParameters with
                { Degree = 4096, Primes = primes, LogDelta = logDelta, Errors = 1, JointKey = key };
            }

            bits++;
        }
    }

    private byte[] PublicShare(int holder)
    {
        int[] errors = Chosen.Small($"epoch holder {holder} errors", Rings[0].Degree, 21);
        return Pack([.. Rings.Select((ring, i) =>
        {
            ulong[] product = ring.Product(Reference[i], Secrets[holder]);
            return product.Select((x, k) => (ulong)Curve.Mod(errors[k] - (BigInteger)x, ring.Prime)).ToArray();
        })]);
    }

    // f_k(point) = s_k + r_k point, summed over the dealers k.
    private ulong[] KeyShare(ReferenceRing ring, int prime, int point)
    {
        BigInteger[] sum = new BigInteger[ring.Degree];
        for (int dealer = 0; dealer < Secrets.Length; dealer++)
        {
            ulong[] slope = Chosen.Below($"epoch dealer {dealer} prime {prime}", ring.Degree, ring.Prime);
            for (int k = 0; k < sum.Length; k++)
            {
                sum[k] += Secrets[dealer][k] + ((BigInteger)slope[k] * point);
            }
        }

        return [.. sum.Select(x => (ulong)Curve.Mod(x, ring.Prime))];
    }

    private static ulong[] Sum(ReferenceRing ring, IEnumerable<ulong[]> terms) =>
        terms.Aggregate((a, b) => [.. a.Zip(b, (x, y) => (x + y) % ring.Prime)]);
}
