"""Augmentation of cached features: factor recombination, mixup, noise and modality dropout."""

import torch
from torch.nn import functional

from .errors import TrainingError

AUGMENT_DEFAULTS = {"recombine": [], "mixup": 0.0, "noise": {}, "gain": {}, "mask_time": {}, "mask_band": {},
                    "brightness": 0.0, "shift_pixels": 0, "modality_dropout": 0.3, "modality_dropout_from": 0.5,
                    "extra_dropout": {}, "token_keep": 1.0}


class Augmenter:
    """Turns an index batch into features, mask and soft targets. Amounts are in units of the normalised features."""

    def __init__(self, spec, options, generator):
        unknown = [key for key in options if key not in AUGMENT_DEFAULTS]
        if unknown:
            raise TrainingError(f"unknown augmentation options: {', '.join(unknown)}")
        self.options = {**AUGMENT_DEFAULTS, **options}
        self.spec, self.generator = spec, generator
        self.modalities = spec.modalities
        self.heads = [head.name for head in spec.heads]
        self.classes = [len(head.labels) for head in spec.heads]
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
        """Features, avail and targets (one [N, C] matrix per head; zero rows where there is no label)."""
        count = len(index)
        features, avail = [None] * len(self.modalities), torch.empty(count, len(self.modalities))
        targets = [None] * len(self.heads)
        for number, (modalities, heads) in enumerate(self.sources):
            source = index if number == 0 else index[self._permutation(count)]
            other, share = self._mix(index)
            for m in modalities:
                features[m] = self._mixed(data.features[m], source, other, share)
                avail[:, m] = data.avail[source, m] if other is None else torch.minimum(data.avail[source, m],
                                                                                        data.avail[other, m])
            for h in heads:
                targets[h] = self._target(data.labels[:, h], self.classes[h], source, other, share)
        features = [self._disturb(name, item, frontend)
                    for name, item, frontend in zip(self.modalities, features, frontends)]
        return features, self._drop(avail, progress), targets

    def _permutation(self, count):
        return torch.randperm(count, generator=self.generator)

    def _mix(self, index):
        alpha = self.options["mixup"]
        if not alpha:
            return None, None
        beta = torch.distributions.Beta(alpha, alpha).sample((len(index),))
        return index[self._permutation(len(index))], torch.maximum(beta, 1.0 - beta)

    @staticmethod
    def _mixed(values, source, other, share):
        x = values[source]
        if other is None:
            return x
        weight = share.reshape((-1,) + (1,) * (x.dim() - 1))
        return x.float() * weight + values[other].float() * (1.0 - weight)

    @staticmethod
    def _target(labels, classes, source, other, share):
        def one_hot(at):
            known = labels[at] >= 0
            return functional.one_hot(labels[at].clamp(min=0), classes).float() * known.unsqueeze(1)

        if other is None:
            return one_hot(source)
        # A window without a label must not turn its partner's target into half a target.
        a, b = one_hot(source), one_hot(other)
        mixed = a * share.unsqueeze(1) + b * (1.0 - share).unsqueeze(1)
        both = (a.sum(1, keepdim=True) > 0) & (b.sum(1, keepdim=True) > 0)
        return torch.where(both, mixed, torch.zeros_like(mixed))

    def _disturb(self, name, x, frontend):
        if hasattr(frontend, "tubelet"):
            return self._disturb_frames(name, x)
        scale = frontend.scale
        count, width = x.shape[0], x.shape[-1]
        gain = self.options["gain"].get(name, 0.0)
        if gain:  # a constant offset of the whole window in log or z units: sensor drift, distance, loudness
            x = x + torch.randn(count, 1, width) * gain / scale
        noise = self.options["noise"].get(name, 0.0)
        if noise:
            x = x + torch.randn(x.shape) * torch.rand(count, 1, 1) * noise / scale
        x = self._mask(x, 1, self.options["mask_time"].get(name, 0), frontend.mean)
        return self._mask(x, 2, self.options["mask_band"].get(name, 0), frontend.mean)

    @staticmethod
    def _mask(x, dim, longest, fill):
        """Sets one random run of up to `longest` steps (dim 1) or channels (dim 2) to the mean (SpecAugment)."""
        if not longest:
            return x
        size = x.shape[dim]
        length = torch.randint(0, longest + 1, (x.shape[0], 1))
        start = (torch.rand(x.shape[0], 1) * (size - length + 1)).long()
        position = torch.arange(size).unsqueeze(0)
        hit = (position >= start) & (position < start + length)
        hit = hit.unsqueeze(2) if dim == 1 else hit.unsqueeze(1)
        return torch.where(hit, fill.expand_as(x) if fill.dim() else fill, x)

    def _disturb_frames(self, name, x):
        x, count = x.float(), x.shape[0]
        shift = self.options["shift_pixels"]
        if shift:
            dy, dx = (int(v) for v in torch.randint(-shift, shift + 1, (2,)))
            x = torch.roll(x, (dy, dx), dims=(2, 3))
        bright = self.options["brightness"]
        if bright:
            factor = 1.0 + (torch.rand(count, 1, 1, 1, 1) * 2 - 1) * bright
            offset = (torch.rand(count, 1, 1, 1, 1) * 2 - 1) * bright * 64.0
            x = x * factor + offset
        noise = self.options["noise"].get(name, 0.0)
        if noise:
            x = x + torch.randn(x.shape) * torch.rand(count, 1, 1, 1, 1) * noise * 127.5
        return x.clamp(0.0, 255.0)

    def _drop(self, avail, progress):
        """Modality dropout in the later part of training; an example never loses its last modality."""
        rate = self.options["modality_dropout"] if progress >= self.options["modality_dropout_from"] else 0.0
        rates = torch.full((len(self.modalities),), rate)
        for name, extra in self.options["extra_dropout"].items():
            rates[self.modalities.index(name)] = max(extra, rate)
        if not bool((rates > 0).any()):
            return avail
        kept = avail * (torch.rand(avail.shape) >= rates).float()
        alive = kept.sum(dim=1, keepdim=True) > 0
        # Where everything fell out, one modality that was there stays, chosen at random.
        chosen = (torch.rand(avail.shape) * avail).argmax(dim=1)
        rescue = functional.one_hot(chosen, avail.shape[1]).float() * avail
        return torch.where(alive, kept, rescue)
