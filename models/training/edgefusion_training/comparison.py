"""The measurements behind models/REPORT.md: variants of a configuration, each trained for several seeds and folds.

A plan (configs/report.json) names experiments; an experiment names window files, a configuration and variants of it.
Every finished training is written to the report's folder at once, so that an interruption loses one training only,
and the report can be written again from those files without any data.
"""

import dataclasses
import json
import os
import time

import torch

from . import checkpoint, jsonfile
from .augment import MODALITY_MAPS
from .build import build_model
from .config import fill_config, set_member
from .derive import derive_labels
from .distill import Teacher
from .errors import TrainingError
from .latency import stopwatch
from .metrics import evaluate
from .names import unknown_names
from .pretrain import PRETRAINED, run_pretrain
from .robustness import robustness
from .run import run_fold, test_windows
from .spec import load_spec, parse_spec
from .synthetic import synthetic_spec, synthetic_windows
from .windows import load_windows

EXPERIMENT = ("name", "config", "variants", "robustness", "synthetic", "windows", "every")
VARIANT = ("set", "sensors", "label_fraction", "pretrained", "teacher", "from")
TIMED_ROUNDS, TIMED_WINDOWS = 8, 10


def load_plan(path):
    """The experiments of a plan; raises TrainingError naming misspelt members."""
    try:
        with open(path, encoding="utf-8") as stream:
            plan = json.load(stream)
    except (OSError, ValueError) as error:
        raise TrainingError(f"cannot read plan '{path}': {error}") from error
    faults = []
    variants = {experiment["name"]: experiment["variants"] for experiment in plan["experiments"]}
    for experiment in plan["experiments"]:
        name = experiment["name"]
        faults += unknown_names(experiment, EXPERIMENT, name + ".")
        for key, variant in experiment["variants"].items():
            faults += unknown_names(variant, VARIANT, f"{name}.variants.{key}.")
            if variant.get("teacher", key) not in variants[name]:
                faults.append(f"{name}.variants.{key}.teacher: there is no variant '{variant['teacher']}'")
            other, of = variant.get("from", (name, key))
            if of not in variants.get(other, {}):
                faults.append(f"{name}.variants.{key}.from: {other} has no variant '{of}'")
    if faults:
        raise TrainingError(f"plan '{path}' is not usable: " + "; ".join(faults))
    plan["folder"] = os.path.dirname(path)
    return plan


class Comparison:
    """One experiment: its data, read when the first training needs it, and the file of its results."""

    def __init__(self, plan, experiment, windows_paths, work, results, log=print):
        self.experiment, self.paths, self.log = experiment, windows_paths, log
        self.base, self.spec = _configuration(plan, experiment)
        self.work, self.path = os.path.join(work, experiment["name"]), result_path(results, experiment)
        self.results = read_results(results, experiment)
        self.windows = None

    def run(self, seeds):
        """Trains what is not there yet, seed by seed, so that all variants have equally many."""
        for seed in seeds:
            for name, variant in self.own_variants():
                self._cell(name, variant, seed)

    def own_variants(self):
        """(name, variant) of those that are not another experiment's."""
        return [(name, variant) for name, variant in self.experiment["variants"].items() if "from" not in variant]

    def _cell(self, name, variant, seed):
        spec, config = self.variant(variant, seed)
        windows = self._data()
        teacher = variant.get("teacher")
        identity = checkpoint.signature(config, windows.sha256, seed, [
            variant.get("label_fraction", 1.0), config["pretrain"] if variant.get("pretrained") else False,
            [teacher, config["distill"]] if teacher else None])
        rows = self.results.setdefault(name, {})
        found, curves = rows.get(str(seed)), name in self.experiment.get("robustness", [])
        if found is not None and found["identity"] == identity and ("robustness" in found or not curves):
            return
        begin, cpu = time.monotonic(), time.process_time()
        if variant.get("sensors"):
            windows = only_sensors(windows, self.spec, spec)
        place, fold = os.path.join(self.work, identity[:16]), seed % config["split"]["folds"]
        model, test, epoch = run_fold(spec, config, windows, fold, place, silent, variant.get("label_fraction", 1.0),
                                      **self._help(variant, config, seed, fold))
        row = {"identity": identity, "fold": fold, "best_epoch": epoch, **evaluate(model, test)}
        if curves:
            row["robustness"] = robustness(model, test)
        if any(other.get("teacher") == name for _, other in self.own_variants()):
            torch.save(model.state_dict(), self._weights(name, seed))
        row["cpu_s"] = round(time.process_time() - cpu, 1)
        rows[str(seed)] = rounded(row)
        write_results(self.path, self.results)
        self.log(f"{self.experiment['name']}: {name}, seed {seed}: {row['accuracy']['all']} "
                 f"({row['cpu_s']} s CPU, {time.monotonic() - begin:.0f} s)")

    def variant(self, variant, seed=0):
        """(spec, filled configuration) of a variant."""
        config = self.base
        for path, value in variant.get("set", {}).items():
            config = set_member(config, path, value)
        spec = self.spec
        if variant.get("sensors"):
            spec, config = cut_sensors(spec, config, variant["sensors"])
        return spec, fill_config({**config, "seed": seed}, self.experiment["name"])

    def measure_cost(self):
        """Parameters, MACs and milliseconds of every variant: the best of several rounds over all of them, so that a
        moment in which the machine was busy hits no single one."""
        models, watches = {}, {}
        for name, variant in self.own_variants():
            spec, config = self.variant(variant)
            models[name] = build_model(spec, config["model"]).eval()
            watches[name] = stopwatch(models[name])
        rounds = [{name: watch(TIMED_WINDOWS) for name, watch in watches.items()} for _ in range(TIMED_ROUNDS)]
        for name, model in models.items():
            self.results.setdefault(name, {})["cost"] = {
                "parameters": model.parameters_count(), "macs": model.macs(),
                "cpu_ms": round(min(times[name] for times in rounds), 3)}
        write_results(self.path, self.results)

    def _data(self):
        if self.windows is None:
            experiment = self.experiment
            if "synthetic" in experiment:
                made = experiment["synthetic"]
                self.windows = synthetic_windows(made["kind"], made["count"], made["seed"])
                return self.windows
            name = experiment["windows"]
            if name not in self.paths:
                raise TrainingError(f"experiment {experiment['name']} needs --windows {name}=FILE")
            windows = derive_labels(load_windows(self.paths[name], self.spec), self.spec, self.base.get("derive", {}))
            every = experiment.get("every", 1)
            windows = windows.subset(range(0, len(windows), every)) if every > 1 else windows
            by_labels = self.base.get("split", {}).get("by") == "labels"
            windows = windows.by_labels() if by_labels else windows
            # A file cut again holds the same windows: what was measured on them stays.
            self.windows = dataclasses.replace(windows, sha256=[windows.content_sha256()])
        return self.windows

    def _help(self, variant, config, seed, fold):
        """Where a variant starts from, and who teaches it."""
        if variant.get("pretrained"):
            # Nothing of the test's groups, not even without labels.
            windows = self._data().subset(~test_windows(config, self._data(), fold))
            shaping = {"model": config["model"], "augment": config["augment"], "training": config["pretrain"]}
            identity = checkpoint.signature(shaping, windows.sha256, seed, [fold])
            folder = os.path.join(self.work, f"pretrained-{identity[:16]}")
            if not os.path.exists(os.path.join(folder, PRETRAINED)):
                run_pretrain(self.spec, config, windows, folder, silent)
            return {"start": checkpoint.load_file(os.path.join(folder, PRETRAINED))["state"]}
        if variant.get("teacher"):
            name, path = variant["teacher"], self._weights(variant["teacher"], seed)
            if not os.path.exists(path):
                raise TrainingError(f"the weights of the teacher '{name}' are no longer in '{path}': delete its entry "
                                    f"for seed {seed} in '{self.path}', so that it is trained again")
            spec, other = self.variant(self.experiment["variants"][name], seed)
            model = build_model(spec, other["model"])
            model.load_state_dict(checkpoint.load_file(path))
            return {"teacher": Teacher(model, config["distill"])}
        return {}

    def _weights(self, name, seed):
        os.makedirs(self.work, exist_ok=True)
        return os.path.join(self.work, f"{name}-seed-{seed}.pt".replace(" ", "-").replace("/", "-"))


