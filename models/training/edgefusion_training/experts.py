"""The expert model: per modality and per group of heads one expert, joined by calibrated log-linear pooling.

Late fusion in the product-of-experts sense: the experts answer over the *joint* classes of heads that influence the
same sensors (content and weight of a container), so that a sensor that knows the weight also sharpens what another
one says about the content. How much each modality counts, per head and context, is fitted on validation objects.
"""

import torch
from torch import nn

from .errors import TrainingError
from .expert import MEMBERS, Expert
from .model import one_hot_context
from .names import unknown_choice, unknown_names
from .options import MODEL_DEFAULTS
from .pool import Pool, all_there
from .profile import ProfileFrontEnd
from .readout import masked_weights

EXPERT_DEFAULTS = {
    # [{"heads": [...], "modalities": [...], "together": [[...] or {"modalities": [...], option: value}, ...],
    # "exclusive": false, "jumps": true}]; none: one block per head, all modalities. With "jumps": false the block's
    # experts hear the profiles without their jumps.
    "blocks": [],
    "members": list(MEMBERS), "prior": {},  # prior: how much a member counts before the calibration, if not 1
    "shrink": 0.1, "whiten_shrink": 0.3, "shared_scatter": 0.0, "additive": 0.0,
    # Axes that the kernel member looks at, along which the means of `kernel_axes` (classes or groups) lie apart; 0: the
    # whole whitened profile, of which random features need far too many where windows are few.
    "kernel_rank": 0, "kernel_axes": "classes",
    # Share of the kernel member's targets that is the sum of one answer per head, instead of one per joint class.
    "kernel_additive": 0.0,
    # What the kernel member computes `features` of: random cosines, or bumps around landmarks drawn from a normal
    # distribution like the windows', which come far closer to the exact kernel along a few dozen axes.
    "kernel_features": "cosines",
    "features": 1024, "bandwidth": 1.0, "ridge": 0.1,
    "nets": 1,              # perceptrons per expert, trained apart and averaged
    "hidden": 256, "dropout": 0.4, "input_dropout": 0.2, "input_noise": 0.3,
}
PER_MODALITY = ("shrink", "whiten_shrink", "shared_scatter", "additive", "kernel_rank", "kernel_axes",
                "kernel_additive", "kernel_features", "features", "bandwidth", "ridge", "dropout", "input_dropout",
                "input_noise")
MODALITY_OPTIONS = ("transform", "statistics", "pool_steps", "columns", "jumps", *PER_MODALITY)
BLOCK_OPTIONS = ("heads", "modalities", "together", "exclusive", "jumps")
JOINT_LIMIT = 256
NETS_LIMIT = 16
AXES = ("classes", "groups")
FEATURES = ("cosines", "landmarks")
DRAWN = (".directions", ".phases", ".landmarks")  # drawn, not fitted


class Source(nn.Module):
    """A modality's front end, under the name that the rest of the package expects."""

    def __init__(self, item, options):
        super().__init__()
        self.frontend = ProfileFrontEnd(item, options.get("transform", "none"), options.get("statistics", True),
                                        options.get("pool_steps", 1), options.get("columns", 0),
                                        options.get("jumps", ()))


