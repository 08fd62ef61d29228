using System.Globalization;
using System.Text.Json;

namespace EdgeFusion.Worker.Bench;

/// <summary>The figures of one bench in the order in which they are printed: as a table or as one JSON
/// object.</summary>
internal sealed class BenchFigures
{
    private readonly List<Figure> _figures = [];

    /// <summary>Adds a number.</summary>
    /// <param name="key">Name in JSON, unit last.</param>
    /// <param name="label">Name in the table.</param>
    /// <param name="value">The number.</param>
    /// <param name="digits">Digits after the point.</param>
    /// <param name="unit">Unit in the table; may be empty.</param>
    public void Add(string key, string label, double value, int digits = 0, string unit = "") =>
        _figures.Add(new Figure(key, label, Math.Round(value, digits), digits, unit, null));

    /// <summary>Adds a text.</summary>
    public void Add(string key, string label, string text) => _figures.Add(new Figure(key, label, 0, 0, "", text));

    /// <summary>Adds what the numbers were measured on; without it no number can be compared.</summary>
    public void AddMachine()
    {
        Add("machine", "measured on", BenchMachine.Describe());
    }

    /// <summary>Prints all figures.</summary>
    public void Print(bool json)
    {
        if (json)
        {
            PrintJson();
            return;
        }

        int width = 0;
        foreach (Figure figure in _figures)
        {
            width = Math.Max(width, figure.Label.Length);
        }

        foreach (Figure figure in _figures)
        {
            string number = figure.Value.ToString("F" + figure.Digits, CultureInfo.InvariantCulture);
            Console.WriteLine($"{figure.Label.PadRight(width)}  {figure.Text ?? number} {figure.Unit}".TrimEnd());
        }
    }

    private void PrintJson()
    {
        using (var writer = new Utf8JsonWriter(Console.OpenStandardOutput()))
        {
            writer.WriteStartObject();
            foreach (Figure figure in _figures)
            {
                if (figure.Text is not null)
                {
                    writer.WriteString(figure.Key, figure.Text);
                }
                else if (double.IsFinite(figure.Value))
                {
                    writer.WriteNumber(figure.Key, figure.Value);
                }
                else
                {
                    writer.WriteNull(figure.Key);
                }
            }

            writer.WriteEndObject();
        }

        Console.WriteLine();
    }

    private sealed record Figure(string Key, string Label, double Value, int Digits, string Unit, string? Text);
}
