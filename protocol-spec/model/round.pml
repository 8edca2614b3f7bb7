/*
 * SecureFL protocol 2: steps, tasks, statements, votes, releases, deaths, abandons, the transcript and the close, under
 * a server that schedules everything and tells everybody what it likes. README.md says what is modelled, what is not,
 * and how to run it. Its tables are what the tests check: all properties with all checks, an attack without each.
 *
 * Holders 0 and 1 follow the rules. Holder 2 is the f = 1 at fault: a liar that signs whatever the server wants and
 * keeps nothing, or, with -DRESTORED, one that follows the rules and is started from an old image of its machine.
 */
#ifndef STEPS
#define STEPS 3                 /* opened one after another; at most 3 */
#endif
#ifndef CLIENTS
#define CLIENTS 3               /* or 4, or 5: then the server follows one plan of attack */
#endif
#ifndef LIFE
#define LIFE 2                  /* ticks from a holder's entry until the round expires */
#endif
#define N_MIN  2                /* clients in a set */
#define T      2                /* releases that make a sum known */
#define FORGED 3                /* model 0 but for one unit in the last place: another digest, the same weights */

/* H = 3, f = 1 */
#ifdef WITHOUT_QUORUM
#define QUORUM 2                /* max(t, floor(H / 2) + 1): what f = 0 asks for */
#else
#define QUORUM 3                /* max(t, floor((H + f) / 2) + 1) */
#endif
#ifdef WITHOUT_LIARS_DEATH
#define DEATHS 2                /* H - t + 1 */
#else
#define DEATHS 3                /* H - t + 1 + f */
#endif

/* The checks: one that is removed is true. */
#ifdef WITHOUT_TASK
#define TASK(e) true
#else
#define TASK(e) (e)
#endif
#ifdef WITHOUT_HEAD
#define HEAD(e) true
#else
#define HEAD(e) (e)
#endif
#ifdef WITHOUT_OPENING
#define OPENING(e) true
#else
#define OPENING(e) (e)
#endif
#ifdef WITHOUT_ONE_VOTE
#define ONE_VOTE(e) true
#else
#define ONE_VOTE(e) (e)
#endif
#ifdef WITHOUT_ONCE_AT_CLIENTS
#define ONCE_AT_CLIENTS(e) true
#else
#define ONCE_AT_CLIENTS(e) (e)
#endif
#ifdef WITHOUT_ONCE_AT_HOLDERS
#define ONCE_AT_HOLDERS(e) true
#else
#define ONCE_AT_HOLDERS(e) (e)
#endif
#ifdef WITHOUT_SPOILED
#define SPOILED(e) true
#else
#define SPOILED(e) (e)
#endif
#ifdef WITHOUT_EXPIRY
#define EXPIRY(e) true
#else
#define EXPIRY(e) (e)
#endif
#ifdef WITHOUT_SUM
#define SUM(e) true
#else
#define SUM(e) (e)
#endif
#ifdef WITHOUT_CHAIN
#define CHAIN(e) true
#else
#define CHAIN(e) (e)
#endif
#ifdef WITHOUT_LAST
#define LAST(e) true
#else
#define LAST(e) (e)
#endif
#ifdef WITHOUT_CLOSE
#define CLOSE(e) true
#else
#define CLOSE(e) (e)
#endif
#ifdef WITHOUT_FRESHNESS
#define FRESHNESS(e) true
#else
#define FRESHNESS(e) (e)
#endif

/* The properties. -DONLY=n looks at the n-th alone: a removed check is held to what it is there for. */
#ifndef ONLY
#define ONLY 0
#endif
#define CLAIM(n, name, e) name = ((ONLY != 0 && ONLY != n) || (e)); assert(name)
bool one_set_a_round = true;                    /* 1 */
bool members_agree_on_the_task = true;          /* 2 */
bool nothing_opens_after_expiry = true;         /* 3 */
bool a_closed_transcript_is_complete = true;    /* 4 */
bool no_small_difference = true;                /* 5 */
bool models_follow_sums = true;                 /* 6 */
bool content_is_summed_once = true;             /* 7 */
bool one_final_model = true;                    /* 8 */
bool who_is_behind_is_silent = true;            /* 9 */
bool no_small_combination = true;               /* 10 */

