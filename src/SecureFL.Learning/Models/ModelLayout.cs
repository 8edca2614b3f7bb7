using System.Collections.Immutable;
using SecureFL.Messages.Text;

namespace SecureFL.Learning.Models;

/// <summary>One named tensor of a model: its shape, and where it lies in the flat vector.</summary>
/// <param name="Name">The tensor's name, as PyTorch would call it.</param>
/// <param name="Shape">The length of every axis.</param>
/// <param name="Offset">Position of its first element in the flat vector.</param>
public sealed record TensorSlot(string Name, ImmutableArray<int> Shape, int Offset)
{
    /// <summary>Number of elements.</summary>
    public int Length { get; } = checked(Shape.Aggregate(1, (product, axis) => product * axis));
}

/// <summary>How named tensors lie one after another in a model's flat vector. Immutable.</summary>
public sealed class ModelLayout
{
    private readonly Dictionary<string, TensorSlot> _byName;

    /// <summary>The tensors in the given order.</summary>
    /// <exception cref="ArgumentException">None, two of one name, or a negative axis.</exception>
    public ModelLayout(IEnumerable<(string Name, ImmutableArray<int> Shape)> tensors)
    {
        ArgumentNullException.ThrowIfNull(tensors);
        ImmutableArray<TensorSlot>.Builder slots = ImmutableArray.CreateBuilder<TensorSlot>();
        int offset = 0;
        foreach ((string name, ImmutableArray<int> shape) in tensors)
        {
            PrintableText.RequireName(name, "the tensor's name");
            if (shape.Any(axis => axis < 0))
            {
                throw new ArgumentException($"tensor {name} has a negative axis", nameof(tensors));
            }

            TensorSlot slot = new(name, shape, offset);
            slots.Add(slot);
            offset = checked(offset + slot.Length);
        }

        Tensors = slots.ToImmutable();
        Length = offset;
        if (offset == 0)
        {
            throw new ArgumentException("a model needs at least one parameter", nameof(tensors));
        }

        _byName = new Dictionary<string, TensorSlot>(StringComparer.Ordinal);
        foreach (TensorSlot slot in Tensors)
        {
            if (!_byName.TryAdd(slot.Name, slot))
            {
                throw new ArgumentException($"two tensors are called {slot.Name}");
            }
        }
    }

    /// <summary>The tensors in the order of the flat vector.</summary>
    public ImmutableArray<TensorSlot> Tensors { get; }

    /// <summary>Elements of the flat vector.</summary>
    public int Length { get; }

    /// <summary>The tensor called <paramref name="name"/>.</summary>
    /// <exception cref="ArgumentException">There is none.</exception>
    public TensorSlot Find(string name) =>
        _byName.TryGetValue(name, out TensorSlot? slot) ? slot
        : throw new ArgumentException($"the model has no tensor {name}", nameof(name));

    /// <summary>Whether both name the same tensors of the same shapes in the same order.</summary>
    public bool Matches(ModelLayout other)
    {
        ArgumentNullException.ThrowIfNull(other);
        return Tensors.Length == other.Tensors.Length
            && Tensors.Zip(other.Tensors).All(
                pair => pair.First.Name == pair.Second.Name && pair.First.Shape.SequenceEqual(pair.Second.Shape));
    }
}
