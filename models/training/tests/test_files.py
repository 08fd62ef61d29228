"""Reading window specs, window files and configurations, and what is said when they are wrong."""

import os
import tempfile
import unittest

import numpy as np
from support import PACKAGE_ROOT, real_spec, spec_path, tiny_raw, tiny_spec, write_windows

from edgefusion_training import jsonfile
from edgefusion_training.config import fill_config, load_config
from edgefusion_training.data import group_folds, split_by_group
from edgefusion_training.errors import TrainingError
from edgefusion_training.spec import load_spec, parse_spec
from edgefusion_training.windows import load_windows


class Specs(unittest.TestCase):
    def test_the_shipped_specs_are_valid(self):
        for name in ("ur5-objects", "workcell"):
            spec = real_spec(name)
            self.assertEqual(["camera", "microphone", "force", "proprioception"], spec.modalities)
            self.assertEqual(["colour", "content", "weight"], [head.name for head in spec.heads])

    def test_every_fault_of_a_spec_is_reported(self):
        raw = tiny_raw()
        raw["inputs"][0]["type"] = "uint8"
        raw["inputs"][1]["elements"] = ["x"]
        raw["inputs"][2]["anchor"] = "middle"
        raw["mask"]["shape"] = [1, 4]
        raw["heads"][0]["labels"] = ["same", "same"]
        with self.assertRaises(TrainingError) as caught:
            parse_spec(raw)

        for part in ("needs float32", "names 1 elements", "'middle'", "[1, 3]", "different names"):
            self.assertIn(part, str(caught.exception))

    def test_a_missing_or_broken_file_is_named(self):
        with self.assertRaisesRegex(TrainingError, "nowhere.json"):
            load_spec("nowhere.json")
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "broken.json")
            with open(path, "w", encoding="utf-8") as stream:
                stream.write("{")
            with self.assertRaisesRegex(TrainingError, "broken.json"):
                load_spec(path)

    def test_specs_are_written_as_the_package_formats_json(self):
        for name in ("ur5-objects", "workcell"):
            with open(spec_path(name), encoding="utf-8") as stream:
                text = stream.read()
            self.assertEqual(text, jsonfile.dumps(load_spec(spec_path(name)).raw))
            self.assertLessEqual(max(len(line) for line in text.splitlines()), 120)


