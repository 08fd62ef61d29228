"""Window files (.npz): what the production aligner cut out of recordings. Nothing here resamples."""

import hashlib
import json
from dataclasses import dataclass

import numpy as np

from .errors import TrainingError


@dataclass
class Windows:
    """N windows in memory. Arrays keep their file dtype; labels are -1 where a window has none."""

    inputs: dict      # tensor name -> [N, ...]
    avail: np.ndarray   # float32 [N, M], 1 = present
    start_ns: np.ndarray
    labels: dict      # head name -> int64 [N]
    group: np.ndarray   # int64 [N], index into groups
    groups: list
    sha256: list      # of every file read, in order

    def __len__(self):
        return len(self.avail)

    def subset(self, index):
        """The windows at `index` (integers or booleans), same groups table."""
        return Windows({name: array[index] for name, array in self.inputs.items()}, self.avail[index],
                       self.start_ns[index], {name: array[index] for name, array in self.labels.items()},
                       self.group[index], self.groups, self.sha256)

    def by_labels(self):
        """The same windows grouped by their combination of labels: repetitions of one object share a group."""
        heads = sorted(self.labels)
        rows, group = np.unique(np.stack([self.labels[head] for head in heads], axis=1), axis=0, return_inverse=True)
        names = ["-".join(str(value) for value in row) for row in rows]
        return Windows(self.inputs, self.avail, self.start_ns, self.labels, group.reshape(-1), names, self.sha256)


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
        [digest for part in parts for digest in part.sha256])


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
        {head.name: arrays["labels_" + head.name].astype(np.int64) for head in spec.heads},
        arrays["group"].astype(np.int64),
        [str(name) for name in arrays["groups"]],
        [digest])


def _check(arrays, spec):
    names = [item.tensor for item in spec.inputs] + ["avail", "start_ns", "group", "groups"]
    names += ["labels_" + head.name for head in spec.heads]
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
        if labels.shape != (count,) or (count and (labels.min() < -1 or labels.max() >= len(head.labels))):
            faults.append(f"labels_{head.name} must be [{count}] within -1..{len(head.labels) - 1}")
    group = arrays["group"]
    if group.shape != (count,) or (count and (group.min() < 0 or group.max() >= len(arrays["groups"]))):
        faults.append(f"group must be [{count}] indices into groups ({len(arrays['groups'])})")
    return faults + _check_meta(arrays, spec)


def _check_meta(arrays, spec):
    """The file says for which labels and inputs it was cut; another order would silently swap classes."""
    if "meta" not in arrays:
        return ["missing array meta"]
    try:
        meta = json.loads(str(arrays["meta"]))
    except ValueError as error:
        return [f"meta is not JSON: {error}"]
    faults = []
    for head in spec.heads:
        labels = meta.get("labels", {}).get(head.name)
        if labels is not None and list(labels) != list(head.labels):
            faults.append(f"labels of {head.name} are {labels}, the spec has {list(head.labels)}")
    tensors = [item.get("tensor") if isinstance(item, dict) else item for item in meta.get("inputs", [])]
    if tensors and tensors != [item.tensor for item in spec.inputs]:
        faults.append(f"it was cut for the inputs {tensors}")
    return faults
