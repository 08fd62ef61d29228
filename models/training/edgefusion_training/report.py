"""models/REPORT.md: its tables and pictures, written from the result files of a plan.

The report's text is written by hand. What stands between `<!-- table NAME -->` and `<!-- end -->` is replaced, where
NAME is an experiment, `pooled EXPERIMENT`, `robustness EXPERIMENT` or `shipped`.
"""

import json
import os
import re
import statistics

from .comparison import read_results
from .errors import TrainingError
from .plot import line_chart

BLOCK = re.compile(r"(<!-- table (?P<name>[^>]*?) -->\n).*?(<!-- end -->)", re.DOTALL)
ALONE = " alone"


def write_report(plan, results, path, models):
    """Replaces the tables in the report at `path`; `models` is the folder of the shipped models' folders."""
    try:
        with open(path, encoding="utf-8") as stream:
            text = stream.read()
    except OSError as error:
        raise TrainingError(f"cannot read '{path}': {error}; it holds the text between the tables") from error
    experiments = {item["name"]: item for item in plan["experiments"]}

    def block(found):
        name = found["name"]
        if name == "shipped":
            lines = shipped_table(models)
        elif name.startswith("pooled ") and name[7:] in experiments:
            lines = pooled_table(_results(plan, results, experiments[name[7:]]))
        elif name.startswith("robustness ") and name[11:] in experiments:
            lines = robustness_table(_results(plan, results, experiments[name[11:]]))
            write_pictures(results, name[11:], _results(plan, results, experiments[name[11:]]))
        elif name in experiments:
            lines = comparison_table(_results(plan, results, experiments[name]))
        else:
            raise TrainingError(f"'{path}' asks for table '{name}': there is no such experiment, expected "
                                f"{', '.join(experiments)}, pooled or robustness EXPERIMENT, or shipped")
        return found[1] + "\n" + "\n".join(lines) + "\n\n" + found[3]

    text = BLOCK.sub(block, text)
    with open(path, "w", encoding="utf-8", newline="\n") as stream:
        stream.write(text)


def _results(plan, folder, experiment):
    """Variant -> what was measured, in the plan's order; a variant with `from` is another experiment's."""
    own, rows = read_results(folder, experiment), {}
    for name, variant in experiment["variants"].items():
        if "from" in variant:
            other, key = variant["from"]
            rows[name] = read_results(folder, next(e for e in plan["experiments"] if e["name"] == other)).get(key, {})
        else:
            rows[name] = own.get(name, {})
    return rows


def seeds_of(row):
    """The measurements of a variant, one per seed."""
    return [value for key, value in sorted(row.items()) if key != "cost"]


def spread(values, form=".3f"):
    """"mean ± deviation", with one value the value, without any "-"."""
    known = [value for value in values if value is not None]
    deviation = f" ± {statistics.stdev(known):.3f}" if len(known) > 1 else ""
    return f"{statistics.fmean(known):{form}}{deviation}" if known else "-"


def mean_of(values):
    """The mean, without any value "-"."""
    known = [value for value in values if value is not None]
    return f"{statistics.fmean(known):.3f}" if known else "-"


def comparison_table(rows):
    """One line per variant: accuracy per head with all sensors, with the worst one missing, honesty and cost."""
    done = {name: row for name, row in rows.items() if seeds_of(row)}
    if not done:
        return ["Not measured yet."]
    heads = list(seeds_of(next(iter(done.values())))[0]["accuracy"]["all"])
    titles = ["variant", "seeds"] + heads + [f"{head}, worst sensor lost" for head in heads]
    lines = _head(titles + ["ECE", "parameters", "MMAC", "CPU ms"])
    for name, row in done.items():
        found = seeds_of(row)
        cells = [name, str(len(found))] + [spread([item["accuracy"]["all"][head] for item in found]) for head in heads]
        cells += [mean_of([worst_without(item, head) for item in found]) for head in heads]
        cells.append(mean_of([value for item in found for value in item["ece"].values()]))
        lines.append(_line(cells + _cost(row.get("cost"))))
    return lines + _derived(done, heads) + _differences(done, heads)


def _derived(done, heads):
    """Two baselines that need no training of their own."""
    lines, first = [], next(iter(done))
    found = seeds_of(done[first])
    blank = [""] * (len(heads) + 4)
    cells = [spread([item["averaged_scores"][head] for item in found]) for head in heads]
    lines.append(_line([f"{first}: plain mean of the sensors' own answers", str(len(found))] + cells + blank))
    alone = {name: seeds_of(row) for name, row in done.items() if name.endswith(ALONE)}
    if alone:
        cells = []
        for head in heads:
            means = {name: statistics.fmean(item["accuracy"]["all"][head] for item in items)
                     for name, items in alone.items()}
            best = max(means, key=means.get)
            cells.append(f"{means[best]:.3f} ({best[:-len(ALONE)]})")
        lines.append(_line(["best single sensor", ""] + cells + blank))
    return lines


