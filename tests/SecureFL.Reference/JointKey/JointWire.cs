namespace SecureFL.Reference;

/// <summary>The messages of section 11, field by field.</summary>
internal static class JointWire
{
    public static Message Entry(Context c, int holder, byte[] nonce, byte[] sealingKey, KeyPair signer) =>
        Message.Signed("KeyEpochEntry", signer, w =>
    {
        c.Write(w);
        w.U32(holder).Raw(nonce).Raw(sealingKey);
    });

    /// <summary>An opening or a list of commitments: context, count, messages.</summary>
    public static Message List(string type, Context c, Message[] items) => List(type, c.Write, items);

    /// <summary>Some fields and a list: hashed with the hashes of its items, sent with the items whole.</summary>
    public static Message List(string type, Action<Canonical> head, Message[] items)
    {
        Action<Canonical> Fields(Func<Message, byte[]> form) => w =>
        {
            head(w);
            w.U32(items.Length);
            foreach (Message item in items)
            {
                w.Raw(form(item));
            }
        };
        return Message.Of(type, Fields(item => item.Hash)) with
        { Encoded = Message.Bytes(type, Fields(item => item.Encoded)) };
    }

    public static Message Commitment(Context c, byte[] opening, int holder, byte[] commitment, KeyPair signer) =>
        Message.Signed("PublicKeyCommitment", signer, w =>
    {
        c.Write(w);
        w.Raw(opening).U32(holder).Raw(commitment);
    });

    public static byte[] PublicKeyShareHash(Context c, byte[] opening, int holder, byte[] packed) =>
        DomainHash.Of("public-key-share", Canonical.Of(w =>
    {
        c.Write(w);
        w.Raw(opening).U32(holder).Raw(packed);
    }));

    public static Message PublicKeyShare(Context c, byte[] commitments, int holder, byte[] packed) =>
        Message.Of("PublicKeyShare", w =>
    {
        c.Write(w);
        w.Raw(commitments).U32(holder).Raw(packed);
    });

    public static Message Dealing(Context c, byte[] commitments, int dealer, byte[][] shares, byte[] proof,
        KeyPair signer) => Message.Signed("KeyDealing", signer, w =>
    {
        c.Write(w);
        w.Raw(commitments).U32(dealer).U32(shares.Length);
        foreach (byte[] share in shares)
        {
            w.Raw(share);
        }

        w.Raw(proof);
    });

    public static Message Confirmation(Context c, byte[] commitments, byte[] publicKey, int holder, KeyPair signer) =>
        Message.Signed("KeyEpochConfirmation", signer, w =>
        {
            c.Write(w);
            w.Raw(commitments).Raw(publicKey).U32(holder);
        });

    public static Message Statement(Context c, byte[] opening, int client, byte[] baseVersion, byte[] root,
        byte[] digest, KeyPair signer) =>
        Wire.Statement(c, opening, client, baseVersion, root, digest, [], [], signer);

    public static Message Proposal(
        Context c, byte[] opening, byte[] head, long deadline, Entry[] group, long decrypted, int[] active,
        byte[][] sums, KeyPair server) =>
        Message.Signed("CertificateProposal", server, w =>
        {
            c.Write(w);
            w.Raw(opening).Raw(head).I64(deadline).U32(1).U32(group.Length);
            foreach (Entry entry in group)
            {
                w.U32(entry.Client).Raw(entry.Contribution);
            }

            w.I64(decrypted).U32(active.Length);
            foreach (int holder in active)
            {
                w.U32(holder);
            }

            w.U32(sums.Length);
            foreach (byte[] sum in sums)
            {
                w.Raw(sum);
            }
        });

    public static Message Partial(Context c, byte[] certificate, int holder, int group, long chunk, byte[] packed) =>
        Message.Of("PartialDecryptionChunk", w =>
    {
        c.Write(w);
        w.Raw(certificate).U32(holder).U32(group).I64(chunk).Raw(packed);
    });

    /// <param name="packed">An unreduced sum.</param>
    public static Message Summed(Context c, byte[] certificate, int group, long chunk, byte[] packed) =>
        Message.Of("SummedCiphertext", w =>
    {
        c.Write(w);
        w.Raw(certificate).U32(group).I64(chunk).Counted(packed);
    });

    public static byte[] Half(byte[] packed) => DomainHash.Of("ciphertext-half", packed);

    public static byte[] Root(string domain, params byte[][] halves) => DomainHash.Of(domain, Canonical.Of(w =>
    {
        w.U64((ulong)halves.Length);
        foreach (byte[] half in halves)
        {
            w.Raw(half);
        }
    }));

    public static byte[] SmudgingContext(byte[] certificate, ulong group) =>
        DomainHash.Of("smudging", Canonical.Of(w => w.Raw(certificate).U64(group)));
}