/* What must be possible (1, 2), and what is not (3, 4): -DGOAL=n looks for it. */
#ifndef GOAL
#define GOAL 0
#endif
#define SPOIL (CLIENTS == 5 || (GOAL == 3 && step == 0))
bool goal = false;

/*
 * Sets of clients are masks of N_MIN members or more. A set of sets has the bit 1 << set. Five clients have one plan:
 * two disjoint sets train, and neither sum is applied; then all evaluate.
 */
#if CLIENTS == 3
#define EACH_SET(DO, h) DO(h, 3) DO(h, 5) DO(h, 6) DO(h, 7)
#define EACH_CLIENT(DO, x) DO(0, x) DO(1, x) DO(2, x)
#define MAY_STATE(c) true
#define MAY_OPEN(k) (GOAL < 3 || step > 0 || k == GOAL - 3)
#elif CLIENTS == 4
#define EACH_SET(DO, h) DO(h, 3) DO(h, 5) DO(h, 6) DO(h, 7) DO(h, 9) DO(h, 10) DO(h, 11) \
    DO(h, 12) DO(h, 13) DO(h, 14) DO(h, 15)
#define EACH_CLIENT(DO, x) DO(0, x) DO(1, x) DO(2, x) DO(3, x)
#define MAY_STATE(c) true
#define MAY_OPEN(k) true
#else
#define EACH_SET(DO, h) DO(h, 3) DO(h, 12) DO(h, 31)
#define EACH_CLIENT(DO, x) DO(0, x) DO(1, x) DO(2, x) DO(3, x) DO(4, x)
#define MAY_STATE(c) (step == 2 || c / 2 == step)
#define MAY_OPEN(k) ((k == 1) == (step == 2))
#endif
#if CLIENTS == 5
#define sets int
#else
#define sets short
#endif
#define SETS          (1 << CLIENTS)
#define IN(c, s)      (((s) >> (c)) & 1)
#define SIZE(s)       (((s) & 1) + (((s) >> 1) & 1) + (((s) >> 2) & 1) + (((s) >> 3) & 1) + (((s) >> 4) & 1))
#define ENOUGH(s)     (SIZE(s) == 0 || SIZE(s) >= N_MIN)
#define FITS(a, b)    ((a) == (b) || (ENOUGH((a) & ~(b)) && ENOUGH((b) & ~(a)) && ENOUGH((a) & (b))))
#define MISFIT(a, b)  | (FITS(a, b) -> 0 : 1 << b)
#define MISFITS(s)    (0 EACH_SET(MISFIT, s))
#define HOLDING(c, s) | (IN(c, s) -> 1 << s : 0)
#define WITH(c)       (0 EACH_SET(HOLDING, c))
#define CONTENT(b, k) (2 * (b) + (k))

/* The step. Kind 0 trains, kind 1 evaluates. Model 0 is the plan's, model q + 1 is that of step q's sum. */
byte step;
bool live;
bit kind;
byte base;
byte age;                       /* ticks that passed, whatever clocks say */

/* Clients: the model that each has, its statement, and the contents that it contributed. */
byte model[CLIENTS];
bool stated[CLIENTS];
byte for_step[CLIENTS];
bit for_kind[CLIENTS];
byte for_head[CLIENTS];
byte used[CLIENTS];

/* Holders: this step, */
#ifdef RESTORED
#define HOLDERS 3
#else
#define HOLDERS 2
#endif
sets voted[HOLDERS];            /* a set of sets */
byte released[HOLDERS];         /* a set, 0: none */
bool died[HOLDERS];
byte counted[HOLDERS];          /* the holder's own age of the round */
byte length[HOLDERS];           /* of the holder's chain of records */
/* and what their ledgers keep of former steps that are not proven dead. */
sets misfit[HOLDERS * 4];       /* by base: sets that a vote rules out */
byte spent[HOLDERS * 8];        /* by content: clients voted for */