def _differences(done, heads):
    """Each variant minus the first, seed by seed: the folds' difficulty, in which seeds differ most, falls out."""
    first, lines = next(iter(done)), []
    for name, row in done.items():
        both = [seed for seed in row if seed != "cost" and seed in done[first]]
        if name == first or name.endswith(ALONE) or not both:
            continue
        lines.append(_line([name] + [
            spread([row[seed]["accuracy"]["all"][head] - done[first][seed]["accuracy"]["all"][head]
                    for seed in both], "+.3f") for head in heads]))
    return ["", *_head([f"minus {first}, same seeds and folds"] + heads), *lines] if lines else []


def worst_without(item, head):
    """Accuracy without the sensor whose loss costs most; None where there is only one sensor."""
    values = [scores[head] for name, scores in item["accuracy"].items() if name.startswith("without ")]
    return min((value for value in values if value is not None), default=None)


def _cost(cost):
    return ["-", "-", "-"] if cost is None else [f"{cost['parameters']:,}", f"{cost['macs'] / 1e6:.2f}",
                                                 f"{cost['cpu_ms']:.2f}"]


def pooled_table(rows):
    """Accuracy of one answer per group, and where it was measured per trial, from the mean log-probabilities of all its
    windows."""
    done = {name: seeds_of(row) for name, row in rows.items() if seeds_of(row)}
    if not done:
        return ["Not measured yet."]
    heads = list(next(iter(done.values()))[0]["object_accuracy"])
    trials = any("trial_accuracy" in item for items in done.values() for item in items)
    titles = ["variant", "seeds"] + heads + ([f"{head}, per trial" for head in heads] if trials else [])
    lines = _head(titles)
    for name, items in done.items():
        cells = [name, str(len(items))] + [spread([item["object_accuracy"][head] for item in items]) for head in heads]
        if trials:
            cells += [spread([item.get("trial_accuracy", {}).get(head) for item in items]) for head in heads]
        lines.append(_line(cells))
    return lines


def robustness_table(rows):
    """Area under accuracy against corruption 0..1, per corrupted sensor and of all at once."""
    done = {name: [item["robustness"] for item in seeds_of(row) if "robustness" in item] for name, row in rows.items()}
    done = {name: items for name, items in done.items() if items}
    if not done:
        return ["Not measured yet."]
    first = next(iter(done.values()))[0]["area"]
    heads = list(first["all"])
    lines = _head(["corrupted sensor", "variant"] + heads)
    for target in first:
        for name, items in done.items():
            lines.append(_line([target, name] + [spread([item["area"][target][head] for item in items])
                                                 for head in heads]))
    return lines


def write_pictures(folder, experiment, rows):
    """One picture per head: all sensors corrupted, every variant; and one per head of the first variant's sensors."""
    done = {name: [item["robustness"] for item in seeds_of(row) if "robustness" in item] for name, row in rows.items()}
    done = {name: items for name, items in done.items() if items}
    if not done:
        return
    first, items = next(iter(done.items()))
    for head in items[0]["area"]["all"]:
        together = {name: mean_curve(curves, "all", head) for name, curves in done.items()}
        line_chart(os.path.join(folder, f"{experiment}-{head}-all.png"), together, "corruption of all sensors", head,
                   0.0, 1.0)
        each = {target: mean_curve(items, target, head) for target in items[0]["area"]}
        line_chart(os.path.join(folder, f"{experiment}-{head}-each.png"), each, "corruption", f"{head}, {first}",
                   0.0, 1.0)


def mean_curve(items, target, head):
    """[(level, mean accuracy over the seeds)]"""
    columns = zip(*[item["curves"][target][head] for item in items])
    return [(level, statistics.fmean(values)) for level, values in zip(items[0]["levels"], columns)]


def shipped_table(models):
    """The shipped models' own numbers, read from their manifests."""
    lines = _head(["model", "version", "kind", "head", "single window", "worst sensor lost", "best single sensor",
                   "windows of a group together", "windows of a trial together", "ROC AUC", "ECE", "parameters",
                   "MMAC"])
    for name in sorted(os.listdir(models)):
        path = os.path.join(models, name, "manifest.json")
        if not os.path.exists(path):
            continue
        with open(path, encoding="utf-8") as stream:
            manifest = json.load(stream)
        provenance = manifest["provenance"]
        metrics, options = provenance["metrics"], provenance["config"]["model"]
        kind = "experts" if options.get("experts") else options["fusion"]
        for head in metrics["accuracy"]["all"]:
            alone = [scores[head] for mask, scores in metrics["accuracy"].items() if mask.startswith("only ")]
            values = [metrics["accuracy"]["all"][head], worst_without(metrics, head), max(alone),
                      metrics["object_accuracy"][head]]
            values += [metrics.get(key, {}).get(head) for key in ("trial_accuracy", "auc", "ece")]
            lines.append(_line([name, manifest["version"], kind, head] + ["-" if v is None else f"{v:.3f}"
                                                                          for v in values]
                               + [f"{provenance['parameters']:,}", f"{provenance['macs'] / 1e6:.2f}"]))
    return lines


def _head(titles):
    return [_line(titles), "|" + "---|" * len(titles)]


def _line(cells):
    return "| " + " | ".join(cells) + " |"
