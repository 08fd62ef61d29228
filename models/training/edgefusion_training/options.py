"""The model's switches: defaults, and a check that names every fault and what was probably meant."""

from .errors import TrainingError
from .names import unknown_choice, unknown_names

FUSIONS = ("bottleneck", "late", "joint", "cross", "perceiver", "pairwise")
WEIGHTS = ("separate", "shared", "shared_attention", "groups")
BLOCKS = ("attention", "mixer")
READOUTS = ("mean_logits", "concat_mlp")
CONTEXT_MODES = ("film", "token", "film_at_cut")
REDUCTIONS = ("none", "pool", "token_learner")

MODEL_DEFAULTS = {
    "width": 64, "layers": 4, "attention_heads": 2, "mlp_ratio": 4,
    "fusion": "bottleneck",
    "fusion_layer": None,       # first fusion layer Lf; none given: half of the layers
    "bottleneck_tokens": 4,     # of "bottleneck"
    "latents": 8,               # of "perceiver" and "pairwise"
    "weights": "separate", "share_groups": [], "block": "attention",
    "context": None,            # names of the context inputs to use; none given: all of the spec's
    "context_mode": "film",     # where the context acts; only "film_at_cut" leaves the encoders without it (split)
    "mask_gaps": False,         # patches without one covered sample are hidden from the attention
    "drop_path": 0.1, "dropout": 0.0,
    "readout": "concat_mlp", "readout_hidden": 64, "readout_dropout": 0.0, "share_head": False,
    "modalities": {},
    "experts": None,            # a section makes it an expert model (experts.py) instead
}

_REDUCE = {"reduce", "reduce_to", "reduce_after"}
_LOG_MEL = {"window", "hop", "n_fft", "mels", "low_hz", "high_hz", "floor", "patch", "statistics"}
MODALITY_OPTIONS = {"frames": {"tubelet"} | _REDUCE, "vector": {"patch_steps", "transform"} | _REDUCE,
                    "audio": {"tokeniser", "patch_samples"} | _LOG_MEL | _REDUCE}


def check_options(options, spec):
    """Fills in the defaults and validates; raises TrainingError listing every fault."""
    filled = {**MODEL_DEFAULTS, **options}
    faults = unknown_names(options, MODEL_DEFAULTS)
    faults += _numbers(filled)
    for name, choices in (("fusion", FUSIONS), ("weights", WEIGHTS), ("block", BLOCKS),
                          ("context_mode", CONTEXT_MODES)):
        faults.append(unknown_choice(filled[name], choices, name))
    faults = [fault for fault in faults if fault]
    if not faults:  # the rest compares these values with one another
        faults += _layers(filled) + _readout(filled, spec) + _context(filled, spec)
        faults += _share_groups(filled, spec) + _modalities(filled, spec)
    if faults:
        raise TrainingError("model options are not usable: " + "; ".join(faults))
    return filled


def _numbers(filled):
    faults = []
    for name in ("width", "layers", "attention_heads", "mlp_ratio", "bottleneck_tokens", "latents", "readout_hidden"):
        value = filled[name]
        if isinstance(value, bool) or not isinstance(value, int) or value < 1:
            faults.append(f"{name} must be at least 1, not {value!r}")
    for name in ("drop_path", "dropout", "readout_dropout"):
        if not isinstance(filled[name], (int, float)) or not 0.0 <= filled[name] < 1.0:
            faults.append(f"{name} must be within 0 and below 1, not {filled[name]!r}")
    if not faults and filled["width"] % filled["attention_heads"]:
        faults.append(f"width {filled['width']} is not divisible by {filled['attention_heads']} attention heads")
    return faults


def _layers(filled):
    layers, fusion = filled["layers"], filled["fusion"]
    if fusion == "late":
        filled["fusion_layer"] = layers
        return []
    # In its first bottleneck layer every modality still reads the initial tokens, and the last layer's tokens are
    # thrown away: with a single fusion layer nothing would ever be exchanged, which is late fusion in disguise.
    last = layers - 2 if fusion == "bottleneck" else layers - 1
    first = filled["fusion_layer"]
    if first is None:
        filled["fusion_layer"] = first = min(layers // 2, last)
    if not isinstance(first, int) or not 0 <= first <= last:
        return [f"fusion_layer is {first} of {layers} layers, it must be within 0..{last} for fusion {fusion}; "
                "for a baseline without exchange say fusion: late"]
    return []


def _readout(filled, spec):
    names, readout = [head.name for head in spec.heads], filled["readout"]
    filled["readout"] = readout = dict.fromkeys(names, readout) if isinstance(readout, str) else dict(readout)
    faults = unknown_names(readout, names, "readout.")
    for name in names:
        faults.append(unknown_choice(readout.get(name), READOUTS, f"readout of head {name}"))
    return [fault for fault in faults if fault]


def _context(filled, spec):
    known = [item.name for item in spec.context]
    if filled["context"] is None:
        filled["context"] = known
    if not isinstance(filled["context"], list):
        return ["context must be a list of names"]
    return unknown_names(filled["context"], known, "context.")


def _share_groups(filled, spec):
    if filled["weights"] != "groups":
        return ["share_groups is only read with weights: groups"] if filled["share_groups"] else []
    named = [name for group in filled["share_groups"] for name in group]
    if sorted(named) != sorted(spec.modalities):
        return [f"share_groups must name each of {', '.join(spec.modalities)} exactly once, as "
                '[["force", "proprioception"], ["camera"]]']
    return []


def _modalities(filled, spec):
    faults = unknown_names(filled["modalities"], spec.modalities, "modalities.")
    for item in spec.inputs:
        given = filled["modalities"].get(item.modality, {})
        faults += unknown_names(given, sorted(MODALITY_OPTIONS[item.kind]), f"modalities.{item.modality}.")
        faults.append(unknown_choice(given.get("reduce", "none"), REDUCTIONS, f"modalities.{item.modality}.reduce"))
        after = given.get("reduce_after", 0)
        if not isinstance(after, int) or not 0 <= after <= filled["fusion_layer"]:
            faults.append(f"modalities.{item.modality}.reduce_after is {after}, it must be within 0..fusion_layer "
                          f"({filled['fusion_layer']}): tokens are reduced before the modalities meet")
        if filled["mask_gaps"] and given.get("transform") == "floor_sqrt":
            faults.append(f"modalities.{item.modality}.transform floor_sqrt moves the zeros by which mask_gaps knows a "
                          "gap: leave one of them out")
        if given.get("reduce", "none") != "none" and not given.get("reduce_to", 0) >= 1:
            faults.append(f"modalities.{item.modality}.reduce_to must say how many tokens remain")
    return [fault for fault in faults if fault]
