"""Bottleneck fusion of several sensors (after MBT): one encoder per modality, exchange only through a few tokens."""

import torch
from torch import nn

from .block import LAYER_NORM_EPSILON, Block, block_macs
from .errors import TrainingError
from .frontend import make_frontend
from .readout import ConcatReadout, MeanReadout, masked_weights

MODEL_DEFAULTS = {"width": 64, "layers": 4, "fusion": "bottleneck", "fusion_layer": 2, "bottleneck_tokens": 4,
                  "attention_heads": 2, "mlp_ratio": 4, "drop_path": 0.1, "dropout": 0.0, "readout": "concat_mlp",
                  "readout_hidden": 64, "readout_dropout": 0.0, "share_head": False, "modalities": {}}


def check_options(options, spec):
    """Fills in the defaults and validates; raises TrainingError listing every fault."""
    unknown = [key for key in options if key not in MODEL_DEFAULTS]
    filled = {**MODEL_DEFAULTS, **options}
    layers, first = filled["layers"], filled["fusion_layer"]
    faults = [f"unknown option '{key}'" for key in unknown]
    if filled["fusion"] == "bottleneck" and not 0 <= first <= layers - 2:
        # In its first layer every modality still reads the initial tokens, and the last layer's tokens are thrown
        # away: with a single fusion layer nothing would ever be exchanged, which is late fusion in disguise.
        faults.append(f"fusion_layer is {first} of {layers} layers, it must be within 0..{layers - 2}; "
                      "for a baseline without exchange say fusion: late")
    if filled["fusion"] not in ("bottleneck", "late"):
        faults.append(f"fusion '{filled['fusion']}' is unknown, expected bottleneck or late")
    if filled["fusion"] == "bottleneck" and filled["bottleneck_tokens"] < 1:
        faults.append("bottleneck_tokens must be at least 1")
    if filled["width"] % filled["attention_heads"]:
        faults.append(f"width {filled['width']} is not divisible by {filled['attention_heads']} attention heads")
    names = [head.name for head in spec.heads]
    readout = filled["readout"]
    filled["readout"] = readout = dict.fromkeys(names, readout) if isinstance(readout, str) else dict(readout)
    for name in names:
        if readout.get(name) not in ("mean_logits", "concat_mlp"):
            faults.append(f"readout of head {name} is '{readout.get(name)}', expected mean_logits or concat_mlp")
    faults += [f"options for modality '{name}', which the spec lacks" for name in filled["modalities"]
               if name not in spec.modalities]
    if faults:
        raise TrainingError("model options are not usable: " + "; ".join(faults))
    return filled


class Encoder(nn.Module):
    """One modality's front end, patch embedding, CLS, positions and its own blocks of all layers."""

    def __init__(self, item, options):
        super().__init__()
        width, layers = options["width"], options["layers"]
        self.frontend = make_frontend(item, options["modalities"].get(item.modality, {}))
        self.embed = nn.Linear(self.frontend.patch_size, width)
        self.cls = nn.Parameter(torch.zeros(1, 1, width))
        self.position = nn.Parameter(torch.randn(1, self.frontend.tokens + 1, width) * 0.02)
        rates = [options["drop_path"] * layer / max(layers - 1, 1) for layer in range(layers)]
        self.blocks = nn.ModuleList(Block(width, options["attention_heads"], options["mlp_ratio"], rate,
                                          options["dropout"]) for rate in rates)

    def tokens(self, features, keep=1.0):
        """[N, tokens+1, d], CLS first. In training, `keep` < 1 keeps that share of the patches, drawn per example."""
        x = self.embed(self.frontend.patches(features)) + self.position[:, 1:]
        count, total = x.shape[0], self.frontend.tokens
        kept = max(1, round(total * keep)) if self.training else total
        if kept < total:
            chosen = torch.rand(count, total, device=x.device).argsort(dim=1)[:, :kept]
            x = x.gather(1, chosen.unsqueeze(-1).expand(-1, -1, x.shape[2]))
        return torch.cat([(self.cls + self.position[:, :1]).expand(count, -1, -1), x], dim=1)


