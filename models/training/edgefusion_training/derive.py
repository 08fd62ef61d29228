"""Labels of a detection head, derived from event labels: did something just happen, or is this ordinary work?

A recording labels the few seconds before an event. What counts as ordinary has to be said: windows in the same phases
of the work (a context) as the events, away from every event. Easier negatives, such as a robot at rest, would flatter
a detector.
"""

from dataclasses import replace

import numpy as np

from .errors import TrainingError
from .names import unknown_names

RULE = {"event": None, "within": None, "guard_ms": 3000, "every": 1, "early_ms": 0}


def derive_labels(windows, spec, rules):
    """Windows with the derived labels; windows that have no label of any head are left out.

    `rules`: head -> {event: head whose labelled windows are its class 1, within: context whose values are to be those
    of the events, guard_ms: windows that end less than this before an event, or after it in the same group, have no
    label, every: of the ordinary windows only each n-th is kept, early_ms: windows that end up to this earlier than a
    labelled one are further examples of its event, for training only}.
    """
    if not rules:
        return windows
    heads, contexts = {head.name: head for head in spec.heads}, [item.name for item in spec.context]
    labels, extra = dict(windows.labels), np.zeros(len(windows), bool)
    for name, given in rules.items():
        faults = unknown_names([name], heads, "derive.") + unknown_names(given, RULE, f"derive.{name}.")
        rule = {**RULE, **given}
        faults += unknown_names([rule["event"]], heads, f"derive.{name}.event.")
        if rule["within"] is not None:
            faults += unknown_names([rule["within"]], contexts, f"derive.{name}.within.")
        if not faults and heads[name].size != 2:
            faults = [f"derive.{name}: the head needs two labels, ordinary and event"]
        if faults:
            raise TrainingError("; ".join(faults))
        labels[name] = _detection(windows, rule)
        for early, event in _earlier(windows, rule):
            extra[early] = True
            labels[name][early] = 1
            labels[rule["event"]] = labels[rule["event"]].copy()
            labels[rule["event"]][early] = windows.labels[rule["event"]][event]
    kept = np.any([item >= 0 if item.ndim == 1 else ~np.isnan(item).any(axis=1) for item in labels.values()], axis=0)
    return replace(windows, labels=labels, extra=extra).subset(np.flatnonzero(kept))


def _earlier(windows, rule):
    """(earlier window, event window) pairs."""
    event = windows.labels[rule["event"]] >= 0
    for place in np.flatnonzero(event):
        ahead = windows.start_ns[place] - windows.start_ns
        near = (windows.group == windows.group[place]) & (ahead > 0) & (ahead <= rule["early_ms"] * 1_000_000) & ~event
        for early in np.flatnonzero(near):
            yield early, place


def _detection(windows, rule):
    event = windows.labels[rule["event"]] >= 0
    if not event.any():
        raise TrainingError(f"no window has a label of '{rule['event']}', from which labels are to be derived")
    found = np.where(event, 1, -1).astype(np.int64)
    ordinary = ~event
    if rule["within"] is not None:
        phase = windows.context[rule["within"]]
        ordinary &= np.isin(phase, np.unique(phase[event & (phase >= 0)]))
    guard = int(rule["guard_ms"] * 1_000_000)
    for group in np.unique(windows.group[event]):
        inside = windows.group == group
        first = windows.start_ns[inside & event].min()
        ordinary &= ~(inside & (windows.start_ns > first - guard))
    found[np.flatnonzero(ordinary)[:: max(1, int(rule["every"]))]] = 0
    return found