/* What became of it, which nobody in particular knows. */
byte opened;                    /* the set of this step whose sum is known to the server, 0: none */
byte opened_steps;              /* steps, as bits */
sets summed[4];                 /* by the weights of the base: sets */
byte contents[8];               /* by content: clients */
byte results;                   /* steps with a certified sum that makes a model, as bits */

byte listed[2 * STEPS];         /* the chain heads of holders 0 and 1 in the opening of each step */
bool closed;
byte final;                     /* the model of the close */
byte delivered;                 /* 1 + the final model that some client took, 0: none */

#define OVER(h) (released[h] != 0 || died[h])
#ifdef RESTORED
byte image;                     /* the length of holder 2's chain in an image of this step, 0: none */
sets image_voted;
bool restored, behind;
sets signed_votes, signed_releases;     /* all that holder 2 ever signed in this step: sets of sets */
byte vote_record;               /* its newest vote in this step, as a length of its chain */
byte needed;                    /* its newest vote in a sum that is known */
byte witness[2];                /* its newest record that 0 and 1 were shown */
#define ALL_OVER     (OVER(0) && OVER(1) && (OVER(2) || behind))
#define VOTES(s)     (((voted[0] >> s) & 1) + ((voted[1] >> s) & 1) + ((signed_votes >> s) & 1))
#define RELEASES(s)  ((released[0] == s) + (released[1] == s) + ((signed_releases >> s) & 1))
#define DEAD         (died[0] + died[1] + died[2] >= DEATHS)
#define SILENT(h)    (h == 2 && behind)
#define PRESENT      (!behind)
#else
#define ALL_OVER     (OVER(0) && OVER(1))
#define VOTES(s)     (((voted[0] >> s) & 1) + ((voted[1] >> s) & 1) + 1)
#define RELEASES(s)  ((released[0] == s) + (released[1] == s) + 1)
#define DEAD         (died[0] + died[1] + 1 >= DEATHS)
#define SILENT(h)    false
#define PRESENT      true
#endif

#ifdef SHORTEST                 /* for gcc -DBFS, which knows no hidden variables */
#define hidden
#endif
hidden byte i, j, n, valid;
hidden byte at[2];

/* The server opens a step, of the kind and on the base that it likes; every holder enters it. */
#define OPEN(k, b) \
:: !live && step < STEPS && MAY_OPEN(k) && PRESENT && LAST(!closed) \
    && (b == 0 || b == FORGED || (results >> (b - 1)) & 1) -> d_step { \
    printf("step %d opens: kind %d on model %d\n", step, k, b); live = true; kind = k; base = b; enter(); skip }

inline enter() {
    listed[step] = length[0]; listed[STEPS + step] = length[1];
    for (i : 0 .. HOLDERS - 1) { length[i]++ }
#ifdef RESTORED
    witness[0] = length[2]; witness[1] = length[2];
#endif
}

/* The server tells client c that the kind is k: the client states what it was told, and the model that it has. */
#define STATE(c, k) \
:: live && MAY_STATE(c) && (!stated[c] || for_step[c] != step) \
    && ONCE_AT_CLIENTS(((used[c] >> CONTENT(model[c], k)) & 1) == 0) -> d_step { \
    printf("client %d states kind %d on model %d\n", c, k, model[c]); \
    stated[c] = true; for_step[c] = step; for_kind[c] = k; for_head[c] = model[c]; \
    used[c] = used[c] | (1 << CONTENT(model[c], k)) }

/* Holder h votes for the set s. */
#define VOTE(h, s) \
:: live && !OVER(h) && !SILENT(h) && EXPIRY(counted[h] < LIFE) && ONE_VOTE(voted[h] == 0) \
    && ((voted[h] >> s) & 1) == 0 && LEGAL(s) && SPOILED(((misfit[h * 4 + base] >> s) & 1) == 0) \
    && ONCE_AT_HOLDERS((spent[h * 8 + CONTENT(base, kind)] & s) == 0) -> d_step { \
    printf("holder %d votes for %d\n", h, s); voted[h] = voted[h] | (1 << s); length[h]++; note_vote(h, s) }

