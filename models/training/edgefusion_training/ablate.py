"""Ablation: a grid over any members of the configuration and several seeds; a table with mean and spread."""

import itertools
import json
import os
import statistics
import time

from . import jsonfile
from .build import build_model
from .config import fill_config, set_member
from .errors import TrainingError
from .latency import latency_ms
from .metrics import mean_result
from .run import run_crossvalidate, run_train

RESULT, TABLE, SUMMARY = "result.json", "ablation.md", "ablation.json"


def parse_variation(text):
    """"model.fusion=late,joint" -> ("model.fusion", ["late", "joint"]); a JSON array gives values with commas."""
    path, separator, values = text.partition("=")
    if not separator or not values:
        raise TrainingError(f"'{text}' is not of the form member=value,value (for example model.fusion=late,joint)")
    try:
        parsed = json.loads(values)
    except ValueError:
        parsed = None
    if not isinstance(parsed, list):
        parsed = [_value(item) for item in values.split(",")]
    return path, parsed


def _value(text):
    try:
        return json.loads(text)
    except ValueError:
        return text


def run_ablation(spec, config, windows, folder, variations, seeds, crossvalidate=False, log=print):
    """Trains every cell of the grid with every seed; returns the summary that is also written to `folder`.

    `config` is the configuration as read from its file. Finished cells are read from `folder`: an interrupted grid
    goes on where it was. A cell whose options do not fit together is listed with the reason.
    """
    cells = [dict(zip([path for path, _ in variations], values))
             for values in itertools.product(*[values for _, values in variations])]
    begin, done, rows = time.monotonic(), 0, []
    for cell in cells:
        row = {"options": cell}
        try:
            filled = fill_config(_changed(config, cell), "ablation")
            model = build_model(spec, filled["model"]).eval()
        except TrainingError as error:
            rows.append({**row, "skipped": str(error)})
            log(f"{_name(cell)}: left out, {error}")
            continue
        results = []
        for seed in seeds:
            place = os.path.join(folder, _name(cell), f"seed-{seed}")
            results.append(_run(spec, {**filled, "seed": seed}, windows, place, crossvalidate, log))
            done += 1
            left = (time.monotonic() - begin) / done * (len(cells) * len(seeds) - done)
            log(f"{_name(cell)} seed {seed}: {results[-1]['accuracy']['all']} ({done}/{len(cells) * len(seeds)}, "
                f"ETA {int(left) // 60}m{int(left) % 60:02d}s)")
        rows.append({**row, **_summary(results), "parameters": model.parameters_count(), "macs": model.macs(),
                     "cpu_ms": round(latency_ms(model), 3)})
    summary = {"seeds": list(seeds), "kind": "cross-validation" if crossvalidate else "one split", "rows": rows}
    jsonfile.write(os.path.join(folder, SUMMARY), summary)
    with open(os.path.join(folder, TABLE), "w", encoding="utf-8", newline="\n") as stream:
        stream.write(ablation_table(summary, [head.name for head in spec.heads]) + "\n")
    return summary


def _changed(config, cell):
    for path, value in cell.items():
        config = set_member(config, path, value)
    return config


def _name(cell):
    text = ",".join(f"{path.split('.')[-1]}={json.dumps(value)}" for path, value in cell.items()) or "base"
    return "".join(letter if letter.isalnum() or letter in "=,.-_" else "" for letter in text)


def _run(spec, config, windows, place, crossvalidate, log):
    path = os.path.join(place, RESULT)
    try:
        with open(path, encoding="utf-8") as stream:
            saved = json.load(stream)
        if saved.get("config") == json.loads(json.dumps(config)) and saved.get("windows") == windows.sha256:
            return saved["result"]
    except (OSError, ValueError):
        pass  # not run yet, or cut off while it was written: run it (again)
    if crossvalidate:
        result = run_crossvalidate(spec, config, windows, place, log)["metrics"]
    else:
        _, result = run_train(spec, config, windows, place, log)
    jsonfile.write(path, {"config": config, "windows": windows.sha256, "result": result})
    return result


def _summary(results):
    """Mean, and the spread over the seeds of the accuracy with all sensors and of the worst leave-one-out."""
    heads = list(results[0]["accuracy"]["all"])
    def spread(values):
        known = [value for value in values if value is not None]
        if not known:
            return None
        return {"mean": statistics.fmean(known), "std": statistics.stdev(known) if len(known) > 1 else 0.0}

    def worst(result, head):
        values = [scores[head] for name, scores in result["accuracy"].items() if name.startswith("without")]
        return min((value for value in values if value is not None), default=None)

    return {"all": {head: spread([result["accuracy"]["all"][head] for result in results]) for head in heads},
            "worst_without": {head: spread([worst(result, head) for result in results]) for head in heads},
            "object": {head: spread([result["object_accuracy"][head] for result in results]) for head in heads},
            "mean": mean_result(results)}


def ablation_table(summary, heads):
    """Markdown: one row per cell; accuracy with all sensors and, in brackets, with the worst sensor loss."""
    switches = list(dict.fromkeys(path for row in summary["rows"] for path in row["options"]))
    names = [path.split(".")[-1] for path in switches] + heads + ["parameters", "MMAC", "CPU ms"]
    lines = ["| " + " | ".join(names) + " |", "|" + "---|" * len(names)]
    for row in summary["rows"]:
        cells = [str(row["options"].get(path, "")) for path in switches]
        if "skipped" in row:
            reason = row["skipped"].replace("|", "/")
            lines.append("| " + " | ".join(cells + [f"left out: {reason}"] + [""] * (len(heads) + 2)) + " |")
            continue
        cells += [f"{_pm(row['all'][head])} ({_pm(row['worst_without'][head])})" for head in heads]
        cells += [f"{row['parameters']:,}", f"{row['macs'] / 1e6:.2f}", f"{row['cpu_ms']:.2f}"]
        lines.append("| " + " | ".join(cells) + " |")
    note = (f"{summary['kind'].capitalize()}, seeds {', '.join(map(str, summary['seeds']))}: mean +- standard "
            "deviation over the seeds with all sensors (with the sensor missing that costs most).")
    return note + "\n\n" + "\n".join(lines)


def _pm(value):
    return "-" if value is None else f"{value['mean']:.3f} +- {value['std']:.3f}"
