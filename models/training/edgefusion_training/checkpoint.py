"""Resumable training: everything the next epoch depends on, written after every epoch."""

import hashlib
import json
import os

import torch

from .errors import TrainingError

FILE = "checkpoint.pt"


def signature(config, windows_sha256, seed, sizes):
    """A digest of all that shapes the training curve; a checkpoint of another one must not be continued."""
    shaping = {key: config[key] for key in ("model", "training", "augment", "split") if key in config}
    shaping["training"] = {key: value for key, value in shaping.get("training", {}).items()
                           if key not in ("device", "amp")}
    text = json.dumps([shaping, windows_sha256, seed, sizes], sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()


def save(folder, state):
    """Replaces the checkpoint in one step, so that a kill at any moment leaves a whole one."""
    os.makedirs(folder, exist_ok=True)
    path = os.path.join(folder, FILE)
    torch.save(state, path + ".new")
    os.replace(path + ".new", path)


def load(folder, expected):
    """The checkpoint in `folder` or None; raises TrainingError when it belongs to another configuration."""
    path = os.path.join(folder, FILE)
    if not os.path.exists(path):
        return None
    try:
        state = load_file(path)
    except Exception as error:  # torch raises many kinds for a damaged file
        reason = " ".join(str(error).split())
        raise TrainingError(f"cannot read '{path}': {reason}; delete it to start from the beginning") from error
    if state.get("signature") != expected:
        raise TrainingError(f"'{path}' is of an interrupted training with another configuration, seed or window file; "
                            "use --restart to throw it away, or another --run")
    return state


def discard(folder):
    """Removes the checkpoint, if there is one."""
    path = os.path.join(folder, FILE)
    if os.path.exists(path):
        os.remove(path)


def load_file(path):
    """torch.load of a file that this package wrote, on the CPU, under old and new PyTorch."""
    try:
        return torch.load(path, map_location="cpu", weights_only=False)
    except TypeError:  # PyTorch 1.13's own unpickler arguments
        return torch.load(path, map_location="cpu")


def random_state(generator):
    """The state of all sources of randomness."""
    state = {"generator": generator.get_state(), "torch": torch.get_rng_state()}
    if torch.cuda.is_available():
        state["cuda"] = torch.cuda.get_rng_state()
    return state


def restore_random_state(generator, state):
    generator.set_state(state["generator"])
    torch.set_rng_state(state["torch"])
    if "cuda" in state and torch.cuda.is_available():
        torch.cuda.set_rng_state(state["cuda"])
