"""Derived labels of a detection head."""

import unittest

import numpy as np
from support import tiny_raw

from edgefusion_training.data import split_by_group
from edgefusion_training.derive import derive_labels
from edgefusion_training.errors import TrainingError
from edgefusion_training.spec import parse_spec
from edgefusion_training.windows import Windows

RULE = {"alarm": {"event": "kind", "within": "phase", "guard_ms": 3000, "every": 1}}


def detection():
    raw = tiny_raw(classes=3)
    raw["heads"].append({"name": "alarm", "kind": "classification", "tensor": "logits_alarm",
                         "labels": ["ordinary", "event"]})
    raw["context"] = [{"name": "phase", "labels": ["rest", "move", "place"]}]
    spec = parse_spec(raw)
    count = 40  # two runs of 20 s, a window each second; an event at window 10 of run 0
    kind = np.full(count, -1)
    kind[10] = 2
    phase = np.where(np.arange(count) % 20 < 4, 0, 1)
    inputs = {item.tensor: np.zeros((count,) + item.shape[1:], np.float32) for item in spec.inputs}
    return spec, Windows(inputs, np.ones((count, 3), np.float32), np.arange(count, dtype=np.int64) * 1_000_000_000,
                         {"kind": kind, "alarm": np.full(count, -1)}, np.arange(count) // 20, ["a", "b"], ["-"],
                         {"phase": phase})


class Derive(unittest.TestCase):
    def test_ordinary_windows_are_of_the_events_phase_and_away_from_them(self):
        spec, windows = detection()
        derived = derive_labels(windows, spec, RULE)
        at = (derived.start_ns // 1_000_000_000).tolist()
        self.assertEqual(at, [4, 5, 6, 7, 10] + list(range(24, 40)))
        self.assertEqual([t for t, label in zip(at, derived.labels["alarm"]) if label == 1], [10])

    def test_earlier_windows_are_examples_for_training_only(self):
        spec, windows = detection()
        derived = derive_labels(windows, spec, {"alarm": {**RULE["alarm"], "early_ms": 2000}})
        at = (derived.start_ns // 1_000_000_000).tolist()
        self.assertEqual([t for t, extra in zip(at, derived.extra) if extra], [8, 9])
        self.assertEqual([t for t, label in zip(at, derived.labels["kind"]) if label == 2], [8, 9, 10])
        folds = {0: 0, 1: 1}
        self.assertEqual(len(split_by_group(derived, folds, [0], True)) - len(split_by_group(derived, folds, [0])), 2)

    def test_every_keeps_each_nth_ordinary_window(self):
        spec, windows = detection()
        derived = derive_labels(windows, spec, {"alarm": {**RULE["alarm"], "every": 4}})
        self.assertEqual(int((derived.labels["alarm"] == 0).sum()), 5)

    def test_without_rules_nothing_changes(self):
        spec, windows = detection()
        self.assertIs(derive_labels(windows, spec, {}), windows)

    def test_wrong_rules_are_named(self):
        spec, windows = detection()
        for rules, expected in (({"alarn": RULE["alarm"]}, "alarm"), ({"kind": {"event": "alarm"}}, "two labels"),
                                ({"alarm": {"event": "kind", "within": "fase"}}, "phase")):
            with self.assertRaisesRegex(TrainingError, expected):
                derive_labels(windows, spec, rules)
        windows.labels["kind"][:] = -1
        with self.assertRaisesRegex(TrainingError, "no window has a label"):
            derive_labels(windows, spec, RULE)


if __name__ == "__main__":
    unittest.main()