#define LISTED(c, s) && (!IN(c, s) || (stated[c] && OPENING(for_step[c] == step) \
    && TASK(for_kind[c] == kind) && HEAD(for_head[c] == base)))
#define LEGAL(s) (true EACH_CLIENT(LISTED, s))

inline note_vote(h, s) {
#ifdef RESTORED
    if :: h == 2 -> signed_votes = signed_votes | (1 << s); vote_record = length[2] :: else fi;
#endif
    skip
}

/* Holder h is shown the certificate of s and releases its share; with T releases the server knows the sum. */
#define RELEASE(h, s) \
:: live && !OVER(h) && !SILENT(h) && ((voted[h] >> s) & 1) && VOTES(s) >= QUORUM \
    && EXPIRY(counted[h] < LIFE) -> d_step { \
    printf("holder %d releases %d\n", h, s); CLAIM(3, nothing_opens_after_expiry, age < LIFE); \
    note_release(h, s); released[h] = s; length[h]++; \
    if :: RELEASES(s) >= T && opened != s -> known(s) :: else fi; skip }

inline note_release(h, s) {
#ifdef RESTORED
    if :: h == 2 -> signed_releases = signed_releases | (1 << s) :: else
#ifndef WITHOUT_WITNESS
        if :: (signed_votes >> s) & 1 -> witness[h % 2] = vote_record :: else fi
#endif
    fi;
#endif
    skip
}

#define WEIGHTS (base == FORGED -> 0 : base)

#define MEMBER(c, s) CLAIM(2, members_agree_on_the_task, \
    !IN(c, s) || (for_step[c] == step && for_kind[c] == kind && for_head[c] == base));

inline known(s) {
    printf("the sum of %d is known\n", s);
    CLAIM(1, one_set_a_round, opened == 0);
    EACH_CLIENT(MEMBER, s)
    CLAIM(4, a_closed_transcript_is_complete, !closed);
    CLAIM(5, no_small_difference, (summed[WEIGHTS] & MISFITS(s)) == 0);
    CLAIM(7, content_is_summed_once, (contents[CONTENT(base, kind)] & s) == 0);
    opened = s;
    opened_steps = opened_steps | (1 << step);
    summed[WEIGHTS] = summed[WEIGHTS] | (1 << s);
    contents[CONTENT(base, kind)] = contents[CONTENT(base, kind)] | s;
    for (i : 0 .. CLIENTS - 1) {                /* the clients that are in the same sums as client i */
        n = 0;
        for (j : 0 .. CLIENTS - 1) {
            if :: (summed[WEIGHTS] & WITH(i)) == (summed[WEIGHTS] & WITH(j)) -> n++ :: else fi
        }
        CLAIM(10, no_small_combination, (summed[WEIGHTS] & WITH(i)) == 0 || n >= N_MIN)
    }
#ifdef RESTORED
    if :: (signed_votes >> s) & 1 -> needed = vote_record :: else fi
#endif
}

/* The round's life. Without -DWHILE_OFF a machine counts all of it, or its clock is right when it starts again. */
#define TICK \
:: live && age < LIFE -> d_step { printf("time passes\n"); age++; \
    for (i : 0 .. HOLDERS - 1) { if :: counted[i] < LIFE -> counted[i]++ :: else fi }; skip }
#define TICK_WHILE_OFF(h) \
:: live && age < LIFE -> d_step { \
    printf("time passes, holder %d is off and starts with its clock at its mark\n", h); age++; \
    for (i : 0 .. HOLDERS - 1) { if :: counted[i] < LIFE && i != h -> counted[i]++ :: else fi }; skip }
#define DIE(h) \
:: live && !OVER(h) && !SILENT(h) && counted[h] >= LIFE -> d_step { \
    printf("holder %d: expired, dead\n", h); died[h] = true; length[h]++ }

