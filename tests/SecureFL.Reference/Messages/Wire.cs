namespace SecureFL.Reference;

/// <summary>What stands at the front of every message of a round.</summary>
internal sealed record Context(int Suite, byte[] Plan, byte[] Session, ulong Round)
{
    public void Write(Canonical to) => to.U8(Suite).Raw(Plan).Raw(Session).U64(Round);
}

/// <summary>What a round computes: 0 a sum, 1 training, 2 evaluation, 3 preparation, at a step.</summary>
internal readonly record struct ReferenceTask(int Kind, ulong Step)
{
    public byte[] DigestOn(Context c, byte[] head)
    {
        ReferenceTask task = this;
        return DomainHash.Of("task",
            Canonical.Of(w => w.Raw(c.Plan).Raw(c.Session).U8(task.Kind).U64(task.Step).Raw(head)));
    }
}

/// <summary>An entry of a certificate.</summary>
internal sealed record Entry(int Client, byte[] Contribution);

/// <summary>The messages of section 8, field by field.</summary>
internal static class Wire
{
    public static readonly byte[] Zero = new byte[32];

    public static Message Version(Context c, ulong number, byte[] previous, byte[] sum, byte[] model, KeyPair server) =>
        Message.Signed("ModelVersion", server, w =>
        {
            c.Write(w);
            w.U64(number).Raw(previous).Raw(sum).Raw(model);
        });

    public static Message OpeningEntry(Context c, byte[] head, byte[] task, int holder, byte[] nonce, byte[] key,
        KeyPair signer, params ulong[] voted) =>
        Message.Signed("RoundOpeningEntry", signer, w =>
        {
            c.Write(w);
            w.Raw(head).Raw(task).U32(holder).Raw(nonce).Raw(key);
            Rounds(w, voted);
        });

    public static Message ClosingStatement(Context c, byte[] head, int holder, KeyPair signer, params ulong[] voted) =>
        Message.Signed("ClosingStatement", signer, w =>
        {
            c.Write(w);
            w.Raw(head).U32(holder);
            Rounds(w, voted);
        });

    public static Message Closing(Context c, params Message[] statements) => Message.Of("TranscriptClosing", w =>
    {
        c.Write(w);
        w.U32(statements.Length);
        foreach (Message statement in statements)
        {
            w.Raw(statement.Encoded);
        }
    });

    private static void Rounds(Canonical w, ulong[] rounds)
    {
        w.U32(rounds.Length);
        foreach (ulong round in rounds)
        {
            w.U64(round);
        }
    }

    public static Message Opening(Context c, byte[] head, ReferenceTask task, params Message[] entries)
    {
        Action<Canonical> Fields(Func<Message, byte[]> form) => w =>
        {
            c.Write(w);
            w.Raw(head).U8(task.Kind).U64(task.Step).U32(entries.Length);
            foreach (Message entry in entries)
            {
                w.Raw(form(entry));
            }
        };
        return Message.Of("RoundOpening", Fields(entry => entry.Hash)) with
        { Encoded = Message.Bytes("RoundOpening", Fields(entry => entry.Encoded)) };
    }

    public static Message Invitation(Message opening, params Message[] versions) => Message.Of("RoundInvitation", w =>
    {
        // The opening without its type and version bytes.
        w.Raw(opening.Encoded[2..]).U32(versions.Length);
        foreach (Message version in versions)
        {
            w.Counted(version.Encoded);
        }
    });

    public static Message Chunk(Context c, int client, long index, byte[] packed) =>
        Message.Of("ContributionChunk", w =>
    {
        c.Write(w);
        w.U32(client).I64(index).Raw(packed);
    });

    /// <param name="digest">The hash of the linear digest.</param>
    public static Message Statement(
        Context c, byte[] opening, int client, byte[] baseVersion, byte[] root, byte[] digest, byte[][] shareHashes,
        byte[] proof, KeyPair signer) =>
        Message.Signed("ContributionStatement", signer, w =>
        {
            c.Write(w);
            w.Raw(opening).U32(client).Raw(baseVersion).Raw(root).Raw(digest).U32(shareHashes.Length);
            foreach (byte[] hash in shareHashes)
            {
                w.Raw(hash);
            }

            w.Raw(proof);
        });

    /// <param name="digest">The encoded linear digest; in the suite joint-key those of c0 and c1.</param>
    public static Message Header(Message statement, byte[][] shares, byte[] digest) =>
        Message.Of("ContributionHeader", w =>
        {
            w.Raw(statement.Encoded);
            foreach (byte[] share in shares)
            {
                w.Raw(share);
            }

            w.Raw(digest);
        });