class ExpertModel(nn.Module):
    """Same inputs, outputs and masking as FusionModel."""

    def __init__(self, spec, options):
        super().__init__()
        self.spec, self.options = spec, check_experts(options, spec)
        self.contexts = [item for item in spec.context if item.name in self.options["context"]]
        settings = self.options["experts"]
        self.copies = settings["nets"]  # the trainer gives every net its own copy of a batch
        self.rows = (len(self.contexts[0].labels) if self.contexts else 0) + 1
        self.encoders = nn.ModuleList(Source(item, self.options["modalities"].get(item.modality, {}))
                                      for item in spec.inputs)
        self.readouts, self.scales, self.experts = nn.ModuleDict(), nn.ModuleDict(), nn.ModuleList()
        self.blocks = []
        for block in settings["blocks"]:
            heads = [head for head in spec.heads if head.name in block["heads"]]
            tables = joint_tables(heads)
            voices = [{**self.options["modalities"].get(name, {}), "modalities": [name]}
                      for name in block["modalities"]]
            voices += block["together"]
            self.experts.append(nn.ModuleList(self._expert(voice, len(tables[0]), block["jumps"]) for voice in voices))
            voices = [[spec.modalities.index(name) for name in voice["modalities"]] for voice in voices]
            self.blocks.append((heads, voices))
            for head, table in zip(heads, tables):
                self.readouts[head.name] = Pool(table, voices, len(spec.inputs), self.rows, block["exclusive"])

    def _expert(self, voice, classes, jumps):
        """An expert for the concatenated profiles of `voice`, with the voice's own options."""
        fronts = [self.encoders[self.spec.modalities.index(name)].frontend for name in voice["modalities"]]
        sizes = [front.patch_size if jumps else front.still_size for front in fronts]
        own = {key: value for key, value in voice.items() if key in PER_MODALITY}
        return Expert(sizes, self.rows - 1, classes, {**self.options["experts"], **own})

    def features(self, inputs, avail):
        """Raw windows; what is not available counts as zero, NaN included."""
        cleaned = []
        for index, (encoder, raw) in enumerate(zip(self.encoders, inputs)):
            present = (avail[:, index] > 0.5).reshape(-1, 1, 1)
            cleaned.append(encoder.frontend.features(torch.where(present, raw, torch.zeros_like(raw))))
        return cleaned

    def forward(self, inputs, avail, context=()):
        """`context`: one one-hot [N, K] per context input; an all-zero row means unknown."""
        return self.fuse(self.features(inputs, avail), avail, context=context)

    def fuse(self, features, avail, share=1.0, layer_tokens=None, context=()):
        """Everything behind the front ends. `share` and `layer_tokens` belong to models with tokens: not used."""
        rows = self.context_rows(avail, context)
        profiles = [encoder.frontend.patches(x)[:, 0] for encoder, x in zip(self.encoders, features)]
        outputs, hidden = {}, [[] for _ in profiles]
        for (heads, voices), experts in zip(self.blocks, self.experts):
            scores = []
            for voice, expert in zip(voices, experts):
                answers, state = expert(_joined(profiles, voice, expert.sizes), rows)
                if len(voice) == 1:
                    hidden[voice[0]].append(state)
                said = expert.mixed(answers)
                scores.append(torch.where(all_there(avail, voice) > 0.5, said, torch.zeros_like(said)))
            stacked = torch.stack(scores, dim=1)
            for head in heads:
                fused, each = self.readouts[head.name](stacked, avail, rows)
                outputs[head.tensor], outputs[head.per_modality_tensor] = fused, each
        outputs["embedding"] = self._embedding(hidden, avail)
        return outputs

    def _embedding(self, hidden, avail):
        """Mean hidden state of the available modalities' experts."""
        weights, total = masked_weights(avail), 0.0
        for m, states in enumerate(hidden):
            state = sum(states) / len(states) if states else None
            if state is not None:
                present = avail[:, m: m + 1] > 0.5
                total = total + torch.where(present, state, torch.zeros_like(state)) * weights[:, m: m + 1]
        return total

    def context_rows(self, like, context):
        """[N, K+1] one-hot; the last column is 1 where the context is unknown."""
        if not self.contexts:
            return torch.ones_like(like[:, :1])
        known = context[0] if len(context) else like.new_zeros(like.shape[0], self.rows - 1)
        return torch.cat([known, 1.0 - known.sum(dim=1, keepdim=True)], dim=1)

    def unknown_context(self, like):
        return [torch.zeros(like.shape[0], len(item.labels), device=like.device) for item in self.contexts]

    def prepare(self, data, seed=0):
        """Fits the closed-form experts on the training split `data` (a FeatureSet)."""
        generator = torch.Generator().manual_seed(seed)
        numbers = {head.name: number for number, head in enumerate(self.spec.heads)}
        context = data.context[:, 0] if self.contexts else torch.full((len(data),), -1)
        with torch.no_grad():
            for (heads, voices), experts in zip(self.blocks, self.experts):
                labels = [data.labels[numbers[head.name]] for head in heads]
                known = torch.stack([item >= 0 for item in labels]).all(dim=0)
                joint = joint_labels(heads, labels)
                design = torch.cat(joint_tables(heads), dim=1)
                for voice, expert in zip(voices, experts):
                    chosen = known & (all_there(data.avail, voice)[:, 0] > 0.5)
                    if not bool(chosen.any()):
                        raise TrainingError("no labelled training window has "
                                            + " and ".join(self.spec.modalities[m] for m in voice))
                    profiles = {m: self.encoders[m].frontend.patches(data.features[m][chosen])[:, 0] for m in voice}
                    expert.fit(_joined(profiles, voice, expert.sizes), joint[chosen], context[chosen], design,
                               generator, data.group[chosen])

    def answers(self, data, batch=256):
        """Per block and voice the members' answers [members, N, J] on `data`, for the calibration."""
        self.eval()
        found = [[[] for _ in voices] for _, voices in self.blocks]
        with torch.no_grad():
            for start in range(0, len(data), batch):
                part = data.subset(torch.arange(start, min(start + batch, len(data))))
                rows = self.context_rows(part.avail, one_hot_context(part.context, self.contexts))
                profiles = [encoder.frontend.patches(x)[:, 0] for encoder, x in zip(self.encoders, part.features)]
                for b, ((_, voices), experts) in enumerate(zip(self.blocks, self.experts)):
                    for i, (voice, expert) in enumerate(zip(voices, experts)):
                        found[b][i].append(expert(_joined(profiles, voice, expert.sizes), rows)[0])
        return [[torch.cat(item, dim=1) for item in block] for block in found]

    def macs(self):
        """Multiply-accumulates of one window."""
        return sum(expert.macs() for experts in self.experts for expert in experts)

    def parameters_count(self):
        """Weights that are fitted, in closed form or by gradient descent."""
        fitted = [value for name, value in self.state_dict().items() if not name.endswith(DRAWN)]
        return sum(value.numel() for value in fitted)


