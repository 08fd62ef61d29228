"""Augmentation of cached features: factor recombination, mixup, broken and missing sensors, forgotten context."""

from collections import namedtuple

import numpy as np
import torch
from torch.nn import functional

from . import disturb
from .errors import TrainingError
from .model import one_hot_context
from .names import unknown_choice, unknown_names

AUGMENT_DEFAULTS = {
    "recombine": [],            # groups of modalities and heads that come from different windows
    "recombine_within": None,   # name of a context: partners are drawn among windows of the same value
    "mixup": 0.0,
    "noise": {}, "gain": {}, "mask_time": {}, "mask_band": {}, "brightness": 0.0, "shift_pixels": 0,
    "stale_ms": {},             # modality -> longest delay; the oldest sample fills the start
    "freeze": {},               # modality -> probability that it stops moving somewhere in the window
    "corrupt": {}, "corrupt_share": 0.5,  # modality -> highest level of disturb.corrupt, and how many examples get it
    "modality_dropout": 0.3, "modality_dropout_from": 0.5, "modality_dropout_mode": "independent",
    "extra_dropout": {}, "token_keep": 1.0, "context_dropout": 0.1,
}
MODALITY_MAPS = ("noise", "gain", "mask_time", "mask_band", "stale_ms", "freeze", "corrupt", "extra_dropout")

# features, avail and full_avail (before dropout), one target per head, one one-hot matrix per context
Batch = namedtuple("Batch", "features avail targets context full_avail")


