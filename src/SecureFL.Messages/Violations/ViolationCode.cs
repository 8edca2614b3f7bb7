namespace SecureFL.Messages.Violations;

/// <summary>
/// The failure classes of the specification. The numbers are stable: test vectors and other implementations name them.
/// </summary>
public enum ViolationCode
{
    /// <summary>No violation.</summary>
    None = 0,

    // 100: the bytes of one message.

    /// <summary>A message ends before its last field.</summary>
    Truncated = 100,

    /// <summary>Bytes follow the last field.</summary>
    TrailingBytes = 101,

    /// <summary>A length or count exceeds its limit under the plan.</summary>
    Oversized = 102,

    /// <summary>A field's value is outside its range.</summary>
    OutOfRange = 103,

    /// <summary>A value is not in its one canonical form (order, flag, text, signature half).</summary>
    NonCanonical = 104,

    /// <summary>Another message type was expected.</summary>
    WrongMessageType = 105,

    /// <summary>A packed ciphertext is malformed, for instance a residue that is not below its prime.</summary>
    MalformedCiphertext = 106,

    // 200: plan and context.

    /// <summary>Another protocol version.</summary>
    WrongVersion = 200,

    /// <summary>Another suite than the plan's.</summary>
    WrongSuite = 201,

    /// <summary>Another plan, or one that the site has not approved.</summary>
    WrongPlan = 202,

    /// <summary>Another session.</summary>
    WrongSession = 203,

    /// <summary>Another round, or one the plan does not have.</summary>
    WrongRound = 204,

    /// <summary>Another round opening.</summary>
    WrongOpening = 205,

    /// <summary>Another head of the model chain.</summary>
    WrongHead = 206,

    /// <summary>A base version outside the window that ends at the head.</summary>
    WrongBaseVersion = 207,

    /// <summary>A party that the plan does not list.</summary>
    NotEnrolled = 208,

    /// <summary>A plan that breaks a rule of the specification.</summary>
    PlanRule = 209,

    /// <summary>A link of the model chain does not follow from the one before.</summary>
    BrokenModelChain = 210,

    /// <summary>Another key epoch than the one in use, or one that is over.</summary>
    WrongKeyEpoch = 211,

    /// <summary>Another joint public key than the one that the key holders confirmed.</summary>
    WrongJointKey = 212,

    /// <summary>Another task than the one that the plan, the model chain or the key holders' entries give.</summary>
    WrongTask = 213,

    /// <summary>A model version that is not what the opened sum makes of the model before it.</summary>
    WrongModel = 214,

    // 300: authenticity.

    /// <summary>A signature is missing, forged, or another party's.</summary>
    BadSignature = 300,

    /// <summary>A public key is not a point of the curve.</summary>
    BadPublicKey = 301,

    // 400: round opening and contributions.

    /// <summary>Too few opening entries, or closing statements.</summary>
    OpeningBelowQuorum = 400,

    /// <summary>One key holder twice.</summary>
    DuplicateHolder = 401,

    /// <summary>The key holder has signed another entry or seen another opening for this round.</summary>
    SecondOpening = 402,

    /// <summary>The chunks do not hash to the signed root.</summary>
    RootMismatch = 403,

    /// <summary>A chunk out of order, twice, or missing.</summary>
    ChunkOrder = 404,

    /// <summary>A share ciphertext does not open under this context.</summary>
    ShareNotDecryptable = 405,

    /// <summary>A share ciphertext is not the one that the client signed.</summary>
    ShareMismatch = 406,

    /// <summary>A share does not lie on the combined polynomials: it is inconsistent with the others.</summary>
    InconsistentShare = 407,

    /// <summary>A client contributed twice in a round.</summary>
    DuplicateContribution = 408,

    /// <summary>A ciphertext listed under two names.</summary>
    DuplicateCiphertext = 409,

    /// <summary>A client contributed twice on one base version.</summary>
    SecondContributionOnBase = 410,

    /// <summary>The round takes no more contributions, or the plan no more rounds.</summary>
    RoundClosed = 411,

    /// <summary>A public key share that its key holder is not committed to.</summary>
    CommitmentMismatch = 412,

    /// <summary>A linear digest that is not the one the client signed, or not that of its chunks.</summary>
    DigestMismatch = 413,

    // 500: certificate and agreement.

    /// <summary>A group below the plan's minimum.</summary>
    GroupBelowMinimum = 500,

    /// <summary>A client or contribution in two groups, or twice in one.</summary>
    GroupsNotDisjoint = 501,

    /// <summary>Groups other than the ones derived from opening and contributions.</summary>
    WrongGroups = 502,

    /// <summary>A listed contribution whose share this holder has not checked.</summary>
    UncheckedContribution = 503,

    /// <summary>A second certificate for a round.</summary>
    SecondCertificate = 504,

    /// <summary>A contribution that was voted for in another round.</summary>
    ContributionReused = 505,

    /// <summary>A certificate with too few valid votes.</summary>
    CertificateBelowQuorum = 506,

    /// <summary>A deadline passed, or too far ahead.</summary>
    WrongDeadline = 507,

    /// <summary>The round was declared dead.</summary>
    RoundDead = 508,

    /// <summary>The round was released, so it cannot be declared dead.</summary>
    RoundReleased = 509,

    /// <summary>A release without a vote of this holder for the certificate.</summary>
    NotVoted = 510,

    /// <summary>Too few signed deaths to contribute again on one base version.</summary>
    DeathBelowQuorum = 511,

    /// <summary>Not an active set of the round, or one without this key holder.</summary>
    WrongActiveSet = 512,

    /// <summary>A summed ciphertext that is not the sum of the listed contributions.</summary>
    WrongSummedCiphertext = 513,

    /// <summary>A summed ciphertext that was voted for in another round.</summary>
    CiphertextDecrypted = 514,

    /// <summary>A joint key beyond its lifetime, or a count of decrypted coefficients that forgets rounds.</summary>
    KeyExhausted = 515,

    // 600: releases and reconstruction.

    /// <summary>Fewer valid releases than the threshold.</summary>
    BelowThreshold = 600,

    /// <summary>A release for another certificate.</summary>
    WrongCertificate = 601,

    /// <summary>Releases that contradict each other beyond correction.</summary>
    InconsistentReleases = 602,

    /// <summary>A partial decryption that does not hash to what its key holder released.</summary>
    WrongPartialDecryption = 603,

    /// <summary>A release whose sum of linear digests is not that of the listed contributions.</summary>
    WrongDigestSum = 604,

    // 700: transcript and ledger exchange.

    /// <summary>A transcript record does not follow from the one before.</summary>
    BrokenTranscript = 700,

    /// <summary>An opened sum or its digest differs from what was recorded.</summary>
    WrongSum = 701,

    /// <summary>A ledger head for another nonce, subject or signer.</summary>
    WrongLedgerHead = 702,
}
