using System.Globalization;
using System.Text.Json;
using EdgeFusion.Models;
using Spectre.Console;

namespace EdgeFusion.Worker.Evaluation;

/// <summary>Prints an evaluation: JSON for programs, a table for people.</summary>
internal static class EvaluationReport
{
    private static readonly string[] Columns = ["sensors", "head", "scope", "accuracy", "macro-F1", "ECE", "n"];

    /// <summary>Writes one JSON object: model, results, breakdown and, where there are such heads,
    /// regression.</summary>
    public static void WriteJson(Stream output, ModelManifest manifest, Evaluator evaluator)
    {
        List<EvaluationRow> rows = EvaluationRow.Of(manifest, evaluator.Masks);
        using var json = new Utf8JsonWriter(output, new JsonWriterOptions { Indented = true });
        json.WriteStartObject();
        json.WriteString("model", manifest.Name);
        json.WriteString("version", manifest.Version);
        json.WriteNumber("labelled_windows", evaluator.Labelled);
        WriteRows(json, "results", rows.FindAll(row => row.By is null));
        WriteRows(json, "breakdown", rows.FindAll(row => row.By is not null));
        WriteRegression(json, manifest, evaluator);
        json.WriteStartObject("unanswered");
        foreach (MaskEvaluation mask in evaluator.Masks)
        {
            json.WriteNumber(mask.Mask.Name, mask.Unanswered);
        }

        json.WriteEndObject();
        if (evaluator.Masks.Any(mask => mask.Compared > 0))
        {
            json.WriteStartObject("equal_decisions");
            foreach (MaskEvaluation mask in evaluator.Masks.Where(mask => mask.Compared > 0))
            {
                json.WriteNumber(mask.Mask.Name, Rounded((double)mask.Equal / mask.Compared));
            }

            json.WriteEndObject();
        }

        json.WriteEndObject();
    }

    /// <summary>
    /// Prints tables: with borders on a terminal, plain columns elsewhere. Parts only of the first subset of sensors;
    /// all of them are in the JSON.
    /// </summary>
    public static void Print(ModelManifest manifest, Evaluator evaluator)
    {
        List<EvaluationRow> rows = EvaluationRow.Of(manifest, evaluator.Masks);
        Table(Columns, rows.FindAll(row => row.By is null).ConvertAll(Cells));
        string first = evaluator.Masks[0].Mask.Name;
        List<EvaluationRow> parts = rows.FindAll(row => row.By is not null && row.Mask == first);
        if (parts.Count > 0)
        {
            Console.WriteLine();
            Table(["sensors", "head", "windows with", .. Columns[3..]], parts.ConvertAll(Cells));
        }

        List<string[]> values = RegressionCells(manifest, evaluator);
        if (values.Count > 0)
        {
            Console.WriteLine();
            Table(["sensors", "head", "value", "mean abs. error", "RMSE", "unit", "n"], values);
        }

        foreach (MaskEvaluation mask in evaluator.Masks)
        {
            if (mask.Compared > 0)
            {
                Console.WriteLine(string.Create(
                    CultureInfo.InvariantCulture,
                    $"{mask.Mask.Name}: decides as the whole fp32 model on {mask.Equal} of {mask.Compared} windows"));
            }

            if (mask.Unanswered > 0)
            {
                Console.WriteLine(string.Create(
                    CultureInfo.InvariantCulture,
                    $"{mask.Mask.Name}: {mask.Unanswered} labelled windows had none of these sensors or no answer"));
            }
        }
    }

    private static void WriteRows(Utf8JsonWriter json, string name, List<EvaluationRow> rows)
    {
        json.WriteStartArray(name);
        foreach (EvaluationRow row in rows)
        {
            json.WriteStartObject();
            json.WriteString("mask", row.Mask);
            json.WriteString("head", row.Head);
            json.WriteString("scope", row.Scope);
            if (row.By is not null)
            {
                json.WriteString("by", row.By);
                json.WriteString("value", row.Value);
            }

            json.WriteNumber("accuracy", Rounded(row.Tally.Accuracy));
            json.WriteNumber("macro_f1", Rounded(row.Tally.MacroF1));
            json.WriteNumber("ece", Rounded(row.Tally.CalibrationError));
            json.WriteNumber("n", row.Tally.Count);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void WriteRegression(Utf8JsonWriter json, ModelManifest manifest, Evaluator evaluator)
    {
        if (!manifest.Heads.Any(head => head.Kind == HeadKind.Regression))
        {
            return;
        }

        json.WriteStartArray("regression");
        foreach ((MaskEvaluation mask, ModelHead head, int value, RegressionTally tally) in Values(manifest, evaluator))
        {
            json.WriteStartObject();
            json.WriteString("mask", mask.Mask.Name);
            json.WriteString("head", head.Name);
            json.WriteString("element", head.Labels[value]);
            json.WriteNumber("mae", Rounded(tally.MeanAbsolute));
            json.WriteNumber("rmse", Rounded(tally.RootMeanSquare));
            json.WriteNumber("n", tally.Count);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static IEnumerable<(MaskEvaluation Mask, ModelHead Head, int Value, RegressionTally Tally)> Values(
        ModelManifest manifest, Evaluator evaluator) =>
        from mask in evaluator.Masks
        from head in manifest.Heads.Index()
        where head.Item.Kind == HeadKind.Regression
        from value in mask.Values[head.Index].Index()
        where value.Item.Count > 0
        select (mask, head.Item, value.Index, value.Item);

    private static List<string[]> RegressionCells(ModelManifest manifest, Evaluator evaluator) =>
        [.. Values(manifest, evaluator).Select(row => new[]
        {
            row.Mask.Mask.Name, row.Head.Name, row.Head.Labels[row.Value], Number(row.Tally.MeanAbsolute),
            Number(row.Tally.RootMeanSquare), row.Head.Units.IsEmpty ? "" : row.Head.Units[row.Value],
            row.Tally.Count.ToString(CultureInfo.InvariantCulture),
        })];

    private static string[] Cells(EvaluationRow row) =>
    [
        row.Mask, row.Head, row.By is null ? row.Scope : $"{row.By}={row.Value}", Number(row.Tally.Accuracy),
        Number(row.Tally.MacroF1), Number(row.Tally.CalibrationError),
        row.Tally.Count.ToString(CultureInfo.InvariantCulture),
    ];

    private static void Table(string[] columns, List<string[]> rows)
    {
        if (!Console.IsOutputRedirected)
        {
            var table = new Table();
            table.AddColumns(Array.ConvertAll(columns, Markup.Escape));
            rows.ForEach(row => table.AddRow(Array.ConvertAll(row, Markup.Escape)));
            AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Out) }).Write(table);
            return;
        }

        int[] widths = Array.ConvertAll(columns, column => column.Length);
        rows.ForEach(row => widths = [.. widths.Zip(row, (width, cell) => Math.Max(width, cell.Length))]);
        foreach (string[] row in rows.Prepend(columns))
        {
            Console.WriteLine(string.Join("  ", row.Zip(widths, (cell, width) => cell.PadRight(width))).TrimEnd());
        }
    }

    // Six digits say all that a share of some thousand windows can, and survive a comparison of files.
    private static double Rounded(double value) => Math.Round(value, 6);

    private static string Number(double value) => value.ToString("F3", CultureInfo.InvariantCulture);
}