class Augmenter:
    """Turns an index batch into a Batch. Amounts are in units of the normalised features. All randomness comes from
    `generator`: the same state gives the same batches."""

    def __init__(self, spec, options, generator, contexts=()):
        self.options = {**AUGMENT_DEFAULTS, **options}
        self.spec, self.generator, self.contexts = spec, generator, list(contexts)
        self.modalities = spec.modalities
        self.heads = [head.name for head in spec.heads]
        faults = unknown_names(options, AUGMENT_DEFAULTS, "augment.")
        for name in MODALITY_MAPS:
            faults += unknown_names(self.options[name], self.modalities, f"augment.{name}.")
        faults.append(unknown_choice(self.options["modality_dropout_mode"], ("independent", "subsets"),
                                     "augment.modality_dropout_mode"))
        within = self.options["recombine_within"]
        if within is not None:
            faults.append(unknown_choice(within, [item.name for item in self.contexts], "augment.recombine_within"))
        faults = [fault for fault in faults if fault]
        if faults:
            raise TrainingError("; ".join(faults))
        self.sources = self._sources()

    def _sources(self):
        """Recombination groups as (modality indices, head indices); one group of everything when none is given."""
        groups = self.options["recombine"] or [{"modalities": self.modalities, "heads": self.heads}]
        for kind, names in (("modalities", self.modalities), ("heads", self.heads)):
            named = [name for group in groups for name in group[kind]]
            if sorted(named) != sorted(names):
                raise TrainingError(f"recombine must name each of the {kind} {', '.join(names)} exactly once")
        return [([self.modalities.index(name) for name in group["modalities"]],
                 [self.heads.index(name) for name in group["heads"]]) for group in groups]

    def batch(self, data, index, progress, frontends):
        """The windows at `index`, disturbed. Class targets are [N, C] (zero rows where there is no label), targets of
        a regression are [N, K] (NaN where there is none). The context is that of the first recombination group."""
        count, context = len(index), data.context[index]
        features, avail = [None] * len(self.modalities), torch.empty(count, len(self.modalities))
        targets = [None] * len(self.heads)
        for number, (modalities, heads) in enumerate(self.sources):
            source = index if number == 0 else index[self._partners(context)]
            other, share = self._mix(index)
            for m in modalities:
                features[m] = self._mixed(data.features[m], source, other, share)
                avail[:, m] = data.avail[source, m] if other is None else torch.minimum(data.avail[source, m],
                                                                                        data.avail[other, m])
            for h in heads:
                targets[h] = self._target(data.labels[h], self.spec.heads[h], source, other, share)
        features = [disturb.disturb(item, name, frontend, self.options, self.generator, self._window_ms())
                    for name, item, frontend in zip(self.modalities, features, frontends)]
        return Batch(features, self._drop(avail, progress), targets, self._forget(context), avail)

    def _window_ms(self):
        return float(self.spec.raw["window"]["length_ms"])

    def _partners(self, context):
        """A random permutation; with `recombine_within`, of the windows of each context value among themselves."""
        order = torch.randperm(len(context), generator=self.generator)
        within = self.options["recombine_within"]
        if within is None:
            return order
        value = context[:, [item.name for item in self.contexts].index(within)]
        result = torch.empty_like(order)
        for one in value.unique():
            place = torch.nonzero(value == one).flatten()
            result[place] = order[value[order] == one]
        return result

    def _mix(self, index):
        alpha = self.options["mixup"]
        if not alpha:
            return None, None
        seed = int(torch.randint(1 << 31, (1,), generator=self.generator))
        beta = torch.from_numpy(np.random.RandomState(seed).beta(alpha, alpha, len(index)).astype(np.float32))
        other = index[torch.randperm(len(index), generator=self.generator)]
        return other, torch.maximum(beta, 1.0 - beta)

    @staticmethod
    def _mixed(values, source, other, share):
        x = values[source]
        if other is None:
            return x
        weight = share.reshape((-1,) + (1,) * (x.dim() - 1))
        return x.float() * weight + values[other].float() * (1.0 - weight)

    @staticmethod
    def _target(labels, head, source, other, share):
        if head.kind == "regression":  # NaN, no label, stays NaN through any mixture
            a = labels[source]
            return a if other is None else a * share.unsqueeze(1) + labels[other] * (1.0 - share.unsqueeze(1))

        def one_hot(at):
            known = labels[at] >= 0
            return functional.one_hot(labels[at].clamp(min=0), head.size).float() * known.unsqueeze(1)

        if other is None:
            return one_hot(source)
        # A window without a label must not turn its partner's target into half a target.
        a, b = one_hot(source), one_hot(other)
        mixed = a * share.unsqueeze(1) + b * (1.0 - share).unsqueeze(1)
        both = (a.sum(1, keepdim=True) > 0) & (b.sum(1, keepdim=True) > 0)
        return torch.where(both, mixed, torch.zeros_like(mixed))

    def _forget(self, context):
        """One-hot context; some of it is made unknown, so that the model also works where nobody tells it."""
        lost = self._random(*context.shape) < self.options["context_dropout"]
        return one_hot_context(torch.where(lost, torch.full_like(context, -1), context), self.contexts)

    def _random(self, *shape):
        return torch.rand(shape, generator=self.generator)

    def _drop(self, avail, progress):
        """Modality dropout in the later part of training; an example never loses its last modality.

        `independent` drops each modality with its own chance; `subsets` replaces the sensors of a share of the
        examples by a subset in which each has a chance of one half, so that small subsets are seen often.
        """
        late = progress >= self.options["modality_dropout_from"]
        rate = self.options["modality_dropout"] if late else 0.0
        rates = torch.full((len(self.modalities),), rate)
        if self.options["modality_dropout_mode"] == "subsets":
            chosen = self._random(len(avail), 1) < rate
            rates = torch.where(chosen, torch.full_like(avail, 0.5), torch.zeros_like(avail))
        for name, extra in self.options["extra_dropout"].items():
            column = self.modalities.index(name)
            rates[..., column] = rates[..., column].clamp(min=extra)
        if not bool((rates > 0).any()):
            return avail
        kept = avail * (self._random(*avail.shape) >= rates).float()
        alive = kept.sum(dim=1, keepdim=True) > 0
        # Where everything fell out, one modality that was there stays, chosen at random.
        chosen = (self._random(*avail.shape) * avail).argmax(dim=1)
        rescue = functional.one_hot(chosen, avail.shape[1]).float() * avail
        return torch.where(alive, kept, rescue)
