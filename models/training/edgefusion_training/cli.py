"""Command line: train, crossvalidate, evaluate, export."""

import argparse
import os
import sys

import torch

from . import jsonfile
from .config import load_config
from .data import make_features
from .errors import TrainingError
from .export import export_model
from .metrics import evaluate, table
from .run import load_run, run_crossvalidate, run_final, run_train
from .windows import load_windows


def main(arguments=None):
    """Parses and runs; returns the exit code (0 done, 2 an error that is explained on stderr)."""
    options = _parser().parse_args(arguments)
    torch.set_num_threads(options.threads)
    try:
        options.action(options)
    except TrainingError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    return 0


def _parser():
    parser = argparse.ArgumentParser(prog="edgefusion_training", description=__doc__)
    parser.add_argument("--threads", type=int, default=1, help="CPU threads of PyTorch (default 1)")
    verbs = parser.add_subparsers(dest="verb", required=True)

    train = verbs.add_parser("train", help="train one model; with --all-groups on everything after crossvalidate")
    _training_arguments(train)
    train.add_argument("--all-groups", action="store_true",
                       help="use every group, with the epochs and calibration found by crossvalidate in the same --run")
    train.set_defaults(action=_train)

    cross = verbs.add_parser("crossvalidate", help="measure the recipe on unseen groups, fold by fold")
    _training_arguments(cross)
    cross.set_defaults(action=_crossvalidate)

    check = verbs.add_parser("evaluate", help="accuracy of a finished run on other windows, per missing sensor")
    check.add_argument("--run", required=True)
    check.add_argument("--windows", required=True, nargs="+")
    check.add_argument("--json", help="also write the numbers to this file")
    check.set_defaults(action=_evaluate)

    export = verbs.add_parser("export", help="write model.onnx, manifest.json, parity.json and README.md")
    export.add_argument("--run", required=True)
    export.add_argument("--to", required=True, help="model folder, for example ../workcell")
    export.set_defaults(action=_export)
    return parser


def _training_arguments(parser):
    parser.add_argument("--config", required=True, help="configs/<name>.json")
    parser.add_argument("--windows", required=True, nargs="+", help="one or more .npz from: edgefusion windows")
    parser.add_argument("--run", required=True, help="folder for the checkpoint and the metrics")
    parser.add_argument("--seed", type=int, help="instead of the configuration's seed")
    parser.add_argument("--epochs", type=int, help="instead of the configuration's number (for a quick look)")


def _prepare(options):
    config, spec = load_config(options.config)
    if options.seed is not None:
        config["seed"] = options.seed
    if options.epochs is not None:
        config["training"]["epochs"] = options.epochs
    windows = load_windows(options.windows, spec)
    if config["split"]["by"] == "labels":
        windows = windows.by_labels()
    print(f"{len(windows)} windows of {len(set(windows.group.tolist()))} groups")
    return config, spec, windows


def _train(options):
    config, spec, windows = _prepare(options)
    action = run_final if options.all_groups else run_train
    _, measured = action(spec, config, windows, options.run)
    print(table(measured, [head.name for head in spec.heads]))


def _crossvalidate(options):
    config, spec, windows = _prepare(options)
    report = run_crossvalidate(spec, config, windows, options.run)
    print(table(report["metrics"], [head.name for head in spec.heads]))


def _evaluate(options):
    model, spec, _, _ = load_run(options.run)
    measured = evaluate(model, make_features(model, load_windows(options.windows, spec)))
    print(table(measured, [head.name for head in spec.heads]))
    if options.json:
        jsonfile.write(options.json, measured)


def _export(options):
    model, _, config, provenance = load_run(options.run)
    manifest = export_model(model, provenance, options.to, config["readme"])
    print(f"{os.path.join(options.to, manifest['file'])}: {os.path.getsize(os.path.join(options.to, manifest['file']))}"
          f" bytes, sha256 {manifest['sha256']}, export error {manifest['provenance']['export_error']:g}")
