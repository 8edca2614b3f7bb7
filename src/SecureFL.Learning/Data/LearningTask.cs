namespace SecureFL.Learning.Data;

/// <summary>What a label column asks for.</summary>
public enum LearningTask
{
    /// <summary>Two classes, 0 and 1.</summary>
    Binary,

    /// <summary>Classes 0 .. C-1.</summary>
    MultiClass,

    /// <summary>A real number.</summary>
    Regression,
}
