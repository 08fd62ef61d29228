"""Window files (.npz): what the production aligner cut out of recordings. Nothing here resamples."""

import hashlib
import json
from dataclasses import dataclass, field, replace

import numpy as np

from .errors import TrainingError


@dataclass
class Windows:
    """N windows in memory. Arrays keep their file dtype; labels are -1 where a window has none."""

    inputs: dict      # tensor name -> [N, ...]
    avail: np.ndarray   # float32 [N, M], 1 = present
    start_ns: np.ndarray
    labels: dict      # head name -> int64 [N], or float32 [N, K] (NaN = none) for a regression
    group: np.ndarray   # int64 [N], index into groups
    groups: list
    sha256: list      # of every file read, in order
    context: dict = field(default_factory=dict)  # context name -> int64 [N], -1 = unknown
    extra: np.ndarray = None  # bool [N], True: for training only, never to be measured on
    trial: np.ndarray = None  # int64 [N], one number per repetition with an object, -1 = none; None: the file has none

    def __len__(self):
        return len(self.avail)

    def subset(self, index):
        """The windows at `index` (integers or booleans), same groups table."""
        return Windows({name: array[index] for name, array in self.inputs.items()}, self.avail[index],
                       self.start_ns[index], {name: array[index] for name, array in self.labels.items()},
                       self.group[index], self.groups, self.sha256,
                       {name: array[index] for name, array in self.context.items()},
                       None if self.extra is None else self.extra[index],
                       None if self.trial is None else self.trial[index])

    def content_sha256(self):
        """Of what a training sees: the same for a file that was cut again from the same recording, whose own digest
        differs (it holds the time of the cut)."""
        digest = hashlib.sha256()
        arrays = {**self.inputs, "avail": self.avail, **{"labels " + name: item for name, item in self.labels.items()},
                  **{"context " + name: item for name, item in self.context.items()}}
        for name, array in sorted(arrays.items()):
            digest.update(json.dumps([name, str(array.dtype), array.shape]).encode())
            digest.update(np.ascontiguousarray(array))
        digest.update(json.dumps([self.groups[place] for place in self.group]).encode())
        if self.extra is not None:
            digest.update(np.ascontiguousarray(self.extra))
        return digest.hexdigest()

    def by_labels(self):
        """The same windows grouped by their combination of labels: repetitions of one object share a group."""
        heads = sorted(head for head in self.labels if self.labels[head].ndim == 1)
        if not heads:
            raise TrainingError("split.by is labels, but no head is a classification: split by group")
        rows, group = np.unique(np.stack([self.labels[head] for head in heads], axis=1), axis=0, return_inverse=True)
        names = ["-".join(str(value) for value in row) for row in rows]
        return replace(self, group=group.reshape(-1), groups=names)


def load_windows(paths, spec):
    """Reads one or more window files cut for `spec` and joins them; groups are joined by name."""
    paths = [paths] if isinstance(paths, str) else list(paths)
    if not paths:
        raise TrainingError("no window file given; cut one with: edgefusion windows <recording> --model <spec> --to X")
    parts = [_load_one(path, spec) for path in paths]
    groups = sorted({name for part in parts for name in part.groups})
    number = {name: index for index, name in enumerate(groups)}
    joined = {}
    for key in [item.tensor for item in spec.inputs]:
        joined[key] = np.concatenate([part.inputs[key] for part in parts])
    return Windows(
        joined,
        np.concatenate([part.avail for part in parts]),
        np.concatenate([part.start_ns for part in parts]),
        {head.name: np.concatenate([part.labels[head.name] for part in parts]) for head in spec.heads},
        np.concatenate([np.array([number[name] for name in part.groups], np.int64)[part.group] for part in parts]),
        groups,
        [digest for part in parts for digest in part.sha256],
        {item.name: np.concatenate([part.context[item.name] for part in parts]) for item in spec.context},
        trial=_join_trials(parts))


def _join_trials(parts):
    """Numbers that no two objects and no two files share, unless no file has any."""
    if all(part.trial is None for part in parts):
        return None
    numbers, joined = {}, []
    for file, part in enumerate(parts):
        trials = np.full(len(part), -1, np.int64) if part.trial is None else part.trial
        for group, trial in zip(part.group.tolist(), trials.tolist()):
            joined.append(-1 if trial < 0 else numbers.setdefault((file, group, trial), len(numbers)))
    return np.array(joined, np.int64)