/* A machine starts with its clock set back to its entry: behind the mark. Without marks the life begins anew. */
#ifdef WITHOUT_MARK
#define SET_BACK(h) \
:: live && !OVER(h) && !SILENT(h) && counted[h] > 0 -> d_step { \
    printf("holder %d starts, its clock set back\n", h); counted[h] = 0 }
#else
#define SET_BACK(h) \
:: live && !OVER(h) && !SILENT(h) && counted[h] > 0 -> d_step { \
    printf("holder %d starts, its clock set back: dead\n", h); died[h] = true; length[h]++ }
#endif

/* No step is to come: states that differ in what only a step would ask are one. */
inline forget() {
    for (i : 0 .. CLIENTS - 1) { used[i] = 0 }
    for (i : 0 .. 4 * HOLDERS - 1) { misfit[i] = 0 }
    for (i : 0 .. 8 * HOLDERS - 1) { spent[i] = 0 }
    for (i : 0 .. 3) { summed[i] = 0 }
    for (i : 0 .. 7) { contents[i] = 0 }
}

/* The step is over: all released, it is proven dead, or a quorum abandons what is neither. */
#define END :: live && ALL_OVER -> d_step { over(); skip }

inline over() {
    if
    :: DEAD ->
        printf("step %d is proven dead\n", step);
        for (i : 0 .. CLIENTS - 1) {
            if
            :: stated[i] && for_step[i] == step -> used[i] = used[i] & ~(1 << CONTENT(for_head[i], for_kind[i]))
            :: else
            fi
        }
    :: else ->
        for (j : 0 .. HOLDERS - 1) {
            for (i : 0 .. SETS - 1) {
                if
                :: (voted[j] >> i) & 1 ->
                    misfit[j * 4 + base] = misfit[j * 4 + base] | MISFITS(i);
                    spent[j * 8 + CONTENT(base, kind)] = spent[j * 8 + CONTENT(base, kind)] | i
                :: else
                fi
            }
        }
        if
        :: released[0] != 0 && released[0] == released[1] && kind == 0 && !SPOIL -> results = results | (1 << step)
        :: else
        fi;
        if
        :: died[0] || died[1] ->
            printf("step %d is abandoned\n", step);
            for (i : 0 .. HOLDERS - 1) { if :: !SILENT(i) -> length[i]++ :: else fi }
        :: else
        fi;
        printf("step %d is over\n", step)
    fi;
    for (i : 0 .. HOLDERS - 1) { voted[i] = 0; released[i] = 0; died[i] = false; counted[i] = 0 }
#ifndef WITHOUT_OPENING
    for (i : 0 .. CLIENTS - 1) { stated[i] = false; for_step[i] = 0; for_kind[i] = 0; for_head[i] = 0 }
#endif
#ifdef RESTORED
    image = 0; image_voted = 0; signed_votes = 0; signed_releases = 0; vote_record = 0;
#endif
    live = false; kind = 0; base = 0; age = 0; opened = 0;
    step++;
    if :: step == STEPS -> forget() :: else fi
}

/* Client c takes the model m for the outcome of step q. */
#define ADOPT(c, q, m) \
:: q < step && ((results >> q) & 1) && model[c] < m && SUM(m == q + 1) -> d_step { \
    CLAIM(6, models_follow_sums, m == q + 1); printf("client %d takes model %d\n", c, m); model[c] = m }

#ifdef RESTORED
/* An image of holder 2's machine is taken, and started: it asks its peers what they were shown of it. */
#if QUORUM == 3
#define CONFIRMED (witness[0] <= image && witness[1] <= image)
#else
#define CONFIRMED (witness[0] <= image || witness[1] <= image)
#endif
#define IMAGE \
:: live && image == 0 && !OVER(2) && !restored -> d_step { \
    printf("an image of holder 2 is taken\n"); image = length[2]; image_voted = voted[2] }