def _configuration(plan, experiment):
    """(configuration as in its file with the experiment's split, spec)."""
    if "synthetic" in experiment:
        spec, config = synthetic_spec(), dict(experiment["config"])
    else:
        path = os.path.join(plan["folder"], experiment["config"])
        with open(path, encoding="utf-8") as stream:
            config = json.load(stream)
        spec = load_spec(os.path.join(os.path.dirname(path), config["spec"]))
    return config, spec


def cut_sensors(spec, config, sensors):
    """The same model and training for a robot that has only `sensors`."""
    raw = copy_of(spec.raw)
    raw["inputs"] = [item for item in raw["inputs"] if item["modality"] in sensors]
    raw["mask"]["shape"] = [1, len(sensors)]
    config = copy_of(config)
    config.get("augment", {}).pop("recombine", None)
    for section, names in (("model", ["modalities"]), ("augment", MODALITY_MAPS)):
        for name in names:
            options = config.get(section, {}).get(name)
            if options:
                config[section][name] = {key: value for key, value in options.items() if key in sensors}
    return parse_spec(raw), config


def only_sensors(windows, spec, smaller):
    """The windows as seen by the sensors of `smaller`; those in which it sees nothing are left out."""
    columns = [spec.modalities.index(name) for name in smaller.modalities]
    kept = dataclasses.replace(windows, avail=windows.avail[:, columns],
                               inputs={item.tensor: windows.inputs[item.tensor] for item in smaller.inputs})
    return kept.subset(kept.avail.max(axis=1) > 0.5)


def silent(text):
    """The log of a single training: the report says one line when it has ended."""


def copy_of(value):
    return json.loads(json.dumps(value))


def rounded(value, digits=4):
    """Measured numbers with four digits behind the point: more would only make the files longer."""
    if isinstance(value, dict):
        return {key: rounded(item, digits) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [rounded(item, digits) for item in value]
    return round(value, digits) if isinstance(value, float) else value


def result_path(folder, experiment):
    return os.path.join(folder, experiment["name"] + ".json")


def read_results(folder, experiment):
    """Variant -> {seed as text: what was measured, "cost": ...}; empty when nothing has been measured yet."""
    path = result_path(folder, experiment)
    if not os.path.exists(path):
        return {}
    try:
        with open(path, encoding="utf-8") as stream:
            return json.load(stream)
    except ValueError as error:
        raise TrainingError(f"'{path}' is damaged: {error}; delete it to measure again") from error


def write_results(path, results):
    """Replaces the file in one step, so that a kill at any moment leaves a whole one."""
    os.makedirs(os.path.dirname(path), exist_ok=True)
    jsonfile.write(path + ".new", results)
    os.replace(path + ".new", path)
