namespace SecureFL.Consortium.Plans.Descriptions;

/// <summary>Which of day and month stands first in dates such as 03/04/2020.</summary>
public enum DayMonthOrder
{
    /// <summary>3 April.</summary>
    DayFirst,

    /// <summary>4 March.</summary>
    MonthFirst,
}
