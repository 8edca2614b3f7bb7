namespace SecureFL.Reference;

/// <summary>Section 9: a transcript, and what is found in tampered ones.</summary>
internal static class TranscriptVectors
{
    public static IEnumerable<Vector> All(SmallRound s)
    {
        byte[][] payloads = s.Transcript;
        byte[] file = s.Frame(payloads);
        yield return Of("transcript", "One round from plan to model version 1, closed.", file)
            .With("records", payloads.Length).With("expect", "accept").With("closed", true);
        yield return Of("transcript-open",
            "The same without the closing record: valid, but the end may be missing.", null)
            .With("remove", Json.Numbers([Start(payloads, payloads.Length - 1), file.Length]))
            .With("records", payloads.Length - 1).With("expect", "accept").With("closed", false);
        yield return WithCiphertexts(s, "transcript-ciphertexts", "The sum is recomputed from the ciphertexts.",
            null, s.Group)
            .With("records", payloads.Length).With("expect", "accept").With("closed", true);

        byte[] wrongSum = Wire.Sum(s.Round.Context, s.Proposal.Hash, [(0, SHA256.HashData("another sum"u8))],
            s.World.Server).Encoded;
        yield return WithCiphertexts(s, "transcript-wrong-sum", "The recorded sum is not the ciphertexts'.",
            null, s.Group)
            .With("transcript", Parts(s, Replace(payloads, 9, wrongSum))).With("record", 9).Refused(701, "WrongSum");
        yield return WithCiphertexts(s, "transcript-wrong-ciphertext", "A ciphertext is not the one that was signed.",
            null, [s.Contributions[0], s.Contributions[1], s.Contributions[3]])
            .With("record", 9).Refused(403, "RootMismatch");

        byte[] hidden = Wire.Sum(s.Round.Context, s.Proposal.Hash, [(1, Wire.Zero)], s.World.Server).Encoded;
        Message otherModel = Wire.Version(s.Round.Context, 1, s.World.First.Hash, new byte[32], s.World.Model,
            s.World.Server);
        ReferenceRound next = new(s.World, 1, voted: [0]);
        Message dead = Wire.DeathCertificate(s.Round.Context, Wire.Death(s.Round.Context, 1, s.World.Holders[1]),
            Wire.Death(s.Round.Context, 2, s.World.Holders[2]));
        Message oneVote = s.Round.Certificate(s.Proposal, 1);
        (string Name, string What, byte[][] Payloads, int Record, int Code, string CodeName)[] cases =
        [
            ("after-closing", "A record after the closing one.", [.. payloads, payloads[^1]], payloads.Length, 700,
                "BrokenTranscript"),
            ("statement-missing", "A listed statement is missing.", [.. payloads[..5], .. payloads[6..]], 5, 503,
                "UncheckedContribution"),
            ("statement-twice", "A statement twice.", [.. payloads[..4], payloads[3], .. payloads[4..]], 4, 408,
                "DuplicateContribution"),
            ("below-quorum", "A certificate with one vote.", Replace(payloads, 6, oneVote.Encoded), 6, 506,
                "CertificateBelowQuorum"),
            ("release-missing", "One release where t = 2.", [.. payloads[..8], .. payloads[9..]], 8, 600,
                "BelowThreshold"),
            ("release-twice", "One release twice.", Replace(payloads, 8, payloads[7]), 8, 401, "DuplicateHolder"),
            ("sum-hidden", "The server says that the key sum was out of bound; the releases say otherwise.",
                Replace(payloads, 9, hidden), 9, 701, "WrongSum"),
            ("other-model", "A version that the recorded sum does not make.", Replace(payloads, 10, otherModel.Encoded),
                10, 210, "BrokenModelChain"),
            ("round-twice", "The same round twice, before the next version.",
                [.. payloads[..10], .. payloads[2..10], .. payloads[10..]], 10, 402, "SecondOpening"),
            ("no-plan", "The first record is not a plan.", payloads[1..], 0, 105, "WrongMessageType"),
            ("release-before-certificate", "A release before the certificate.",
                [.. payloads[..6], payloads[7], .. payloads[6..]], 6, 105, "WrongMessageType"),
            ("closing-in-round", "A closing record within a round.", [.. payloads[..4], payloads[^1]], 4, 105,
                "WrongMessageType"),
            ("closing-below-quorum", "One closing statement where max(t, q_a) = 2.",
                Close(s, s.CloseBy(1)), 11, 400, "OpeningBelowQuorum"),
            ("closing-twice", "One closing statement twice.", Close(s, s.CloseBy(1), s.CloseBy(1)), 11, 401,
                "DuplicateHolder"),
            ("closing-other-head", "A key holder closed on version 0: the end is not the transcript's.",
                Close(s, s.CloseBy(0), s.CloseBy(2, s.World.First)), 11, 206, "WrongHead"),
            ("closing-omits-round", "Key holder 2 voted in round 4 before it closed, which is not there.",
                Close(s, s.CloseBy(0), s.CloseBy(2, voted: 4)), 11, 700, "BrokenTranscript"),
            ("omitted-round",
                "Key holder 0 voted in round 0 before it entered round 1, on the same head: round 0 is not there.",
                [.. payloads[..2], next.Opening.Encoded], 2, 700, "BrokenTranscript"),
            ("dead-round", "The same with the death of round 0: what is missing now is the rest of round 1.",
                [.. payloads[..2], dead.Encoded, next.Opening.Encoded], 4, 100, "Truncated"),
        ];
        foreach ((string name, string what, byte[][] changed, int record, int code, string codeName) in cases)
        {
            yield return OfParts(s, "transcript-" + name, what, changed).With("record", record).Refused(code, codeName);
        }

        (string Name, string What, string Edit, int[] At, int Record, int Code, string CodeName)[] edits =
        [
            ("magic", "Another first byte.", "flip", [0], 0, 700, "BrokenTranscript"),
            ("signature", "A flipped bit in the signature of record 5.", "flip", [Start(payloads, 6) - 3], 5, 300,
                "BadSignature"),
            ("payload", "A flipped bit in the payload of record 5.", "flip", [Start(payloads, 5) + 4 + 46 + 100], 5,
                300, "BadSignature"),
            ("previous", "A flipped bit in the hash that record 5 names.", "flip", [Start(payloads, 5) + 4 + 2 + 8 + 7],
                5, 700, "BrokenTranscript"),
            ("index", "A flipped bit in the position of record 5.", "flip", [Start(payloads, 5) + 4 + 2 + 7], 5, 700,
                "BrokenTranscript"),
            ("frame", "A flipped bit in the length of record 5: one byte more.", "flip", [Start(payloads, 5) + 3], 5,
                101, "TrailingBytes"),
            ("record-missing", "Record 5 is missing.", "remove", [Start(payloads, 5), Start(payloads, 6)], 5, 700,
                "BrokenTranscript"),
            ("truncated", "The file ends within a record.", "remove", [file.Length - 10, file.Length],
                payloads.Length - 1, 100, "Truncated"),
            ("ends-in-round", "The file ends after a release.", "remove", [Start(payloads, 9), file.Length], 9, 100,
                "Truncated"),
        ];
        foreach ((string name, string what, string edit, int[] at, int record, int code, string codeName) in edits)
        {
            yield return Of("transcript-" + name, what, null).With(edit, Json.Numbers(at)).With("record", record)
                .Refused(code, codeName);
        }
    }

