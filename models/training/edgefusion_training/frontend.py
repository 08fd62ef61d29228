"""Front ends: raw sensor samples to patches, as graph nodes, so that training and serving cannot differ.

Each front end has two steps. `features` holds no statistics and no learned weights: training computes it once per
window and caches it. `patches` normalises and cuts the features into tokens of equal size.
"""

import math

import torch
from torch import nn

from .errors import TrainingError
from .names import unknown_choice

Z_LIMIT = 8.0  # normalised values are clipped here: a spike must not own the attention of a whole window


def make_frontend(item, options):
    """The front end of one InputSpec; `options` is its entry under model.modalities in the configuration."""
    if item.kind == "frames":
        return FrameFrontEnd(item, options.get("tubelet", [1, 16, 16]))
    if item.kind == "audio":
        kind = options.get("tokeniser", "log_mel")
        if kind not in ("log_mel", "waveform"):
            raise TrainingError(f"input {item.tensor}: tokeniser '{kind}' is unknown, expected log_mel or waveform")
        if kind == "waveform":
            return WaveformFrontEnd(item, options.get("patch_samples", int(item.rate_hz) // 40))
        return AudioFrontEnd(item, options)
    return VectorFrontEnd(item, options.get("patch_steps", 1), options.get("transform", "none"))


def _whole(length, patch, what):
    if patch < 1 or length % patch:
        raise TrainingError(f"{what}: {length} cannot be cut into patches of {patch}")
    return length // patch


class FrameFrontEnd(nn.Module):
    """uint8 frames [N,T,H,W,C] -> [-1,1] -> tubelets."""

    def __init__(self, item, tubelet):
        super().__init__()
        _, steps, height, width, self.channels = item.shape
        self.tubelet = tuple(tubelet)
        self.grid = tuple(_whole(size, patch, f"input {item.tensor}")
                          for size, patch in zip((steps, height, width), self.tubelet))
        self.tokens = math.prod(self.grid)
        self.patch_size = math.prod(self.tubelet) * self.channels
        self.macs = 0

    def features(self, raw):
        return raw

    def fit(self, features, present):
        """Fixed scale: nothing to fit."""

    def patches(self, features):
        x = features.to(torch.float32) * (2.0 / 255.0) - 1.0
        (gt, gh, gw), (pt, ph, pw) = self.grid, self.tubelet
        x = x.reshape(-1, gt, pt, gh, ph, gw, pw, self.channels).permute(0, 1, 3, 5, 2, 4, 6, 7)
        return x.reshape(-1, self.tokens, self.patch_size)

    def covered(self, features):
        """[N, tokens]: 1 where a tubelet's frames hold anything; a frame that never came is all zero."""
        gt, per_step = self.grid[0], self.grid[1] * self.grid[2]
        values = self.tubelet[0] * features.shape[2] * features.shape[3] * self.channels
        peaks = features.to(torch.float32).reshape(-1, gt, values).amax(dim=2)
        return (peaks > 0.0).to(torch.float32).unsqueeze(2).expand(-1, -1, per_step).reshape(-1, self.tokens)

    def describe(self):
        return {"scale": "x * 2 / 255 - 1", "tubelet": list(self.tubelet), "tokens": self.tokens}


class VectorFrontEnd(nn.Module):
    """float vectors [N,T,W] -> per-channel z-score (training statistics), clipped -> patches of k steps."""

    def __init__(self, item, patch_steps, transform):
        super().__init__()
        _, steps, width = item.shape
        fault = unknown_choice(transform, ("none", "sqrt", "floor_sqrt"), f"transform of input {item.tensor}")
        if fault:
            raise TrainingError(fault)
        self.transform, self.patch_steps = transform, patch_steps
        self.tokens = _whole(steps, patch_steps, f"input {item.tensor}")
        self.patch_size = patch_steps * width
        self.macs = 0
        self.register_buffer("mean", torch.zeros(width))
        self.register_buffer("scale", torch.ones(width))

    def features(self, raw):
        # sqrt: a histogram's counts have a variance that grows with them; the root evens it out. floor_sqrt: levels
        # whose lowest value moves with the loudest one are taken above that floor first.
        if self.transform == "none":
            return raw
        level = raw - raw.amin(dim=(1, 2), keepdim=True) if self.transform == "floor_sqrt" else raw
        return level.clamp(min=0.0).sqrt()

    def fit(self, features, present):
        values = features[present].reshape(-1, features.shape[-1]).double()
        std = values.std(dim=0, unbiased=False)
        # A channel that never moves carries nothing: scale 1 keeps it at zero without dividing by zero. Channels
        # that move 100 times less than the typical one are not blown up to unit variance either.
        floor = max(float(std.median()) * 1e-2, 1e-9)
        self.mean.copy_(values.mean(dim=0).float())
        self.scale.copy_(torch.where(std > 1e-9, 1.0 / std.clamp(min=floor), torch.ones_like(std)).float())

    def patches(self, features):
        x = ((features - self.mean) * self.scale).clamp(-Z_LIMIT, Z_LIMIT)
        return x.reshape(-1, self.tokens, self.patch_size)

    def covered(self, features):
        """[N, tokens]: 1 where a patch holds a sample; grid points that no sample covers are zero in all channels."""
        return (features.abs().reshape(-1, self.tokens, self.patch_size).amax(dim=2) > 0.0).to(features.dtype)

    def describe(self):
        return {"transform": self.transform, "mean": _rounded(self.mean), "scale": _rounded(self.scale),
                "clip": Z_LIMIT, "patch_steps": self.patch_steps, "tokens": self.tokens}


class AudioFrontEnd(nn.Module):
    """float PCM [N,samples] -> log-mel [N,frames,mels] -> z-score over all bins -> square patches.

    Frames are cut un-centred by the analysis window (25 ms at 10 ms hop) and zero-padded to the FFT length, so the
    DFT is one strided convolution with windowed cosine and sine kernels of the window's length. With `statistics` one
    more token tells how each band behaves over the window. Patches fill the first values of a token and statistics
    those behind them, so that the one embedding holds a matrix for either.
    """

    def __init__(self, item, options):
        super().__init__()
        rate, samples = int(item.rate_hz), item.shape[1]
        self.rate_hz = rate
        self.window, self.hop = options.get("window", rate // 40), options.get("hop", rate // 100)
        self.n_fft = options.get("n_fft", 1 << (self.window - 1).bit_length())
        self.mels = options.get("mels", 64)
        self.low_hz, self.high_hz = options.get("low_hz", 50.0), options.get("high_hz", rate / 2.0)
        self.floor = options.get("floor", 1e-5)
        self.patch = tuple(options.get("patch", [16, 16]))
        self.frames = 1 + (samples - self.window) // self.hop
        self.kept = self.frames - self.frames % self.patch[0]
        self.grid = (_whole(self.kept, self.patch[0], "audio frames"), _whole(self.mels, self.patch[1], "mel bands"))
        self.tokens, self.patch_size = math.prod(self.grid), math.prod(self.patch)
        self.statistics = BandStatistics(self.mels) if options.get("statistics", False) else None
        if self.statistics is not None:
            self.tokens, self.patch_size = self.tokens + 1, self.patch_size + self.statistics.size
        bins = self.n_fft // 2 + 1
        self.macs = self.frames * bins * (2 * self.window + self.mels)
        self.register_buffer("dft", dft_kernels(self.window, self.n_fft))
        self.register_buffer("filters", mel_filters(self.mels, self.n_fft, rate, self.low_hz, self.high_hz))
        self.register_buffer("mean", torch.zeros(()))
        self.register_buffer("scale", torch.ones(()))

    def power(self, raw):
        """Power spectrum [N, bins, frames] of all un-centred frames."""
        spectrum = nn.functional.conv1d(raw.unsqueeze(1), self.dft, stride=self.hop)
        bins = self.n_fft // 2 + 1
        real, imaginary = spectrum[:, :bins], spectrum[:, bins:]
        return real * real + imaginary * imaginary

    def log_mel(self, raw):
        """All frames: [N, frames, mels]."""
        return torch.matmul(self.power(raw).transpose(1, 2), self.filters).clamp(min=self.floor).log()

    def features(self, raw):
        return self.log_mel(raw)[:, : self.kept]

    def fit(self, features, present):
        values = features[present].double()
        self.mean.copy_(values.mean().float())
        self.scale.copy_((1.0 / values.std(unbiased=False).clamp(min=1e-6)).float())
        if self.statistics is not None:
            self.statistics.fit(features[present])

    def patches(self, features):
        x = self._blocks(((features - self.mean) * self.scale).clamp(-Z_LIMIT, Z_LIMIT))
        if self.statistics is None:
            return x
        row = self.statistics(features)
        x = torch.cat([x, x.new_zeros(x.shape[0], x.shape[1], row.shape[2])], dim=2)
        return torch.cat([x, torch.cat([row.new_zeros(row.shape[0], 1, math.prod(self.patch)), row], dim=2)], dim=1)

    def _blocks(self, x):
        """[N, frames, mels] as [N, patches, values of a patch]."""
        (gt, gm), (pt, pm) = self.grid, self.patch
        return x.reshape(-1, gt, pt, gm, pm).permute(0, 1, 3, 2, 4).reshape(-1, gt * gm, pt * pm)

    def covered(self, features):
        """[N, tokens]: 1 where a patch holds sound; digital silence, as in a gap, is the floor in every bin."""
        heard = (self._blocks(features).amax(dim=2) > math.log(self.floor) + 1e-4).to(features.dtype)
        return heard if self.statistics is None else torch.cat([heard, heard.amax(dim=1, keepdim=True)], dim=1)

    def describe(self):
        text = self._describe_log_mel()
        return text if self.statistics is None else {**text, "statistics": self.statistics.describe()}

    def _describe_log_mel(self):
        return {"rate_hz": self.rate_hz, "window_samples": self.window, "hop_samples": self.hop, "n_fft": self.n_fft,
                "window_function": "hann (periodic)", "centred": False, "frames": self.frames,
                "frames_kept": self.kept, "mels": self.mels, "mel_scale": "htk, triangles of height 1",
                "low_hz": self.low_hz, "high_hz": self.high_hz, "log": f"ln(max(power, {self.floor:g}))",
                "mean": _rounded(self.mean), "scale": _rounded(self.scale), "clip": Z_LIMIT,
                "patch": list(self.patch), "tokens": self.tokens}


class BandStatistics(nn.Module):
    """log-mel [N,frames,mels] -> [N,1,3 mels]: per band its mean, its deviation over time and how far its loudest
    frame lies above the mean, each a z-score with the training split's statistics.

    Whether a band is steady or made of knocks is a matter of its deviation, which no linear embedding of a patch can
    tell and a few thousand windows hardly teach.
    """

    def __init__(self, mels):
        super().__init__()
        self.size = 3 * mels
        self.register_buffer("mean", torch.zeros(self.size))
        self.register_buffer("scale", torch.ones(self.size))

    def values(self, features):
        """Before normalisation: [N, 3 mels]."""
        mean = features.mean(dim=1, keepdim=True)
        deviation = ((features - mean) ** 2).mean(dim=1).sqrt()
        return torch.cat([mean[:, 0], deviation, features.amax(dim=1) - mean[:, 0]], dim=1)

    def fit(self, features):
        values = self.values(features).double()
        self.mean.copy_(values.mean(dim=0).float())
        self.scale.copy_((1.0 / values.std(dim=0, unbiased=False).clamp(min=1e-6)).float())

    def forward(self, features):
        return ((self.values(features) - self.mean) * self.scale).clamp(-Z_LIMIT, Z_LIMIT).unsqueeze(1)

    def describe(self):
        return {"values": "per band: mean, deviation over time, maximum above the mean", "mean": _rounded(self.mean),
                "scale": _rounded(self.scale), "clip": Z_LIMIT}


class WaveformFrontEnd(nn.Module):
    """float PCM [N,samples] -> z-score -> patches of raw samples (VATT): the embedding learns its own filters."""

    def __init__(self, item, patch_samples):
        super().__init__()
        self.rate_hz, self.patch_size = int(item.rate_hz), patch_samples
        self.tokens = _whole(item.shape[1], patch_samples, f"input {item.tensor}")
        self.macs = 0
        self.register_buffer("mean", torch.zeros(()))
        self.register_buffer("scale", torch.ones(()))

    def features(self, raw):
        return raw

    def fit(self, features, present):
        values = features[present].double()
        self.mean.copy_(values.mean().float())
        self.scale.copy_((1.0 / values.std(unbiased=False).clamp(min=1e-6)).float())

    def patches(self, features):
        x = ((features - self.mean) * self.scale).clamp(-Z_LIMIT, Z_LIMIT)
        return x.reshape(-1, self.tokens, self.patch_size)

    def covered(self, features):
        """[N, tokens]: 1 where a patch holds a sample that is not zero."""
        peaks = features.abs().reshape(-1, self.tokens, self.patch_size).amax(dim=2)
        return (peaks > 0.0).to(features.dtype)

    def describe(self):
        return {"tokeniser": "waveform", "rate_hz": self.rate_hz, "mean": _rounded(self.mean),
                "scale": _rounded(self.scale), "clip": Z_LIMIT, "patch_samples": self.patch_size,
                "tokens": self.tokens}


def dft_kernels(window, n_fft):
    """[2*(n_fft/2+1), 1, window]: Hann-windowed cosines, then sines, of the bin frequencies."""
    n = torch.arange(window, dtype=torch.float64)
    hann = 0.5 - 0.5 * torch.cos(2.0 * math.pi * n / window)
    angle = 2.0 * math.pi * torch.arange(n_fft // 2 + 1, dtype=torch.float64).unsqueeze(1) * n / n_fft
    return torch.cat([torch.cos(angle) * hann, torch.sin(angle) * hann]).float().unsqueeze(1)


def mel_filters(mels, n_fft, rate_hz, low_hz, high_hz):
    """[n_fft/2+1, mels] triangular HTK filters; every filter reaches at least one bin."""
    def to_mel(hz):
        return 2595.0 * math.log10(1.0 + hz / 700.0)

    points = torch.linspace(to_mel(low_hz), to_mel(high_hz), mels + 2, dtype=torch.float64)
    edges = 700.0 * (10.0 ** (points / 2595.0) - 1.0)
    bins = torch.arange(n_fft // 2 + 1, dtype=torch.float64) * rate_hz / n_fft
    rising = (bins.unsqueeze(1) - edges[:-2]) / (edges[1:-1] - edges[:-2])
    falling = (edges[2:] - bins.unsqueeze(1)) / (edges[2:] - edges[1:-1])
    filters = torch.minimum(rising, falling).clamp(min=0.0)
    if bool((filters.sum(dim=0) == 0.0).any()):
        raise TrainingError(f"{mels} mel bands from {low_hz} Hz are finer than the FFT of {n_fft}: use fewer bands")
    return filters.float()


def _rounded(tensor):
    values = [float(f"{value:.6g}") for value in tensor.reshape(-1).tolist()]
    return values if tensor.dim() else values[0]