class FusionModel(nn.Module):
    """Raw windows and their mask in, logits per head, logits per modality and an embedding out."""

    def __init__(self, spec, options):
        super().__init__()
        self.spec, self.options = spec, check_options(options, spec)
        width, modalities = self.options["width"], len(spec.inputs)
        self.encoders = nn.ModuleList(Encoder(item, self.options) for item in spec.inputs)
        self.late = self.options["fusion"] == "late"
        self.fusion_layer = self.options["layers"] if self.late else self.options["fusion_layer"]
        if not self.late:
            self.bottleneck = nn.Parameter(torch.randn(1, self.options["bottleneck_tokens"], width) * 0.02)
        self.norm = nn.LayerNorm(width, eps=LAYER_NORM_EPSILON)
        self.unimodal, self.readouts = nn.ModuleDict(), nn.ModuleDict()
        for head in spec.heads:
            classes = len(head.labels)
            shared = 1 if self.options["share_head"] else modalities
            self.unimodal[head.name] = nn.ModuleList(nn.Linear(width, classes) for _ in range(shared))
            if self.options["readout"][head.name] == "mean_logits":
                self.readouts[head.name] = MeanReadout(modalities)
            else:
                self.readouts[head.name] = ConcatReadout(modalities, width, self.options["readout_hidden"], classes,
                                                         self.options["readout_dropout"])
        self.apply(_initialise)

    def features(self, inputs, avail):
        """Per modality features of raw inputs; inputs whose modality is not available count as zero, NaN included."""
        cleaned = []
        for index, (encoder, raw) in enumerate(zip(self.encoders, inputs)):
            present = (avail[:, index] > 0.5).reshape((-1,) + (1,) * (raw.dim() - 1))
            if raw.dtype != torch.uint8:  # uint8 frames cannot hold NaN; their tokens are masked below like all others
                raw = torch.where(present, raw, torch.zeros_like(raw))
            cleaned.append(encoder.frontend.features(raw))
        return cleaned

    def forward(self, inputs, avail):
        return self.fuse(self.features(inputs, avail), avail)

    def fuse(self, features, avail, keep=1.0, layer_tokens=None):
        """Everything behind the front ends. `layer_tokens`, if a list, receives each layer's tokens (for tests)."""
        tokens = [encoder.tokens(item, keep) for encoder, item in zip(self.encoders, features)]
        z = None if self.late else self.bottleneck.expand(tokens[0].shape[0], -1, -1)
        weights = masked_weights(avail)
        for layer in range(self.options["layers"]):
            if layer < self.fusion_layer:
                tokens = [encoder.blocks[layer](x) for encoder, x in zip(self.encoders, tokens)]
            else:
                tokens, z = self._exchange(layer, tokens, z, weights)
            if layer_tokens is not None:
                layer_tokens.append(tokens)
        return self._heads([self.norm(x[:, 0]) for x in tokens], avail, weights)

    def _exchange(self, layer, tokens, z, weights):
        """All modalities read the same old bottleneck; the new one is the mean over the available ones."""
        updated, proposals = [], []
        for encoder, x in zip(self.encoders, tokens):
            both = encoder.blocks[layer](torch.cat([x, z], dim=1))
            updated.append(both[:, : x.shape[1]])
            proposals.append(both[:, x.shape[1]:])
        return updated, masked_mean(torch.stack(proposals, dim=1), weights)

    def _heads(self, cls, avail, weights):
        stacked = torch.stack(cls, dim=1)
        present = (avail > 0.5).unsqueeze(-1)
        outputs = {"embedding": masked_mean(stacked, weights)}
        stacked = torch.where(present, stacked, torch.zeros_like(stacked))
        for head in self.spec.heads:
            layers = self.unimodal[head.name]
            if len(layers) == 1:
                unimodal = layers[0](stacked)
            else:
                unimodal = torch.stack([layer(stacked[:, i]) for i, layer in enumerate(layers)], dim=1)
            unimodal = torch.where(present, unimodal, torch.zeros_like(unimodal))
            readout = self.readouts[head.name]
            outputs[head.tensor] = readout(stacked, unimodal, avail)
            outputs[head.per_modality_tensor] = unimodal * readout.temperature
        return outputs

    def macs(self):
        """Multiply-accumulates of one window, front ends included (elementwise work not counted)."""
        width, ratio = self.options["width"], self.options["mlp_ratio"]
        extra = 0 if self.late else self.options["bottleneck_tokens"]
        total = 0
        for encoder in self.encoders:
            front, n = encoder.frontend, encoder.frontend.tokens + 1
            total += front.macs + front.tokens * front.patch_size * width
            total += self.fusion_layer * block_macs(n, width, ratio)
            total += (self.options["layers"] - self.fusion_layer) * block_macs(n + extra, width, ratio)
        for head in self.spec.heads:
            total += len(self.encoders) * width * len(head.labels) + self.readouts[head.name].macs
        return total


def masked_mean(values, weights):
    """Mean over dim 1 of [N, M, ...] with `weights` [N, M]; entries of weight 0 are cut out, NaN included."""
    shaped = weights.reshape(weights.shape + (1,) * (values.dim() - 2))
    return (torch.where(shaped > 0.0, values, torch.zeros_like(values)) * shaped).sum(dim=1)


def _initialise(module):
    if isinstance(module, nn.Linear):
        nn.init.xavier_uniform_(module.weight)
        nn.init.zeros_(module.bias)