def _joined(profiles, voice, sizes):
    """The profiles of the voice's modalities side by side, as many elements of each as the expert hears."""
    heard = [profiles[m] if size == profiles[m].shape[1] else profiles[m][:, :size] for m, size in zip(voice, sizes)]
    return heard[0] if len(heard) == 1 else torch.cat(heard, dim=1)


def joint_tables(heads):
    """Per head [J, classes], 1 where the joint class has that class; J is the product of the heads' classes."""
    grids = torch.cartesian_prod(*[torch.arange(head.size) for head in heads]).reshape(-1, len(heads))
    return [nn.functional.one_hot(grids[:, i], head.size).float() for i, head in enumerate(heads)]


def joint_labels(heads, labels):
    """[N] joint classes, in the order of `joint_tables`; without meaning where a label is missing."""
    joint = torch.zeros_like(labels[0])
    for head, item in zip(heads, labels):
        joint = joint * head.size + item.clamp(min=0)
    return joint


def check_experts(options, spec):
    """Fills in the defaults and validates; raises TrainingError listing every fault."""
    filled = {**MODEL_DEFAULTS, **options, "fusion": "experts"}
    given = dict(filled["experts"])
    faults = unknown_names(given, EXPERT_DEFAULTS, "experts.")
    settings = {**EXPERT_DEFAULTS, **given}
    faults += [fault for fault in (unknown_choice(name, MEMBERS, "experts.members") for name in settings["members"])
               if fault]
    faults += unknown_names(settings["prior"], MEMBERS, "experts.prior.")
    if "perceptron" not in settings["members"]:
        faults.append("experts.members needs the perceptron: its hidden state is the model's embedding")
    named = [settings, *filled["modalities"].values(), *(voice for block in settings["blocks"]
                                                         for voice in block.get("together", []))]
    faults += [fault for option, choices in (("kernel_axes", AXES), ("kernel_features", FEATURES)) for item in named
               if option in item for fault in [unknown_choice(item[option], choices, "experts." + option)] if fault]
    faults += [f"experts.kernel_additive is {item['kernel_additive']!r}: a share, from 0 to 1" for item in named
               if "kernel_additive" in item and not is_share(item["kernel_additive"])]
    if not 1 <= settings["nets"] <= NETS_LIMIT:
        faults.append(f"experts.nets is {settings['nets']}: 1 to {NETS_LIMIT} perceptrons per expert")
    known = [item.name for item in spec.context]
    filled["context"] = known if filled["context"] is None else filled["context"]
    faults += unknown_names(filled["context"], known, "context.")
    if len(filled["context"]) > 1:
        faults.append(f"an expert model has tables for one context input, not for {', '.join(filled['context'])}")
    faults += [f"input {item.tensor} is {item.kind}: expert models take vector inputs" for item in spec.inputs
               if item.kind != "vector"]
    faults += [f"head {head.name} is a {head.kind}: expert models only classify" for head in spec.heads
               if head.kind != "classification"]
    faults += unknown_names(filled["modalities"], spec.modalities, "modalities.")
    for name, item in filled["modalities"].items():
        faults += unknown_names(item, MODALITY_OPTIONS, f"modalities.{name}.")
    faults += _blocks(settings, spec)
    if faults:
        raise TrainingError("model options are not usable: " + "; ".join(faults))
    filled["experts"], filled["width"] = settings, settings["hidden"]
    return filled


def is_share(value):
    """A number from 0 to 1."""
    return isinstance(value, (int, float)) and not isinstance(value, bool) and 0.0 <= value <= 1.0


def _blocks(settings, spec):
    heads = {head.name: head.size for head in spec.heads}
    blocks = settings["blocks"] or [{"heads": [name]} for name in heads]
    settings["blocks"] = blocks = [{"modalities": spec.modalities, "together": [], "exclusive": False, "jumps": True,
                                    **block} for block in blocks]
    for block in blocks:
        block["together"] = [voice if isinstance(voice, dict) else {"modalities": voice} for voice in block["together"]]
    faults = []
    if sorted(name for block in blocks for name in block.get("heads", [])) != sorted(heads):
        return [f"experts.blocks must name each of the heads {', '.join(heads)} exactly once"]
    for block in blocks:
        faults += unknown_names(block, BLOCK_OPTIONS, "experts.blocks.")
        faults += [f"experts.blocks.{name} is {block[name]!r}: true or false" for name in ("exclusive", "jumps")
                   if not isinstance(block[name], bool)]
        faults += unknown_names(block["modalities"], spec.modalities, "experts.blocks.modalities.")
        for voice in block["together"]:
            names = voice.get("modalities", [])
            faults += unknown_names(voice, ("modalities", *PER_MODALITY), "experts.blocks.together.")
            faults += unknown_names(names, block["modalities"], "experts.blocks.together.modalities.")
            if len(set(names)) < 2:
                faults.append("experts.blocks.together names groups of two or more modalities that answer as one")
        size = 1
        for name in block["heads"]:
            size *= heads[name]
        if size > JOINT_LIMIT:
            faults.append(f"heads {', '.join(block['heads'])} have {size} joint classes, the limit is {JOINT_LIMIT}: "
                          "give them blocks of their own")
    return faults
