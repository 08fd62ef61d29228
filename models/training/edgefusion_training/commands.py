"""What the verbs of the command line do."""

import json
import os

from . import checkpoint, jsonfile
from .ablate import ablation_table, parse_variation, run_ablation
from .comparison import Comparison, load_plan
from .config import fill_config, load_config, set_member
from .data import group_folds, make_features, split_by_group
from .derive import derive_labels
from .distill import Teacher
from .distributed import Processes
from .errors import TrainingError
from .explain import explain_model
from .export import README_FILE, export_model
from .metrics import evaluate as measure
from .metrics import table
from .modelcard import write_readme
from .names import unknown_names
from .pretrain import PRETRAINED, run_pretrain
from .report import write_report
from .robustness import robustness, write_robustness
from .run import MODEL, TEST_FOLD, VALIDATION_FOLD, load_run, run_crossvalidate, run_final, run_train
from .variants import installed_engine, write_variants
from .windows import load_windows


def read_raw(options):
    """(configuration as in the file with the command line's changes, spec)."""
    _, spec = load_config(options.config)
    with open(options.config, encoding="utf-8") as stream:
        config = json.load(stream)
    for text in options.set:
        path, values = parse_variation(text)
        config = set_member(config, path, values[0] if len(values) == 1 else values)
    for path, value in (("seed", options.seed), ("training.epochs", options.epochs),
                        ("training.device", options.device)):
        if value is not None:
            config = set_member(config, path, value)
    return config, spec


def prepare(options):
    """(filled configuration, spec, windows)."""
    config, spec = read_raw(options)
    config = fill_config(config, options.config)
    windows = read_windows(options.windows, spec, config)
    if config["split"]["by"] == "labels":
        windows = windows.by_labels()
    say(f"{len(windows)} windows of {len(set(windows.group.tolist()))} groups")
    if options.restart:
        checkpoint.discard(options.run)
    return config, spec, windows


def read_windows(paths, spec, config):
    """The window files, with the labels that the configuration derives."""
    return derive_labels(load_windows(paths, spec), spec, config["derive"])


def say(text):
    """Prints in one process only, and at once, so that a log file can be followed."""
    if Processes().first:
        print(text, flush=True)


def start_weights(options):
    """The state dict that --init names, or None."""
    if not options.init:
        return None
    for name in (PRETRAINED, MODEL):
        path = os.path.join(options.init, name)
        if os.path.exists(path):
            return checkpoint.load_file(path)["state"]
    raise TrainingError(f"'{options.init}' holds neither {PRETRAINED} nor {MODEL}: run pretrain or train there first")


def train(options):
    config, spec, windows = prepare(options)
    more = {"start": start_weights(options)}
    if getattr(options, "teacher", None):
        more["teacher"] = Teacher(load_run(options.teacher)[0], config["distill"])
    if options.all_groups:
        if options.label_fraction < 1.0:
            raise TrainingError("--all-groups and --label-fraction contradict each other: leave one of them out")
        _, measured = run_final(spec, config, windows, options.run, say, **more)
    else:
        _, measured = run_train(spec, config, windows, options.run, say, fraction=options.label_fraction, **more)
    say(table(measured, [head.name for head in spec.heads]))


def crossvalidate(options):
    config, spec, windows = prepare(options)
    report = run_crossvalidate(spec, config, windows, options.run, say, start=start_weights(options))
    say(table(report["metrics"], [head.name for head in spec.heads]))


def ablate(options):
    filled, spec, windows = prepare(options)
    config, _ = read_raw(options)
    config["recipe"], config["readme"] = filled["recipe"], {}
    summary = run_ablation(spec, config, windows, options.run, [parse_variation(text) for text in options.vary],
                           [int(seed) for seed in options.seeds.split(",")], options.crossvalidate, say)
    say(ablation_table(summary, [head.name for head in spec.heads]))


def pretrain(options):
    config, spec, windows = prepare(options)
    if config["model"]["experts"] is not None:
        raise TrainingError("model.experts: an expert model has no encoder to pre-train; take the section out")
    run_pretrain(spec, config, windows, options.run, say)


def evaluate(options):
    model, spec, config, _ = load_run(options.run)
    data = make_features(model, read_windows(options.windows, spec, config))
    measured = measure(model, data)
    print(table(measured, [head.name for head in spec.heads]))
    if options.robustness:
        curves = robustness(model, data)
        write_robustness(curves, options.robustness)
        measured["robustness"] = curves
        for target, heads in curves["area"].items():
            print(f"area under corruption of {target}: "
                  + ", ".join(f"{head} {value:.3f}" for head, value in heads.items() if value is not None))
    if options.json:
        jsonfile.write(options.json, measured)


def explain(options):
    model, spec, config, _ = load_run(options.run)
    data = make_features(model, read_windows(options.windows, spec, config))
    print(jsonfile.dumps(explain_model(model, data, options.to, options.samples)["interaction"]), end="")


def report(options):
    plan = load_plan(options.plan)
    results = os.path.join(options.models, "report")
    known = [experiment["name"] for experiment in plan["experiments"]]
    faults = unknown_names(options.only, known, "--only ")
    paths = dict(item.partition("=")[::2] for item in options.windows)
    wanted = {experiment.get("windows") for experiment in plan["experiments"]} - {None}
    faults += unknown_names(paths, wanted, "--windows ")
    if faults:
        raise TrainingError("; ".join(faults))
    for experiment in plan["experiments"]:
        at_hand = "synthetic" in experiment or experiment["windows"] in paths
        if experiment["name"] in options.only or paths and at_hand and not options.only:
            comparison = Comparison(plan, experiment, paths, options.run, results, say)
            comparison.run([int(seed) for seed in options.seeds.split(",")])
            comparison.measure_cost()
    write_report(plan, results, os.path.join(options.models, "REPORT.md"), options.models)


def export(options):
    if options.int8 and not options.windows:
        raise TrainingError("--int8 needs --windows: the ranges are those of real training windows")
    model, spec, config, provenance = load_run(options.run)
    manifest = export_model(model, provenance, options.to, config["readme"], split=options.split)
    path = os.path.join(options.to, manifest["file"])
    print(f"{path}: {os.path.getsize(path)} bytes, sha256 {manifest['sha256']}, "
          f"export error {manifest['provenance']['export_error']:g}")
    kinds = [name for name in ("fp16", "int8") if getattr(options, name)]
    if kinds:
        report = write_variants(model, options.to, kinds, *_comparison_windows(options, spec, config),
                                installed_engine())
        manifest["provenance"]["variants"] = report
        write_readme(os.path.join(options.to, README_FILE), manifest, config["readme"])
        print(jsonfile.dumps(report), end="")


def _comparison_windows(options, spec, config):
    """(training windows for the ranges, test windows for the comparison), or Nones without --windows."""
    if not options.windows:
        return None, None
    windows = read_windows(options.windows, spec, config)
    windows = windows.by_labels() if config["split"]["by"] == "labels" else windows
    fold_of = group_folds(windows, config["split"]["folds"], config["split"]["seed"])
    rest = [fold for fold in range(config["split"]["folds"]) if fold not in (VALIDATION_FOLD, TEST_FOLD)]
    return (windows.subset(split_by_group(windows, fold_of, rest)),
            windows.subset(split_by_group(windows, fold_of, [TEST_FOLD])))
