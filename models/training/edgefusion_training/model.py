"""The model: one encoder per modality, a fusion that the configuration chooses, readouts per head."""

import torch
from torch import nn

from .block import Layers, layer_norm
from .encoder import Encoder
from .fusion import FUSION_CLASSES, masked_mean
from .options import MODEL_DEFAULTS, check_options  # noqa: F401  (part of this module's interface)
from .readout import ConcatReadout, MeanReadout, RegressionScale, masked_weights


class FusionModel(nn.Module):
    """Raw windows, their mask and context in; logits per head, logits per modality and an embedding out.

    Three steps, so that training can cache the first and an export can be split after the second:
    `features` (fixed front ends), `encode` (each modality alone, up to the cut), `meet` (fusion and readout).
    """

    def __init__(self, spec, options):
        super().__init__()
        self.spec, self.options = spec, check_options(options, spec)
        self.contexts = [item for item in spec.context if item.name in self.options["context"]]
        self.fusion_layer = self.options["fusion_layer"]
        self.late = self.options["fusion"] == "late"
        width, modalities = self.options["width"], len(spec.inputs)
        self.encoders = nn.ModuleList(Encoder(item, self.options, self.contexts) for item in spec.inputs)
        counts = [encoder.token_counts(self.fusion_layer) for encoder in self.encoders]
        own_layers = self.fusion_layer if self.options["fusion"] in ("perceiver", "pairwise") \
            else self.options["layers"]
        mixes_itself = self.options["fusion"] == "joint" and self.options["block"] == "mixer"
        extra_tokens = self.options["bottleneck_tokens"] if self.options["fusion"] == "bottleneck" else 0
        self.layers = Layers(self.options, spec.modalities, own_layers,
                             self.fusion_layer if mixes_itself else own_layers,
                             [max(c) + extra_tokens for c in counts])
        self.fusion = FUSION_CLASSES[self.options["fusion"]](self.options, self.layers, [c[-1] for c in counts])
        self.norm = layer_norm(width)
        self.unimodal, self.readouts, self.scales = nn.ModuleDict(), nn.ModuleDict(), nn.ModuleDict()
        extras = {"perceiver": 1, "pairwise": modalities * (modalities - 1)}.get(self.options["fusion"], 0)
        for head in spec.heads:
            self._add_head(head, modalities, extras, width)
        self.apply(_initialise)
        for encoder in self.encoders:
            encoder.context.reset()

    def _add_head(self, head, modalities, extras, width):
        options = self.options
        shared = 1 if options["share_head"] else modalities
        self.unimodal[head.name] = nn.ModuleList(nn.Linear(width, head.size) for _ in range(shared))
        if options["readout"][head.name] == "mean_logits":
            self.readouts[head.name] = MeanReadout(modalities, width, extras, head.size)
        else:
            inputs = (modalities + extras) * width + sum(len(item.labels) for item in self.contexts)
            self.readouts[head.name] = ConcatReadout(modalities, inputs, options["readout_hidden"], head.size,
                                                     options["readout_dropout"])
        if head.kind == "regression":
            self.scales[head.name] = RegressionScale(head.size)

    def features(self, inputs, avail):
        """Per modality features of raw inputs; inputs whose modality is not available count as zero, NaN included."""
        cleaned = []
        for index, (encoder, raw) in enumerate(zip(self.encoders, inputs)):
            present = (avail[:, index] > 0.5).reshape((-1,) + (1,) * (raw.dim() - 1))
            if raw.dtype != torch.uint8:  # uint8 frames cannot hold NaN; their tokens are cut in `meet` like all others
                raw = torch.where(present, raw, torch.zeros_like(raw))
            cleaned.append(encoder.frontend.features(raw))
        return cleaned

    def forward(self, inputs, avail, context=()):
        """`context`: one one-hot [N, K] per context input in use; an all-zero row means unknown."""
        return self.fuse(self.features(inputs, avail), avail, context=context)

    def fuse(self, features, avail, share=1.0, layer_tokens=None, context=()):
        """Everything behind the front ends. `layer_tokens`, if a list, receives each layer's tokens."""
        tokens, keeps = self.encode_all(features, share, layer_tokens, context)
        return self.meet(tokens, keeps, avail, layer_tokens, context)

    def encode_all(self, features, share=1.0, layer_tokens=None, context=()):
        """Tokens at the cut and what is hidden of them, per modality."""
        record = [] if layer_tokens is not None else None
        both = [self.encode(i, item, share, record, context) for i, item in enumerate(features)]
        if layer_tokens is not None:
            depth = self.fusion_layer
            layer_tokens.extend([[record[i * depth + layer] for i in range(len(both))] for layer in range(depth)])
        return [x for x, _ in both], [keep for _, keep in both]

    def encode(self, number, features, share=1.0, record=None, context=()):
        """One modality alone: (tokens after `fusion_layer` layers, which of them may be looked at or None)."""
        context = context or self.unknown_context(features)
        return self.run_own_layers(number, *self.encoders[number].tokens(features, share, context), record)

    def run_own_layers(self, number, x, keep, record=None):
        """The layers before the cut, with the token reduction among them."""
        encoder = self.encoders[number]
        for layer in range(self.fusion_layer):
            x, keep = encoder.reduce(layer, x, keep)
            x = self.layers.run(layer, number, x, keep)
            if record is not None:
                record.append(x)
        return encoder.reduce(self.fusion_layer, x, keep)

    def unknown_context(self, like):
        """All-zero one-hot rows, for callers that know nothing of the situation."""
        return [torch.zeros(like.shape[0], len(item.labels), device=like.device) for item in self.contexts]

    def meet(self, tokens, keeps, avail, layer_tokens=None, context=()):
        """Fusion, readouts and embedding, from the tokens at the cut."""
        context = context or self.unknown_context(avail)
        return self._heads(self.fuse_tokens(tokens, keeps, avail, layer_tokens, context), avail, context)

    def fuse_tokens(self, tokens, keeps, avail, layer_tokens=None, context=()):
        """The fusion alone. What an unavailable modality's tokens hold, NaN included, is cut off here."""
        cut, context = [], context or self.unknown_context(avail)
        for number, x in enumerate(tokens):
            x = self.encoders[number].inform(x, context)
            present = (avail[:, number] > 0.5).reshape(-1, 1, 1)
            cut.append(torch.where(present, x, torch.zeros_like(x)))
        return self.fusion(self.layers, cut, keeps, avail, layer_tokens)

    def representations(self, fused, avail):
        """(one vector per modality [N, M, d], embedding [N, d], further vectors [N, E, d] or None), masked."""
        stacked, present = self.norm(fused.modalities), (avail > 0.5).unsqueeze(-1)
        stacked = torch.where(present, stacked, torch.zeros_like(stacked))
        embedding, extra = masked_mean(stacked, masked_weights(avail)), None
        if fused.extra is not None:
            there = (fused.extra_avail > 0.5).unsqueeze(-1)
            extra = self.norm(fused.extra)
            extra = torch.where(there, extra, torch.zeros_like(extra))
            mean = masked_mean(extra, masked_weights(fused.extra_avail))
            embedding = torch.where(fused.extra_avail.sum(dim=1, keepdim=True) > 0.5, mean, embedding)
        return stacked, embedding, extra

    def _heads(self, fused, avail, context):
        stacked, embedding, extra = self.representations(fused, avail)
        present = (avail > 0.5).unsqueeze(-1)
        outputs = {"embedding": embedding}
        for head in self.spec.heads:
            layers = self.unimodal[head.name]
            if len(layers) == 1:
                unimodal = layers[0](stacked)
            else:
                unimodal = torch.stack([layer(stacked[:, i]) for i, layer in enumerate(layers)], dim=1)
            unimodal = torch.where(present, unimodal, torch.zeros_like(unimodal))
            readout = self.readouts[head.name]
            result = readout(stacked, unimodal, avail, extra, fused.extra_avail, context)
            unimodal = unimodal * readout.alone()
            if head.kind == "regression":
                result, unimodal = self.scales[head.name](result), self.scales[head.name](unimodal)
            outputs[head.tensor], outputs[head.per_modality_tensor] = result, unimodal
        return outputs

    def macs(self):
        """Multiply-accumulates of one window, front ends included (elementwise work not counted)."""
        total = self.fusion.macs(self.layers)
        for number, encoder in enumerate(self.encoders):
            total += encoder.macs() + sum(self.layers.macs(layer, number, tokens) for layer, tokens
                                          in enumerate(encoder.token_counts(self.fusion_layer)[:-1]))
        for head in self.spec.heads:
            total += len(self.encoders) * self.options["width"] * head.size + self.readouts[head.name].macs
        return total

    def parameters_count(self):
        """Weights that training changes."""
        return sum(parameter.numel() for parameter in self.parameters())


def one_hot_context(indices, contexts):
    """Label numbers [N, contexts] (-1 = unknown) as one one-hot matrix per context; unknown gives an all-zero row."""
    rows = []
    for number, item in enumerate(contexts):
        index = indices[:, number]
        rows.append(nn.functional.one_hot(index.clamp(min=0), len(item.labels)).float() * (index >= 0).unsqueeze(1))
    return rows


def _initialise(module):
    if isinstance(module, nn.Linear):
        nn.init.xavier_uniform_(module.weight)
        if module.bias is not None:
            nn.init.zeros_(module.bias)
