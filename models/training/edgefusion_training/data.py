"""From windows to batches: object-wise splits and cached front-end features."""

from dataclasses import dataclass

import numpy as np
import torch

from .errors import TrainingError

DEALS = 20  # random ways to deal the groups into folds, of which the most even one is kept


@dataclass
class FeatureSet:
    """Windows whose front-end features are computed once. `labels` has one tensor per head: int64 [N], -1 where
    there is none, or for a regression float32 [N, K] with NaN. `context` is int64 [N, contexts], -1 = unknown; `trial`
    int64 [N], -1 = none."""

    features: list
    avail: torch.Tensor
    labels: list
    group: torch.Tensor
    context: torch.Tensor = None
    trial: torch.Tensor = None

    def __post_init__(self):
        if self.context is None:
            self.context = torch.zeros(len(self.avail), 0, dtype=torch.int64)
        if self.trial is None:
            self.trial = torch.full((len(self.avail),), -1, dtype=torch.int64)

    def __len__(self):
        return len(self.avail)

    def subset(self, index):
        index = torch.as_tensor(index)
        if not len(index):
            index = index.long()  # an empty list has no type
        return FeatureSet([item[index] for item in self.features], self.avail[index],
                          [item[index] for item in self.labels], self.group[index], self.context[index],
                          self.trial[index])

    @staticmethod
    def joined(parts):
        """One set of all the windows of `parts`."""
        return FeatureSet([torch.cat(column) for column in zip(*(part.features for part in parts))],
                          torch.cat([part.avail for part in parts]),
                          [torch.cat(column) for column in zip(*(part.labels for part in parts))],
                          torch.cat([part.group for part in parts]), torch.cat([part.context for part in parts]),
                          torch.cat([part.trial for part in parts]))

    def known(self, head):
        """[N] bool: windows with a label for head number `head`."""
        labels = self.labels[head]
        return labels >= 0 if labels.dim() == 1 else ~torch.isnan(labels).any(dim=1)


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
    if not parts[0]:
        raise TrainingError("there are no windows: the recording is shorter than one window, or the split is empty")
    context = [torch.from_numpy(windows.context[item.name]) for item in model.contexts]
    return FeatureSet([torch.cat(part) for part in parts], torch.from_numpy(windows.avail.copy()),
                      [torch.from_numpy(windows.labels[head.name]) for head in model.spec.heads],
                      torch.from_numpy(windows.group.copy()), torch.stack(context, dim=1) if context else None,
                      None if windows.trial is None else torch.from_numpy(windows.trial.copy()))


def check_labels(spec, data, what):
    """A head that cannot be learned is an error that says why: no labels, or one class only."""
    faults = []
    if not len(data):
        raise TrainingError(f"the {what} split is empty: record more groups, or use fewer folds")
    for number, head in enumerate(spec.heads):
        known = data.known(number)
        if not bool(known.any()):
            faults.append(f"no {what} window has a label for head '{head.name}': label the recordings, or take the "
                          "head out of the spec")
        elif head.kind == "classification":
            classes = data.labels[number][known].unique()
            if len(classes) < 2:
                faults.append(f"head '{head.name}' has only the class '{head.labels[int(classes[0])]}' in the {what} "
                              "windows: nothing can be learned from one class")
    if faults:
        raise TrainingError("; ".join(faults))


def fit_normalisation(model, features):
    """Sets the normalisation buffers from the training split only."""
    for index, encoder in enumerate(model.encoders):
        present = features.avail[:, index] > 0.5
        if not bool(present.any()):
            raise TrainingError(f"no training window has modality '{model.spec.inputs[index].modality}'")
        encoder.frontend.fit(features.features[index], present)
    for number, head in enumerate(model.spec.heads):
        if head.name in model.scales:
            model.scales[head.name].fit(features.labels[number])


def group_folds(windows, folds, seed):
    """Fold number of every group: groups are shuffled, then dealt out so that rare classes, and pairs of classes of
    two heads, spread over the folds.

    Windows of one object never fall into two folds: a split by window or by trial would measure recognition of
    objects already seen.
    """
    used = np.unique(windows.group)
    if len(used) < folds:
        raise TrainingError(f"{len(used)} groups cannot be split into {folds} folds; record more objects")
    random = np.random.RandomState(seed)
    heads = [head for head in windows.labels if windows.labels[head].ndim == 1]
    signature = _signature(windows, used, heads)
    # A pair twice in a fold costs more than a class: it is missing from the training of that fold.
    weights = np.array([1.0] * len(heads) + [3.0] * (signature.shape[1] - len(heads)))
    deals = [_deal(signature, weights, len(heads), folds, random) for _ in range(DEALS)]
    fold_of = min(deals, key=lambda deal: deal[0])[1]
    return {int(group): int(fold) for group, fold in zip(used, fold_of)}


def _deal(signature, weights, heads, folds, random):
    """(imbalance, fold of every group): rare classes first, each to the fold that has least of its like."""
    order = random.permutation(len(signature))
    counts = [np.zeros((folds, 2 + column.max(initial=0))) for column in signature.T]
    size, fold_of = np.zeros(folds), np.zeros(len(signature), np.int64)
    rarity = [min([int((signature[:, i] == signature[place, i]).sum()) for i in range(heads)] or [0])
              for place in order]
    for place in order[np.argsort(rarity, kind="stable")]:
        row = signature[place]
        load = 4.0 * sum(weight * count[:, value] for weight, count, value in zip(weights, counts, row)) + 0.5 * size
        fold = int(np.flatnonzero(load == load.min())[random.randint((load == load.min()).sum())])
        fold_of[place] = fold
        size[fold] += 1
        for count, value in zip(counts, row):
            count[fold, value] += 1
    imbalance = sum(weight * float((count ** 2).sum()) for weight, count in zip(weights, counts))
    return imbalance + float((size ** 2).sum()), fold_of


def _signature(windows, used, heads):
    """[groups, columns]: each group's class of every head, then the pairs of classes, numbered."""
    rows = [[_majority(windows.labels[head][windows.group == g]) for head in heads] for g in used]
    single = np.array(rows, np.int64).reshape(len(used), len(heads))
    columns = [single[:, i] for i in range(len(heads))]
    for i in range(len(heads)):
        for j in range(i):
            both = single[:, [i, j]]
            columns.append(np.unique(both, axis=0, return_inverse=True)[1].reshape(-1))
    return np.stack(columns, axis=1) if columns else single


def _majority(labels):
    known = labels[labels >= 0]
    return int(np.bincount(known).argmax()) if len(known) else -1


def split_by_group(windows, fold_of, chosen, training=False):
    """Index array of the windows whose group lies in one of the `chosen` folds; extra windows only for training."""
    folds = np.array([fold_of[int(g)] for g in windows.group])
    inside = np.isin(folds, list(chosen))
    return np.flatnonzero(inside if training or windows.extra is None else inside & ~windows.extra)