#define RESTORE \
:: live && image != 0 && !restored -> d_step { printf("holder 2 is started from the image\n"); restored = true; \
    if \
    :: FRESHNESS(CONFIRMED) -> \
        CLAIM(9, who_is_behind_is_silent, needed <= image); \
        length[2] = image; voted[2] = image_voted; released[2] = 0; died[2] = false \
    :: else -> printf("holder 2 is behind\n"); behind = true \
    fi; skip }
#endif

/* N_MIN clients sign the final model m, the holders record it; then no transcript that verifies may leave a sum out. */
#define HAS(c, m) + (model[c] == m)
#define HAVE(m) (0 EACH_CLIENT(HAS, m))
#define END_OF_SESSION(m) \
:: !live && PRESENT && !closed && HAVE(m) >= N_MIN -> d_step { \
    printf("closed on model %d\n", m); closed = true; final = m; audit(); skip }

inline audit() {
    for (j : 0 .. (1 << STEPS) - 1) {           /* the steps that the server shows */
        valid = true; at[0] = 0; at[1] = 0;
        for (i : 0 .. STEPS - 1) {
            if
            :: i < step && ((j >> i) & 1) ->
                valid = valid && CHAIN(listed[i] == at[0] && listed[STEPS + i] == at[1]);
                at[0] = (i + 1 < step -> listed[i + 1] : length[0]);
                at[1] = (i + 1 < step -> listed[STEPS + i + 1] : length[1])
            :: else
            fi
        }
        valid = valid && CHAIN(at[0] == length[0] && at[1] == length[1]);
        CLAIM(4, a_closed_transcript_is_complete, !valid || (opened_steps & ~j) == 0)
    }
}

/* Client c ends with the model m. */
#define DELIVER(c, m) \
:: model[c] == m && CLOSE(closed && final == m) -> d_step { \
    CLAIM(8, one_final_model, delivered == 0 || delivered == m + 1); \
    printf("client %d ends with model %d\n", c, m); delivered = m + 1 }

#define OF_CLIENT(c, _) STATE(c, 0) STATE(c, 1) ADOPT(c, 0, 1) ADOPT(c, 1, 2) ADOPT(c, 2, 3) \
    DELIVER(c, 0) DELIVER(c, 1) DELIVER(c, 2) DELIVER(c, 3)
#define OF_HOLDER(h) EACH_SET(VOTE, h) EACH_SET(RELEASE, h) DIE(h) SET_BACK(h)

init {
end:
    do
    OPEN(0, 0) OPEN(1, 0) OPEN(0, 1) OPEN(1, 1) OPEN(0, 2) OPEN(1, 2)
    EACH_CLIENT(OF_CLIENT, _)
    OF_HOLDER(0) OF_HOLDER(1)
    END
#if CLIENTS < 5
    TICK
    END_OF_SESSION(0) END_OF_SESSION(1) END_OF_SESSION(2) END_OF_SESSION(3)
#endif
#ifdef RESTORED
    OF_HOLDER(2) IMAGE RESTORE
#endif
#ifdef WITHOUT_SUM
    OPEN(0, FORGED) OPEN(1, FORGED) ADOPT(0, 0, FORGED) ADOPT(1, 0, FORGED) ADOPT(2, 0, FORGED)
#endif
#ifdef WHILE_OFF
    TICK_WHILE_OFF(0)
#endif
#if GOAL == 1       /* three sums make three models, and the session ends on the last */
    :: opened_steps == 7 && delivered == 4 -> assert(goal)
#elif GOAL == 2     /* after a step that is proven dead everybody may contribute the same again */
    :: opened == 7 && step == 1 && opened_steps == 2 && CONTENT(base, kind) == 0 && used[0] == 1 -> assert(goal)
#elif GOAL == 3     /* after a spoiled training step some step makes a model */
    :: results != 0 && (opened_steps & 1) -> assert(goal)
#elif GOAL == 4     /* after an evaluation of all a training on the same model without client 2 */
    :: step == 1 && (opened_steps & 1) && (summed[0] >> 7) & 1 && base == 0 && kind == 0 && opened == 3 -> assert(goal)
#endif
    od
}
