"""Smaller and faster copies of an exported graph, compared with it on windows that were not trained on."""

import hashlib
import json
import os
import time

import numpy as np

from . import jsonfile
from .errors import TrainingError
from .half import to_half
from .onnx_reference import evaluate_model
from .quantise import to_int8

FILES = {"fp16": "model-fp16.onnx", "int8": "model-int8.onnx"}
MANIFEST, REPORT = "manifest.json", "variants.json"
CALIBRATION_WINDOWS, COMPARED_WINDOWS = 64, 256


def write_variants(model, folder, kinds, calibration, comparison, engine=None):
    """Writes the variants beside model.onnx, and variants.json with how each differs; returns that report.

    `calibration` and `comparison` are Windows (training and test groups); without `comparison` only the files are
    written. `engine(path)` may give a function feeds -> outputs of another engine, which is then also timed; the
    default is the numpy reference, whose times say nothing about a real engine and are left out.
    """
    import onnx

    base = onnx.load(os.path.join(folder, "model.onnx"))
    report = {"fp32": _entry(os.path.join(folder, "model.onnx"))}
    for kind in kinds:
        path = os.path.join(folder, FILES[kind])
        if kind == "fp16":
            made = to_half(base)
        else:
            made = to_int8(base, window_feeds(model, calibration, CALIBRATION_WINDOWS))
        onnx.save(made, path)
        report[kind] = _entry(path)
    if comparison is not None and len(comparison):
        _compare(model, folder, report, comparison, engine)
    jsonfile.write(os.path.join(folder, REPORT), report)
    _mention(folder, report)
    return report


def installed_engine():
    """An engine for `write_variants` when Python has ONNX Runtime, on one thread; else None."""
    try:
        import onnxruntime
    except ImportError:
        return None

    def engine(path):
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        session = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
        names = [item.name for item in session.get_outputs()]
        known = {item.name for item in session.get_inputs()}
        return lambda feeds: dict(zip(names, session.run(names, {k: v for k, v in feeds.items() if k in known})))

    return engine


def window_feeds(model, windows, most, seed=0):
    """Up to `most` windows as dictionaries of graph inputs."""
    count = len(windows) if windows is not None else 0
    chosen = np.random.RandomState(seed).permutation(count)[:most]
    feeds = []
    for number in sorted(chosen):
        feed = {item.tensor: windows.inputs[item.tensor][number: number + 1] for item in model.spec.inputs}
        feed[model.spec.mask_tensor] = windows.avail[number: number + 1]
        for item in model.contexts:
            row = np.zeros((1, len(item.labels)), np.float32)
            label = int(windows.context[item.name][number])
            if label >= 0:
                row[0, label] = 1.0
            feed[item.tensor] = row
        feeds.append(feed)
    return feeds


def _compare(model, folder, report, windows, engine):
    chosen = np.sort(np.random.RandomState(0).permutation(len(windows))[:COMPARED_WINDOWS])
    part = windows.subset(chosen)
    feeds = window_feeds(model, part, len(part))
    answers = {}
    for kind, entry in report.items():
        run = engine(os.path.join(folder, entry["file"])) if engine else _reference(os.path.join(folder, entry["file"]))
        run(feeds[0])
        begin = time.perf_counter()
        answers[kind] = [run(feed) for feed in feeds]
        if engine:
            entry["ms"] = round((time.perf_counter() - begin) * 1000.0 / len(feeds), 4)
    for kind, entry in report.items():
        entry["windows"] = len(feeds)
        for head in model.spec.heads:
            values = np.concatenate([answer[head.tensor] for answer in answers[kind]])
            base = np.concatenate([answer[head.tensor] for answer in answers["fp32"]])
            entry[head.name] = {"largest_difference": float(f"{np.abs(values - base).max():.3g}")}
            if head.kind == "classification":
                labels = part.labels[head.name]
                decided = values.argmax(axis=1)
                entry[head.name]["same_decision"] = float((decided == base.argmax(axis=1)).mean())
                if (labels >= 0).any():
                    entry[head.name]["accuracy"] = float((decided == labels)[labels >= 0].mean())


def _reference(path):
    import onnx

    graph = onnx.load(path)
    return lambda feeds: evaluate_model(graph, feeds)


def _entry(path):
    if not os.path.exists(path):
        raise TrainingError(f"'{path}' is missing: export the model first")
    with open(path, "rb") as stream:
        content = stream.read()
    return {"file": os.path.basename(path), "bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()}


def _mention(folder, report):
    """The manifest names the variants; its `file` stays the float32 graph."""
    path = os.path.join(folder, MANIFEST)
    with open(path, encoding="utf-8") as stream:
        manifest = json.load(stream)
    manifest["variants"] = [{"precision": kind, "file": report[kind]["file"], "sha256": report[kind]["sha256"]}
                            for kind in FILES if kind in report]
    manifest["provenance"]["variants"] = report
    jsonfile.write(path, manifest)
