"""Front end of a whole window as one vector: transformed samples and their order statistics over time.

For pre-binned or short vector streams whose events do not happen at fixed places in the window: the samples say what
happened when, the order statistics what happened at all.
"""

import torch

from .errors import TrainingError
from .frontend import VectorFrontEnd
from .names import unknown_choice

TRANSFORMS = ("none", "sqrt", "floor_sqrt", "log")
QUANTILES = (0.0, 0.25, 0.5, 0.75, 1.0)
JUMP_FLOOR = 1e-3    # below it, in units of the transformed signal, changes count as none


class ProfileFrontEnd(VectorFrontEnd):
    """float vectors [N,T,W] -> [N,1,d], not normalised.

    Transforms: `none`; `sqrt` for counts; `floor_sqrt`, the root above the window's smallest value, for levels that
    were clipped a fixed distance below their peak (that value is kept as an element of its own); `log`, the signed
    log(1+|x|), for signals with rare spikes. Samples are averaged over `pool_steps`. With `statistics`, mean,
    deviation and quantiles over time per channel. `columns` reads a stream that was recorded as one flat vector, such
    as a spectrogram, as steps of so many channels. For every lag in `jumps` (in steps) the logarithm of the largest
    change over so many steps, per channel: how abrupt the most abrupt thing was, which no mean over time keeps.
    """

    def __init__(self, item, transform="none", statistics=True, pool_steps=1, columns=0, jumps=()):
        super().__init__(item, 1, "none")
        _, self.steps, self.width = item.shape
        self.folded = bool(columns)
        if columns:
            if columns < 0 or self.steps * self.width % columns:
                raise TrainingError(f"input {item.tensor}: {self.steps * self.width} elements are no whole number of "
                                    f"{columns} columns")
            self.steps, self.width = self.steps * self.width // columns, columns
        fault = unknown_choice(transform, TRANSFORMS, f"transform of input {item.tensor}")
        if fault:
            raise TrainingError(fault)
        if pool_steps < 1 or self.steps % pool_steps:
            raise TrainingError(f"input {item.tensor}: {self.steps} steps cannot be averaged in groups of {pool_steps}")
        self.pool_steps, self.jumps = pool_steps, checked_lags(jumps, self.steps, item)
        self.kind, self.statistics = transform, bool(statistics) and self.steps > 1
        self.places = sorted({round(q * (self.steps - 1)) for q in QUANTILES}) if self.statistics else []
        self.tokens = 1
        self.patch_size = self.steps // pool_steps * self.width + (transform == "floor_sqrt")
        self.patch_size += (2 + len(self.places)) * self.width if self.statistics else 0
        self.still_size = self.patch_size  # without the jumps, which come last
        self.patch_size += len(self.jumps) * self.width

    def patches(self, features):
        x, floor = features.reshape(-1, self.steps, self.width) if self.folded else features, None
        if self.kind == "floor_sqrt":
            floor = x.amin(dim=(1, 2), keepdim=True)
            x = (x - floor).clamp(min=0.0).sqrt()
        elif self.kind == "sqrt":
            x = x.clamp(min=0.0).sqrt()
        elif self.kind == "log":
            x = torch.where(x < 0.0, -(1.0 + x.abs()).log(), (1.0 + x.abs()).log())
        pooled = x.reshape(-1, self.steps // self.pool_steps, self.pool_steps, self.width).mean(dim=2)
        parts = [pooled.flatten(1)]
        if self.statistics:
            mean = x.mean(dim=1)
            spread = ((x - mean.unsqueeze(1)) ** 2).mean(dim=1)
            ordered = x.sort(dim=1)[0]
            parts += [mean, (spread + 1e-12).sqrt()] + [ordered[:, place] for place in self.places]
        if floor is not None:
            parts.append(floor.flatten(1))
        for lag in self.jumps:
            parts.append(((x[:, lag:] - x[:, :-lag]).abs().amax(dim=1) + JUMP_FLOOR).log())
        return torch.cat(parts, dim=1).unsqueeze(1)

    def covered(self, features):
        return torch.ones_like(features[:, :1, 0])

    def describe(self):
        return {"profile": self.kind, "statistics": self.statistics, "pool_steps": self.pool_steps,
                "columns": self.width, "quantile_places": self.places, "jumps": self.jumps,
                "elements": self.patch_size, "tokens": 1}


def checked_lags(jumps, steps, item):
    """The lags as a list; anything but different whole numbers of steps within the window is an error."""
    whole = isinstance(jumps, (list, tuple)) and all(type(lag) is int and 1 <= lag < steps for lag in jumps)
    if not whole or len(set(jumps)) < len(jumps):
        raise TrainingError(f"input {item.tensor}: jumps is {jumps!r}, it must be a list of different whole numbers of "
                            f"steps from 1 to {steps - 1}")
    return list(jumps)