    private static byte[][] Replace(byte[][] payloads, int at, byte[] payload) =>
        [.. payloads[..at], payload, .. payloads[(at + 1)..]];

    private static byte[][] Close(SmallRound s, params Message[] statements) =>
        [.. s.Transcript[..^1], Wire.Closing(s.World.Context(0), statements).Encoded];

    /// <summary>
    /// Offset of a record's frame: magic, then for each record 4 bytes of length, 2 + 8 + 32 + 4, payload, signature.
    /// </summary>
    private static int Start(byte[][] payloads, int record) =>
        8 + payloads.Take(record).Sum(p => 4 + 46 + p.Length + 64);

    // No file: the one of the vector "transcript", which an edit may follow: flip the lowest bit of a byte, or remove a
    // range.
    private static Vector Of(string name, string what, byte[]? file) => new(name, "09-transcript", what, "transcript")
    {
        ["transcript"] = file is null ? "@transcript.json#/transcript" : Json.Hex(file),
    };

    // In parts: what stands in the vector "round" is referred to.
    private static Vector OfParts(SmallRound s, string name, string what, byte[][] payloads) =>
        new(name, "09-transcript", what, "transcript")
        {
            ["transcript"] = Parts(s, payloads),
        };

    private static JsonArray Parts(SmallRound s, byte[][] payloads)
    {
        Dictionary<string, string> known = new()
        {
            [Json.Hex(s.World.PlanBytes)] = "plan",
            [Json.Hex(s.World.First.Encoded)] = "version0",
            [Json.Hex(s.Round.Opening.Encoded)] = "opening",
            [Json.Hex(s.Certificate.Encoded)] = "certificate",
            [Json.Hex(s.Sum.Encoded)] = "sum",
            [Json.Hex(s.Second.Encoded)] = "version1",
        };
        for (int i = 0; i < 3; i++)
        {
            known[Json.Hex(s.Releases[i].Encoded)] = $"releases/{i}";
            known[Json.Hex(s.Contributions[i].Statement.Encoded)] = $"statements/{i}";
        }

        byte[] file = s.Frame(payloads);
        JsonArray parts = [Json.Hex(file[..8])];
        int at = 8;
        foreach (byte[] payload in payloads)
        {
            int start = at + 50;
            parts.Add(Json.Hex(file[at..start]));
            parts.Add(known.TryGetValue(Json.Hex(payload), out string? path) ? $"@round.json#/{path}"
                : Json.Hex(payload));
            at = start + payload.Length + 64;
            parts.Add(Json.Hex(file[(at - 64)..at]));
        }

        return parts;
    }

    private static Vector WithCiphertexts(SmallRound s, string name, string what, byte[]? file,
        ReferenceContribution[] group) =>
        Of(name, what, file).With("ciphertexts",
            new JsonArray(
                [.. group.Select(c => (JsonNode)$"@round.json#/chunks/{Array.IndexOf(s.Contributions, c)}")]));
}
