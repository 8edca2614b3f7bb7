namespace SecureFL.Learning.Data.Cells;

/// <summary>
/// What people write for the same few answers, in English, German, French, Spanish and Italian: yes and no, male and
/// female, and which of two classes is the one that is looked for. All words as <see cref="SpellingKey.Of"/> writes
/// them. Thread-safe.
/// </summary>
public static class AnswerWords
{
    /// <summary>Most values of a column that may be two answers and little else.</summary>
    private const int FewValues = 5;

    private const int Yes = 0;
    private const int No = 1;
    private const int Male = 2;
    private const int Female = 3;

    /// <summary>Hombre beside mujer, homme beside femme.</summary>
    private const string Man = "h";

    private static readonly string[][] Families =
    [
        [
            "1", "yes", "y", "true", "t", "ja", "j", "wahr", "oui", "vrai", "si", "s\u00ed", "s\u00ec", "sim",
            "verdadero", "vero", "positive", "pos", "positiv", "positif", "positivo", "positiva",
        ],
        [
            "0", "no", "n", "false", "f", "nein", "falsch", "non", "faux", "nao", "n\u00e3o", "falso", "negative",
            "neg", "negativ", "negatif", "n\u00e9gatif", "negativo", "negativa",
        ],
        [
            "m", "male", "man", "masculine", "mann", "m\u00e4nnlich", "maennlich", "mannlich", "m\u00e4nnl", "maennl",
            "homme", "masculin", "m\u00e2le", "hombre", "masculino", "var\u00f3n", "varon", "uomo", "maschio",
            "maschile",
        ],
        [
            "f", "female", "woman", "feminine", "w", "frau", "weiblich", "weibl", "femme", "f\u00e9minin", "feminin",
            "femelle", "mujer", "femenino", "femenina", "donna", "femmina", "femminile",
        ],
    ];

    /// <summary>Classes that are looked for, beside yes and positive.</summary>
    private static readonly string[] Sought =
    [
        "case", "cases", "ill", "sick", "diseased", "disease", "dead", "died", "death", "deceased", "event",
        "abnormal", "malignant", "relapse", "fall", "krank", "erkrankt", "tot", "gestorben", "verstorben",
        "b\u00f6sartig", "boesartig", "cas", "malade", "mort", "d\u00e9c\u00e9d\u00e9", "decede", "caso", "enfermo",
        "muerto", "fallecido", "malato", "morto", "deceduto",
    ];

    /// <summary>Classes that they are told from, beside no and negative.</summary>
    private static readonly string[] Usual =
    [
        "control", "controls", "healthy", "well", "alive", "living", "survived", "survivor", "normal", "benign",
        "kontrolle", "gesund", "lebend", "lebt", "\u00fcberlebt", "ueberlebt", "gutartig", "contr\u00f4le", "controle",
        "temoin", "t\u00e9moin", "sain", "vivant", "sano", "vivo", "controllo",
    ];

    /// <summary>
    /// Whether the words are a known pair of names for one answer, such as <c>1</c> and <c>yes</c>, or <c>m</c> and
    /// <c>male</c>.
    /// </summary>
    public static bool Same(string one, string other)
    {
        string first = SpellingKey.Of(one);
        string second = SpellingKey.Of(other);
        return first == second || Array.Exists(Families, family => family.Contains(first) && family.Contains(second));
    }

    /// <summary>
    /// Values of two columns that are one answer under two names: of columns with no value in common any such pairs; of
    /// others only where both have both answers and little else, as m/f and m/w.
    /// </summary>
    public static IEnumerable<(string One, string Other)> Conflicts(IReadOnlyCollection<string> one,
        IReadOnlyCollection<string> other)
    {
        ArgumentNullException.ThrowIfNull(one);
        ArgumentNullException.ThrowIfNull(other);
        if (!one.Any(other.Contains))
        {
            return from a in one
                   from b in other
                   where Same(a, b)
                   select (a, b);
        }

        return from pair in new[] { (Yes, No), (Male, Female) }
               let first = Pair(one, pair)
               let second = Pair(other, pair)
               where first is not null && second is not null
               from names in new[] { (first.Value.One, second.Value.One), (first.Value.Other, second.Value.Other) }
               where names.Item1 != names.Item2
               select names;
    }

    /// <summary>Whether, of two classes, the first is the one that is looked for: ja of ja and nein.</summary>
    public static bool IsPositive(string one, string other)
    {
        string first = SpellingKey.Of(one);
        string second = SpellingKey.Of(other);
        bool sought = Families[Yes].Contains(first) || Sought.Contains(first);
        bool usual = Families[No].Contains(second) || Usual.Contains(second);
        // A single letter means nothing beside a word that is not known.
        return (sought && usual) || (sought && first.Length > 1 && !(Families[Yes].Contains(second)
            || Sought.Contains(second))) || (usual && second.Length > 1 && !(Families[No].Contains(first)
            || Usual.Contains(first)));
    }

    /// <summary>
    /// The two values that are these two answers; null where one is not there, or where another value may be an answer
    /// too.
    /// </summary>
    private static (string One, string Other)? Pair(IReadOnlyCollection<string> values, (int One, int Other) answers)
    {
        if (values.Count > FewValues)
        {
            return null;
        }

        (string Text, string Key)[] known =
            [.. values.Select(value => (value, SpellingKey.Of(value))).Where(value => IsAnswer(value.Item2))];
        if (known.Length != 2)
        {
            return null;
        }

        (string one, string other) = (known[0].Key, known[1].Key);
        return Means(one, answers.One, other) && Means(other, answers.Other, one) ? (known[0].Text, known[1].Text)
            : Means(other, answers.One, one) && Means(one, answers.Other, other) ? (known[1].Text, known[0].Text)
            : null;
    }

    private static bool IsAnswer(string key) => key == Man || Array.Exists(Families, family => family.Contains(key));

    /// <summary>Whether a word means the answer, beside another: h and m are hombre and mujer.</summary>
    private static bool Means(string key, int answer, string beside) => (key, beside) switch
    {
        (Man, "m" or "f") => answer == Male,
        ("m", Man) => answer == Female,
        _ => Families[answer].Contains(key),
    };
}