def _load_one(path, spec):
    try:
        with open(path, "rb") as stream:
            digest = hashlib.sha256(stream.read()).hexdigest()
            stream.seek(0)
            with np.load(stream, allow_pickle=False) as archive:
                arrays = {name: archive[name] for name in archive.files}
    except (OSError, ValueError, KeyError, EOFError) as error:
        raise TrainingError(f"cannot read window file '{path}': {error}") from error
    except Exception as error:  # zipfile raises its own kinds for a damaged archive
        raise TrainingError(f"window file '{path}' is damaged: {error}") from error
    faults = _check(arrays, spec)
    if faults:
        raise TrainingError(f"window file '{path}' does not fit model '{spec.name}': " + "; ".join(faults)
                            + "; cut it again with this spec")
    return Windows(
        {item.tensor: arrays[item.tensor] for item in spec.inputs},
        arrays["avail"],
        arrays["start_ns"],
        {head.name: arrays["labels_" + head.name].astype(np.float32 if head.kind == "regression" else np.int64)
         for head in spec.heads},
        arrays["group"].astype(np.int64),
        [str(name) for name in arrays["groups"]],
        [digest],
        {item.name: arrays["context_" + item.name].astype(np.int64) for item in spec.context},
        trial=arrays["trial"].astype(np.int64) if "trial" in arrays else None)


def _check(arrays, spec):
    names = [item.tensor for item in spec.inputs] + ["avail", "start_ns", "group", "groups"]
    names += ["labels_" + head.name for head in spec.heads] + ["context_" + item.name for item in spec.context]
    missing = [name for name in names if name not in arrays]
    if missing:
        return ["missing arrays " + ", ".join(missing)]
    faults, count = [], len(arrays["avail"])
    for item in spec.inputs:
        array = arrays[item.tensor]
        if array.dtype.name != item.type or array.shape != (count,) + item.shape[1:]:
            faults.append(f"{item.tensor} is {array.dtype.name} {list(array.shape)}, "
                          f"expected {item.type} [{count}, {', '.join(map(str, item.shape[1:]))}]")
    if arrays["avail"].shape != (count, len(spec.inputs)) or arrays["avail"].dtype != np.float32:
        faults.append(f"avail must be float32 [{count}, {len(spec.inputs)}]")
    for head in spec.heads:
        labels = arrays["labels_" + head.name]
        if head.kind == "regression":
            if labels.shape != (count, head.size) or labels.dtype.kind != "f":
                faults.append(f"labels_{head.name} must be float32 [{count}, {head.size}], NaN where there is none")
        else:
            _check_index(labels, count, head.labels, "labels_" + head.name, faults)
    for item in spec.context:
        _check_index(arrays["context_" + item.name], count, item.labels, "context_" + item.name, faults)
    faults += _check_finite(arrays, spec)
    group = arrays["group"]
    if group.shape != (count,) or (count and (group.min() < 0 or group.max() >= len(arrays["groups"]))):
        faults.append(f"group must be [{count}] indices into groups ({len(arrays['groups'])})")
    if "trial" in arrays and (arrays["trial"].shape != (count,) or arrays["trial"].dtype.kind != "i"):
        faults.append(f"trial must be integers [{count}], -1 where there is none")
    return faults + _check_meta(arrays, spec)


def _check_index(index, count, labels, name, faults):
    if index.shape != (count,) or (count and (index.min() < -1 or index.max() >= len(labels))):
        faults.append(f"{name} must be [{count}] within -1..{len(labels) - 1}")


def _check_finite(arrays, spec):
    """A present sensor's samples must be numbers: one NaN among them would end the training with a NaN loss."""
    faults = []
    for number, item in enumerate(spec.inputs):
        if item.type == "uint8" or arrays[item.tensor].shape[:1] != arrays["avail"].shape[:1]:
            continue
        finite = np.isfinite(arrays[item.tensor]).reshape(len(arrays["avail"]), -1).all(axis=1)
        bad = np.flatnonzero(~finite & (arrays["avail"][:, number] > 0.5)) if arrays["avail"].ndim == 2 else []
        if len(bad):
            faults.append(f"{item.tensor} holds NaN or infinity in {len(bad)} windows that say it is present "
                          f"(first: window {bad[0]})")
    return faults


def _check_meta(arrays, spec):
    """The file says for which labels and inputs it was cut; another order would silently swap classes."""
    if "meta" not in arrays:
        return ["missing array meta"]
    try:
        meta = json.loads(str(arrays["meta"]))
    except ValueError as error:
        return [f"meta is not JSON: {error}"]
    faults = []
    named = [("labels", item) for item in spec.heads] + [("context", item) for item in spec.context]
    for kind, item in named:
        labels = (meta.get(kind) or {}).get(item.name)
        if labels is not None and list(labels) != list(item.labels):
            faults.append(f"{kind} of {item.name} are {labels}, the spec has {list(item.labels)}")
    tensors = [item.get("tensor") if isinstance(item, dict) else item for item in meta.get("inputs", [])]
    if tensors and tensors != [item.tensor for item in spec.inputs]:
        faults.append(f"it was cut for the inputs {tensors}")
    return faults