class WindowFiles(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        self.spec = tiny_spec()

    def path(self, name="windows.npz"):
        return os.path.join(self.folder.name, name)

    def test_files_are_joined_and_groups_matched_by_name(self):
        def rename(arrays):
            arrays["groups"] = np.array(["object-5", "object-9"])
            arrays["group"] = arrays["group"] % 2

        first = write_windows(self.path("a.npz"), self.spec)
        second = write_windows(self.path("b.npz"), self.spec, count=4, change=rename)
        windows = load_windows([first, second], self.spec)

        self.assertEqual(28, len(windows))
        self.assertEqual(7, len(windows.groups))
        self.assertEqual("object-5", windows.groups[windows.group[24]])
        self.assertEqual(2, len(windows.sha256))

    def test_trials_are_told_apart_by_file_and_object(self):
        def number(arrays):
            arrays["trial"] = np.array([0, 0, 1, -1], np.int32)
            arrays["group"] = np.array([0, 1, 0, 0], np.int32)

        first = write_windows(self.path("a.npz"), self.spec, count=4, change=number)
        second = write_windows(self.path("b.npz"), self.spec, count=4, change=number)
        self.assertEqual([0, 1, 2, -1, 3, 4, 5, -1], load_windows([first, second], self.spec).trial.tolist())
        plain = write_windows(self.path("c.npz"), self.spec, count=4)
        mixed = load_windows([plain, first], self.spec)
        self.assertEqual([-1, -1, -1, -1, 0, 1, 2, -1], mixed.trial.tolist())
        self.assertEqual([2, -1], mixed.subset([6, 7]).trial.tolist())
        self.assertIsNone(load_windows(plain, self.spec).trial)
        self.assertEqual(load_windows(plain, self.spec).content_sha256(),
                         load_windows(write_windows(self.path("d.npz"), self.spec, count=4, change=lambda arrays: arrays
                                                    .update(trial=np.zeros(4, np.int32))), self.spec).content_sha256())

    def test_faults_are_named(self):
        def damage(key, value):
            return lambda arrays: arrays.__setitem__(key, value)

        cases = [
            (lambda arrays: arrays.pop("avail"), "missing arrays avail"),
            (damage("a", np.zeros((24, 5, 3), np.float32)), r"a is float32 \[24, 5, 3\], expected"),
            (damage("b", np.zeros((24, 4, 3), np.float64)), "b is float64"),
            (damage("labels_kind", np.full(24, 7, np.int32)), r"labels_kind must be \[24\] within -1..1"),
            (damage("group", np.full(24, 6, np.int32)), "group must be"),
            (damage("trial", np.zeros(24, np.float32)), "trial must be integers"),
            (damage("meta", np.array('{"labels": {"kind": ["k1", "k0"]}}')), "labels of kind are"),
            (damage("meta", np.array('{"inputs": ["b", "a", "c"]}')), "cut for the inputs"),
            (damage("meta", np.array("nonsense")), "meta is not JSON"),
        ]
        for change, message in cases:
            path = write_windows(self.path(), self.spec, change=change)
            with self.assertRaisesRegex(TrainingError, message):
                load_windows(path, self.spec)

    def test_a_missing_or_damaged_file_is_named(self):
        with self.assertRaisesRegex(TrainingError, "absent.npz"):
            load_windows(self.path("absent.npz"), self.spec)
        with open(self.path("cut.npz"), "wb") as stream:
            stream.write(b"PK\x03\x04 cut off")
        with self.assertRaisesRegex(TrainingError, "cut.npz"):
            load_windows(self.path("cut.npz"), self.spec)

    def test_repetitions_of_an_object_can_share_a_group(self):
        windows = load_windows(write_windows(self.path(), self.spec, count=12, groups=6), self.spec).by_labels()

        self.assertEqual(["0", "1"], windows.groups)
        self.assertEqual(windows.labels["kind"].tolist(), windows.group.tolist())

    def test_windows_cut_again_have_the_same_content_and_other_windows_another(self):
        def later(arrays):
            arrays["meta"] = np.array('{"tool": "another"}')

        def change(arrays):
            arrays["b"][7, 0, 0] += 1e-3

        first, again, other = (load_windows(write_windows(self.path(name), self.spec, change=how), self.spec)
                               for name, how in (("a.npz", None), ("b.npz", later), ("c.npz", change)))

        self.assertNotEqual(first.sha256, again.sha256)
        self.assertEqual(first.content_sha256(), again.content_sha256())
        self.assertNotEqual(first.content_sha256(), other.content_sha256())
        self.assertNotEqual(first.content_sha256(), first.subset(range(0, 24, 2)).content_sha256())

    def test_folds_never_share_a_group_and_cover_everything(self):
        windows = load_windows(write_windows(self.path(), self.spec, count=60, groups=12), self.spec)
        fold_of = group_folds(windows, 4, seed=3)
        parts = [split_by_group(windows, fold_of, [fold]) for fold in range(4)]

        self.assertEqual(list(range(60)), sorted(np.concatenate(parts).tolist()))
        groups = [set(windows.group[part].tolist()) for part in parts]
        self.assertEqual(12, len(set.union(*groups)))
        self.assertEqual(12, sum(len(part) for part in groups))
        self.assertTrue(all(len(part) == 3 for part in groups))


class Configurations(unittest.TestCase):
    def test_the_shipped_configurations_load(self):
        for name in ("ur5-objects", "workcell"):
            config, spec = load_config(os.path.join(PACKAGE_ROOT, "configs", name + ".json"))
            self.assertEqual(name, spec.name)
            self.assertTrue(config["recipe"])

    def test_values_of_the_wrong_kind_are_reported_together(self):
        message = "epochs must be a number, not 'ten'.*training.amp must be true or false.*noise must be an object"
        with self.assertRaisesRegex(TrainingError, message):
            fill_config({"training": {"epochs": "ten", "amp": 1}, "augment": {"noise": 0.1}})

    def test_unknown_members_are_reported_together(self):
        with self.assertRaisesRegex(TrainingError, "training.epoch' .did you mean 'epochs'.*augment.mixin'"):
            fill_config({"training": {"epoch": 3}, "augment": {"mixin": 1}})


if __name__ == "__main__":
    unittest.main()
