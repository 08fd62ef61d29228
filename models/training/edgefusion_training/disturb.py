"""Broken sensors: noise, drift, masks, delay, freezing, and the graded corruption of the robustness curves.

All functions take features (before normalisation) and a torch.Generator; the same generator state disturbs alike.
"""

import torch


def disturb(x, name, frontend, options, generator, window_ms):
    """All augmentations of one modality's features that `options` asks for."""
    x = _late(x, options["stale_ms"].get(name, 0.0) / window_ms, options["freeze"].get(name, 0.0), generator)
    level = options["corrupt"].get(name, 0.0)
    if level:
        chosen = (torch.rand(len(x), generator=generator) < options["corrupt_share"]).float()
        x = corrupt(x, chosen * level * torch.rand(len(x), generator=generator), frontend, generator)
    if is_frames(frontend):
        return _frames(x, options, options["noise"].get(name, 0.0), generator)
    scale, count = frontend.scale, len(x)
    gain = options["gain"].get(name, 0.0)
    if gain and x.dim() > 2:  # a constant offset in log or z units over the whole window: drift, distance, loudness
        x = x + torch.randn(count, 1, x.shape[-1], generator=generator) * gain / scale
    elif gain:  # raw sound: a factor
        x = x * torch.exp(torch.randn(count, 1, generator=generator) * gain)
    noise = options["noise"].get(name, 0.0)
    if noise:
        amount = torch.rand((count,) + (1,) * (x.dim() - 1), generator=generator) * noise
        x = x + torch.randn(x.shape, generator=generator) * amount / scale
    x = _mask(x, 1, options["mask_time"].get(name, 0), frontend.mean, generator)
    return _mask(x, 2, options["mask_band"].get(name, 0), frontend.mean, generator) if x.dim() > 2 else x


def is_frames(frontend):
    return hasattr(frontend, "tubelet")


def corrupt(x, level, frontend, generator):
    """Corruption of strength `level` [N] within 0..1 (after MultiBench, without its slips).

    Series: one normal number of deviation `level` per step, added to all channels in normalised units; then entries,
    then whole steps, fall back to the mean with chance `level`. Frames: grey, contrast and noise grow with `level`,
    and pixels turn black or white with chance level / 4. At level 1 a series says nothing any more.
    """
    if is_frames(frontend):
        return _corrupt_frames(x, level, generator)
    flat = x.dim() == 2
    x = x.unsqueeze(-1) if flat else x
    amount = level.reshape(-1, 1, 1)
    scale, mean = frontend.scale, frontend.mean
    x = x + torch.randn(x.shape[:2] + (1,), generator=generator) * amount / scale
    fill = mean.expand_as(x)
    x = torch.where(torch.rand(x.shape, generator=generator) < amount, fill, x)
    x = torch.where(torch.rand(x.shape[:2] + (1,), generator=generator) < amount, fill, x)
    return x.squeeze(-1) if flat else x


def _corrupt_frames(x, level, generator):
    amount = level.reshape(-1, 1, 1, 1, 1)
    x = x.float()
    grey = x.mean(dim=-1, keepdim=True)
    x = x * (1.0 - amount) + grey * amount
    x = (x - 127.5) * (1.0 - 0.7 * amount) + 127.5
    x = x + torch.randn(x.shape, generator=generator) * amount * 96.0
    dice = torch.rand(x.shape[:-1] + (1,), generator=generator)
    x = torch.where(dice < amount / 8, torch.zeros_like(x), x)
    x = torch.where((dice >= amount / 8) & (dice < amount / 4), torch.full_like(x, 255.0), x)
    return x.clamp(0.0, 255.0)


def _late(x, share, freeze, generator):
    """Delays by up to `share` of the window (the first sample is repeated) and freezes with chance `freeze`."""
    if not share and not freeze:
        return x
    count, steps = x.shape[0], x.shape[1]
    position = torch.arange(steps).unsqueeze(0).expand(count, -1)
    if share:
        longest = int(share * steps)
        position = position - torch.randint(0, longest + 1, (count, 1), generator=generator)
    if freeze:
        frozen = torch.rand(count, 1, generator=generator) < freeze
        since = torch.randint(0, steps, (count, 1), generator=generator)
        position = torch.where(frozen, torch.minimum(position, since), position)
    position = position.clamp(min=0).reshape((count, steps) + (1,) * (x.dim() - 2))
    return x.gather(1, position.expand_as(x))


def _mask(x, dim, longest, fill, generator):
    """Sets one random run of up to `longest` steps (dim 1) or channels (dim 2) to the mean (SpecAugment)."""
    if not longest:
        return x
    size = x.shape[dim]
    length = torch.randint(0, longest + 1, (x.shape[0], 1), generator=generator)
    start = (torch.rand(x.shape[0], 1, generator=generator) * (size - length + 1)).long()
    position = torch.arange(size).unsqueeze(0)
    hit = (position >= start) & (position < start + length)
    if x.dim() > 2:
        hit = hit.unsqueeze(2) if dim == 1 else hit.unsqueeze(1)
    return torch.where(hit, fill.expand_as(x) if fill.dim() else fill, x)


def _frames(x, options, noise, generator):
    x, count = x.float(), x.shape[0]
    shift, bright = options["shift_pixels"], options["brightness"]
    if shift:
        dy, dx = (int(v) for v in torch.randint(-shift, shift + 1, (2,), generator=generator))
        x = torch.roll(x, (dy, dx), dims=(2, 3))
    if bright:
        factor = 1.0 + (torch.rand(count, 1, 1, 1, 1, generator=generator) * 2 - 1) * bright
        x = x * factor + (torch.rand(count, 1, 1, 1, 1, generator=generator) * 2 - 1) * bright * 64.0
    if noise:
        amount = torch.rand(count, 1, 1, 1, 1, generator=generator) * noise * 127.5
        x = x + torch.randn(x.shape, generator=generator) * amount
    return x.clamp(0.0, 255.0)
