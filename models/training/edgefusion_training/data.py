"""From windows to batches: object-wise splits and cached front-end features."""

from dataclasses import dataclass

import numpy as np
import torch

from .errors import TrainingError


@dataclass
class FeatureSet:
    """Windows whose front-end features are computed once. `labels` is [N, heads], -1 where there is none."""

    features: list
    avail: torch.Tensor
    labels: torch.Tensor
    group: torch.Tensor

    def __len__(self):
        return len(self.avail)

    def subset(self, index):
        index = torch.as_tensor(index)
        return FeatureSet([item[index] for item in self.features], self.avail[index], self.labels[index],
                          self.group[index])


def make_features(model, windows, batch=64):
    """Runs the fixed part of the front ends over all windows (log-mel is by far the dearest of them)."""
    parts = [[] for _ in windows.inputs]
    with torch.no_grad():
        for start in range(0, len(windows), batch):
            stop = min(start + batch, len(windows))
            inputs = [torch.from_numpy(np.ascontiguousarray(windows.inputs[item.tensor][start:stop]))
                      for item in model.spec.inputs]
            avail = torch.from_numpy(windows.avail[start:stop])
            for part, item in zip(parts, model.features(inputs, avail)):
                part.append(item)
    labels = np.stack([windows.labels[head.name] for head in model.spec.heads], axis=1)
    return FeatureSet([torch.cat(part) for part in parts], torch.from_numpy(windows.avail.copy()),
                      torch.from_numpy(labels), torch.from_numpy(windows.group.copy()))


def fit_normalisation(model, features):
    """Sets the normalisation buffers from the training split only."""
    for index, encoder in enumerate(model.encoders):
        present = features.avail[:, index] > 0.5
        if not bool(present.any()):
            raise TrainingError(f"no training window has modality '{model.spec.inputs[index].modality}'")
        encoder.frontend.fit(features.features[index], present)


def group_folds(windows, folds, seed):
    """Fold number of every group: groups are shuffled, then dealt out so that rare classes spread over the folds.

    Windows of one object never fall into two folds: a split by window or by trial would measure recognition of
    objects already seen.
    """
    used = np.unique(windows.group)
    if len(used) < folds:
        raise TrainingError(f"{len(used)} groups cannot be split into {folds} folds; record more objects")
    random = np.random.RandomState(seed)
    used = random.permutation(used)
    heads = list(windows.labels)
    signature = np.array([[_majority(windows.labels[head][windows.group == g]) for head in heads] for g in used])
    counts = [np.zeros((folds, 2 + signature[:, i].max(initial=0))) for i in range(len(heads))]
    size, fold_of = np.zeros(folds), {}
    rarity = [min(int((signature[:, i] == row[i]).sum()) for i in range(len(heads))) for row in signature]
    for position in np.argsort(rarity, kind="stable"):
        row = signature[position]
        load = sum(counts[i][:, row[i]] for i in range(len(heads))) + 0.5 * size
        fold = int(np.flatnonzero(load == load.min())[random.randint((load == load.min()).sum())])
        fold_of[int(used[position])] = fold
        size[fold] += 1
        for i in range(len(heads)):
            counts[i][fold, row[i]] += 1
    return fold_of


def _majority(labels):
    known = labels[labels >= 0]
    return int(np.bincount(known).argmax()) if len(known) else -1


def split_by_group(windows, fold_of, chosen):
    """Index array of the windows whose group lies in one of the `chosen` folds."""
    folds = np.array([fold_of[int(g)] for g in windows.group])
    return np.flatnonzero(np.isin(folds, list(chosen)))
