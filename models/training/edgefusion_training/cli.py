"""Command line: train, crossvalidate, ablate, pretrain, distill, evaluate, explain, export, report."""

import argparse
import sys

import torch

from . import commands, distributed
from .errors import TrainingError


def main(arguments=None):
    """Parses and runs; returns the exit code (0 done, 2 an error that is explained on stderr, 130 interrupted)."""
    options = _parser().parse_args(arguments)
    torch.set_num_threads(options.threads)
    try:
        distributed.join(getattr(options, "device", None) or "cpu")
        options.action(options)
    except TrainingError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("interrupted; the same command goes on after the last whole epoch", file=sys.stderr)
        return 130
    finally:
        distributed.leave()
    return 0


def _parser():
    parser = argparse.ArgumentParser(prog="edgefusion_training", description=__doc__)
    parser.add_argument("--threads", type=int, default=1, help="CPU threads of PyTorch (default 1)")
    verbs = parser.add_subparsers(dest="verb", required=True)
    _training_verbs(verbs)
    _measuring_verbs(verbs)

    export = verbs.add_parser("export", help="write model.onnx, manifest.json, parity.json and README.md")
    export.add_argument("--run", required=True)
    export.add_argument("--to", required=True, help="model folder, for example ../workcell")
    export.add_argument("--split", action="store_true", help="also one graph per encoder and one for the fusion")
    export.add_argument("--fp16", action="store_true", help="also model-fp16.onnx")
    export.add_argument("--int8", action="store_true", help="also model-int8.onnx (needs --windows to calibrate)")
    export.add_argument("--windows", nargs="+", help="window files: int8 calibrates on the run's training groups, "
                                                     "fp16 and int8 are compared with fp32 on its test groups")
    export.set_defaults(action=commands.export)
    return parser


def _training_verbs(verbs):
    train = verbs.add_parser("train", help="train one model; with --all-groups on everything after crossvalidate")
    _training_arguments(train)
    train.add_argument("--all-groups", action="store_true",
                       help="use every group, with the epochs and calibration found by crossvalidate in the same --run")
    train.add_argument("--label-fraction", type=float, default=1.0,
                       help="train on this share of the training groups (default 1)")
    train.set_defaults(action=commands.train)

    cross = verbs.add_parser("crossvalidate", help="measure the recipe on unseen groups, fold by fold")
    _training_arguments(cross)
    cross.set_defaults(action=commands.crossvalidate)

    distill = verbs.add_parser("distill", help="train a student on labels and on a teacher's answers")
    _training_arguments(distill)
    distill.add_argument("--teacher", required=True, help="folder of a finished run")
    distill.set_defaults(action=commands.train, all_groups=False, label_fraction=1.0)

    pretrain = verbs.add_parser("pretrain", help="learn from windows without labels; then train --init RUN")
    _training_arguments(pretrain)
    pretrain.set_defaults(action=commands.pretrain)

    ablate = verbs.add_parser("ablate", help="train a grid of options and seeds; table with mean and spread")
    _training_arguments(ablate)
    ablate.add_argument("--vary", action="append", default=[], metavar="MEMBER=A,B",
                        help="for example model.fusion=bottleneck,late; may be given several times")
    ablate.add_argument("--seeds", default="0,1,2", help="default 0,1,2")
    ablate.add_argument("--crossvalidate", action="store_true", help="every cell by cross-validation")
    ablate.set_defaults(action=commands.ablate)


def _training_arguments(parser):
    parser.add_argument("--config", required=True, help="configs/<name>.json")
    parser.add_argument("--windows", required=True, nargs="+", help="one or more .npz from: edgefusion windows")
    parser.add_argument("--run", required=True, help="folder for the checkpoint, the logs and the metrics")
    parser.add_argument("--seed", type=int, help="instead of the configuration's seed")
    parser.add_argument("--epochs", type=int, help="instead of the configuration's number (for a quick look)")
    parser.add_argument("--device", help="auto (default), cpu or cuda")
    parser.add_argument("--set", action="append", default=[], metavar="MEMBER=VALUE",
                        help="change a member of the configuration, for example model.fusion=late")
    parser.add_argument("--init", help="take over the weights of this run where they fit (pretrain or train)")
    parser.add_argument("--restart", action="store_true", help="throw away what an interrupted training left")


def _measuring_verbs(verbs):
    check = verbs.add_parser("evaluate", help="accuracy of a finished run on other windows, per missing sensor")
    check.add_argument("--run", required=True)
    check.add_argument("--windows", required=True, nargs="+")
    check.add_argument("--json", help="also write the numbers to this file")
    check.add_argument("--robustness", metavar="FOLDER",
                       help="also accuracy against corruption 0..1: robustness.json and pictures")
    check.set_defaults(action=commands.evaluate)

    explain = verbs.add_parser("explain", help="how much the sensors interact, and when each one matters")
    explain.add_argument("--run", required=True)
    explain.add_argument("--windows", required=True, nargs="+")
    explain.add_argument("--to", required=True, help="folder for explain.json and the pictures")
    explain.add_argument("--samples", type=int, default=64, help="windows drawn for the interaction (default 64)")
    explain.set_defaults(action=commands.explain)

    report = verbs.add_parser("report", help="measure what a plan lacks, then write the tables of models/REPORT.md")
    report.add_argument("--plan", default="configs/report.json", help="default configs/report.json")
    report.add_argument("--windows", nargs="*", default=[], metavar="NAME=FILE",
                        help="window files by the plan's names; without them and --only the tables are written only")
    report.add_argument("--seeds", default="0,1,2", help="default 0,1,2; seed k trains fold k")
    report.add_argument("--only", action="append", default=[], metavar="EXPERIMENT",
                        help="measure this one; may be given several times (synthetic ones need no windows)")
    report.add_argument("--run", default="runs/report", help="folder for what an interrupted training left")
    report.add_argument("--models", default="..", help="folder of the shipped models, of REPORT.md and of report/, "
                                                       "where the numbers are (default ..)")
    report.set_defaults(action=commands.report)