    /// <param name="digest">As in a header.</param>
    public static Message Delivery(Message statement, int holder, byte[] share, byte[] digest) =>
        Message.Of("ShareDelivery", w => w.Raw(statement.Encoded).U32(holder).Raw(share).Raw(digest));

    public static Message Receipt(Context c, byte[] opening, int holder, int client, byte[] contribution,
        KeyPair signer) =>
        Message.Signed("Receipt", signer, w =>
        {
            c.Write(w);
            w.Raw(opening).U32(holder).U32(client).Raw(contribution);
        });

    public static Message Proposal(Context c, byte[] opening, byte[] head, long deadline, Entry[][] groups,
        KeyPair server) =>
        Message.Signed("CertificateProposal", server, w =>
        {
            c.Write(w);
            w.Raw(opening).Raw(head).I64(deadline).U32(groups.Length);
            foreach (Entry[] group in groups)
            {
                w.U32(group.Length);
                foreach (Entry entry in group)
                {
                    w.U32(entry.Client).Raw(entry.Contribution);
                }
            }
        });

    public static Message Vote(Context c, byte[] opening, byte[] certificate, int holder, KeyPair signer) =>
        Message.Signed("Vote", signer, w =>
    {
        c.Write(w);
        w.Raw(opening).Raw(certificate).U32(holder);
    });

    public static Message Certificate(Message proposal, params Message[] votes) => Message.Of("RoundCertificate", w =>
    {
        w.Raw(proposal.Encoded).U32(votes.Length);
        foreach (Message vote in votes)
        {
            w.Raw(vote.Encoded);
        }
    });

    /// <param name="groups">Of each group the answer and the digest sum hash.</param>
    public static Message Release(Context c, byte[] opening, byte[] certificate, int holder, byte[][] groups,
        KeyPair signer) =>
        Message.Signed("Release", signer, w =>
        {
            c.Write(w);
            w.Raw(opening).Raw(certificate).U32(holder).U32(groups.Length);
            foreach (byte[] group in groups)
            {
                w.Raw(group);
            }
        });

    public static Message Evidence(Context c, Message head, Message opening, Message certificate, Message[] releases,
        Message version) =>
        Message.Of("SumEvidence", w =>
        {
            c.Write(w);
            w.Raw(head.Encoded).Raw(opening.Encoded).Raw(certificate.Encoded).U32(releases.Length);
            foreach (Message release in releases)
            {
                w.Raw(release.Encoded);
            }

            w.Raw(version.Encoded);
        });

    public static Message Death(Context c, int holder, KeyPair signer) => Message.Signed("RoundDeath", signer, w =>
    {
        c.Write(w);
        w.U32(holder);
    });

    public static Message DeathCertificate(Context c, params Message[] deaths) =>
        Message.Of("RoundDeathCertificate", w =>
    {
        c.Write(w);
        w.U32(deaths.Length);
        foreach (Message death in deaths)
        {
            w.Raw(death.Encoded);
        }
    });

    public static Message HeadRequest(Context c, int holder, byte[] nonce, KeyPair signer) =>
        Message.Signed("LedgerHeadRequest", signer, w =>
    {
        c.Write(w);
        w.U32(holder).Raw(nonce);
    });

    public static Message Head(Context c, int holder, int subject, byte[] nonce, Message? vote, Message? entry,
        KeyPair signer) =>
        Message.Signed("LedgerHead", signer, w =>
        {
            c.Write(w);
            w.U32(holder).U32(subject).Raw(nonce);
            w.U8(vote is null ? 0 : 1).Raw(vote?.Encoded ?? []);
            w.U8(entry is null ? 0 : 1).Raw(entry?.Encoded ?? []);
        });

    public static Message Sum(Context c, byte[] certificate, (int Status, byte[] Digest)[] groups, KeyPair server) =>
        Message.Signed("RoundSum", server, w =>
        {
            c.Write(w);
            w.Raw(certificate).U32(groups.Length);
            foreach ((int status, byte[] digest) in groups)
            {
                w.U8(status).Raw(digest);
            }
        });

    public static Message Request(Context c, int wanted, int index, long position, params Message[] versions) =>
        Request(c, wanted, index, position, default, versions);

    /// <param name="task">Of an entry.</param>
    public static Message Request(Context c, int wanted, int index, long position, ReferenceTask task,
        params Message[] versions) =>
        Message.Of("HolderRequest", w =>
        {
            c.Write(w);
            w.U8(wanted).U32(index).I64(position).U8(task.Kind).U64(task.Step).U32(versions.Length);
            foreach (Message version in versions)
            {
                w.Counted(version.Encoded);
            }
        });

    public static Message Record(ulong index, byte[] previous, byte[] payload, KeyPair server) =>
        Message.Signed("TranscriptRecord", server, w => w.U64(index).Raw(previous).Counted(payload));
}
