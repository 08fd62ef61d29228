using EdgeFusion.Models;

namespace EdgeFusion.Worker.Evaluation;

/// <summary>One line of an evaluation.</summary>
/// <param name="Mask">Name of the subset of sensors.</param>
/// <param name="Head">Name of the head.</param>
/// <param name="Scope">"window" or "pooled".</param>
/// <param name="By">Head of the other label that these windows share; null for all windows.</param>
/// <param name="Value">That label.</param>
/// <param name="Tally">The counts.</param>
internal sealed record EvaluationRow(
    string Mask, string Head, string Scope, string? By, string? Value, ClassificationTally Tally)
{
    /// <summary>The lines of an evaluation that have answers: over all windows, then over parts of them.</summary>
    public static List<EvaluationRow> Of(ModelManifest manifest, IEnumerable<MaskEvaluation> masks)
    {
        var rows = new List<EvaluationRow>();
        var parts = new List<EvaluationRow>();
        foreach (MaskEvaluation mask in masks)
        {
            for (int i = 0; i < manifest.Heads.Length; i++)
            {
                string head = manifest.Heads[i].Name;
                rows.Add(new EvaluationRow(mask.Mask.Name, head, "window", null, null, mask.Windows[i]));
                rows.Add(new EvaluationRow(mask.Mask.Name, head, "pooled", null, null, mask.Pools[i].Tally()));
            }

            foreach (((int head, string by, string label), ClassificationTally tally) in mask.Parts)
            {
                parts.Add(new EvaluationRow(
                    mask.Mask.Name, manifest.Heads[head].Name, "window", by, label, tally));
            }
        }

        rows.AddRange(parts);
        rows.RemoveAll(row => row.Tally.Count == 0);
        return rows;
    }
}
