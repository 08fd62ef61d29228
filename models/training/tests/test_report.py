"""The report: a plan is measured once, an interruption loses nothing that was finished, tables follow the numbers."""

import os
import tempfile
import unittest
from unittest import mock

from support import run_cli

from edgefusion_training import comparison, jsonfile
from edgefusion_training.comparison import Comparison, load_plan, only_sensors, read_results
from edgefusion_training.errors import TrainingError
from edgefusion_training.report import (
    comparison_table, pooled_table, robustness_table, shipped_table, spread, write_report)
from edgefusion_training.synthetic import synthetic_spec, synthetic_windows

CONFIG = {"model": {"width": 8, "layers": 3, "fusion_layer": 1, "attention_heads": 2, "bottleneck_tokens": 2,
                    "readout": "mean_logits"},
          "training": {"epochs": 1, "batch": 32, "learning_rate": 3e-3, "ema": 0.9},
          "pretrain": {"epochs": 1, "batch": 32, "decoder_width": 8, "decoder_layers": 1},
          "augment": {"noise": {"camera": 0.1, "force": 0.1}}, "split": {"folds": 4}}
VARIANTS = {"bottleneck": {}, "late": {"set": {"model.fusion": "late"}}, "force alone": {"sensors": ["force"]},
            "few labels": {"label_fraction": 0.5}, "pre-trained": {"pretrained": True},
            "taught": {"teacher": "late", "set": {"model.width": 4}}}


def write_plan(folder, variants=None, **more):
    variants = VARIANTS if variants is None else variants
    plan = {"experiments": [
        {"name": "first", "synthetic": {"kind": "redundant", "count": 120, "seed": 1},
         "config": CONFIG, "variants": variants, **more},
        {"name": "second", "synthetic": {"kind": "redundant", "count": 120, "seed": 1},
         "config": CONFIG, "variants": {"of the first": {"from": ["first", next(iter(variants))]}}}]}
    path = os.path.join(folder, "plan.json")
    jsonfile.write(path, plan)
    return path


def measured(folder, seeds=(0,), **more):
    plan = load_plan(write_plan(folder, **more))
    one = Comparison(plan, plan["experiments"][0], {}, os.path.join(folder, "work"), os.path.join(folder, "report"),
                     lambda text: None)
    one.run(seeds)
    return plan, one


class Measuring(unittest.TestCase):
    def test_every_kind_of_variant_is_measured_and_nothing_is_trained_twice(self):
        with tempfile.TemporaryDirectory() as folder:
            plan, one = measured(folder, robustness=["late"])
            self.assertEqual(list(VARIANTS), list(one.results))
            with mock.patch.object(comparison, "run_fold", side_effect=AssertionError("trained again")):
                measured(folder, robustness=["late"])
            kept = read_results(os.path.join(folder, "report"), plan["experiments"][0])
            self.assertEqual({"camera", "microphone", "force", "proprioception", "all"},
                             set(kept["late"]["0"]["robustness"]["area"]))
            self.assertEqual({"all", "only force"}, set(kept["force alone"]["0"]["accuracy"]))
            self.assertEqual(11, len(kept["late"]["0"]["robustness"]["levels"]))
            one.measure_cost()
            self.assertLess(one.results["force alone"]["cost"]["macs"], one.results["bottleneck"]["cost"]["macs"])

    def test_each_seed_tests_another_fold(self):
        with tempfile.TemporaryDirectory() as folder:
            _, one = measured(folder, (0, 1, 5), variants={"late": {"set": {"model.fusion": "late"}}})
            self.assertEqual([0, 1, 1], [row["fold"] for row in one.results["late"].values()])

    def test_an_interruption_loses_the_training_it_hit_and_no_other(self):
        with tempfile.TemporaryDirectory() as folder:
            plan = load_plan(write_plan(folder))
            calls, real = [], comparison.run_fold

            def killed(*arguments, **named):
                calls.append(1)
                if len(calls) == 3:
                    raise KeyboardInterrupt
                return real(*arguments, **named)

            with mock.patch.object(comparison, "run_fold", side_effect=killed):
                with self.assertRaises(KeyboardInterrupt):
                    measured(folder)
            self.assertEqual(["bottleneck", "late"],
                             list(read_results(os.path.join(folder, "report"), plan["experiments"][0])))

    def test_a_changed_configuration_is_measured_again(self):
        with tempfile.TemporaryDirectory() as folder:
            _, before = measured(folder, variants={"a": {}})
            _, after = measured(folder, variants={"a": {"set": {"training.batch": 16}}})
            self.assertNotEqual(before.results["a"]["0"]["identity"], after.results["a"]["0"]["identity"])

    def test_a_student_whose_teacher_s_weights_are_gone_says_what_to_do(self):
        with tempfile.TemporaryDirectory() as folder:
            variants = {"a": {}, "b": {"teacher": "a"}}
            measured(folder, variants={"a": {}})  # nobody's teacher yet: its weights were not kept
            with self.assertRaisesRegex(TrainingError, "delete its entry for seed 0"):
                measured(folder, variants=variants)

    def test_windows_that_a_lone_sensor_does_not_see_are_left_out(self):
        spec, windows = synthetic_spec(), synthetic_windows("redundant", 10, 1)
        windows.avail[:4, 2] = 0.0
        smaller, _ = comparison.cut_sensors(spec, CONFIG, ["force"])
        kept = only_sensors(windows, spec, smaller)
        self.assertEqual((6, ["force"]), (len(kept), list(kept.inputs)))


class Faults(unittest.TestCase):
    def test_misspelt_members_teachers_and_windows_are_named(self):
        with tempfile.TemporaryDirectory() as folder:
            for variants, text in (({"a": {"sett": {}}}, "did you mean 'set'"),
                                   ({"a": {"teacher": "b"}}, "there is no variant 'b'"),
                                   ({"a": {"from": ["first", "b"]}}, "first has no variant 'b'")):
                with self.assertRaisesRegex(TrainingError, text):
                    load_plan(write_plan(folder, variants))
            code, _, error = run_cli("report", "--plan", write_plan(folder), "--windows", "ur=x.npz",
                                     "--models", folder)
            self.assertEqual((2, True), (code, "--windows ur" in error), error)

    def test_a_damaged_result_file_says_what_to_do(self):
        with tempfile.TemporaryDirectory() as folder:
            with open(os.path.join(folder, "first.json"), "w") as stream:
                stream.write("{")
            with self.assertRaisesRegex(TrainingError, "delete it to measure again"):
                read_results(folder, {"name": "first"})


def row(accuracy, lost, averaged=0.5):
    return {"accuracy": {"all": {"bit": accuracy}, "without a": {"bit": lost}, "without b": {"bit": accuracy}},
            "averaged_scores": {"bit": averaged}, "ece": {"bit": 0.02}}


class Tables(unittest.TestCase):
    def test_a_table_shows_mean_spread_the_worst_loss_and_the_best_single_sensor(self):
        rows = {"bottleneck": {"0": row(0.8, 0.6), "1": row(0.9, 0.7),
                               "cost": {"parameters": 1234, "macs": 2500000, "cpu_ms": 0.5}},
                "late": {"1": row(0.8, 0.7), "0": row(0.9, 0.7)},
                "a alone": {"0": {"accuracy": {"all": {"bit": 0.7}}, "ece": {"bit": None}}}, "not yet": {}}
        text = "\n".join(comparison_table(rows))
        self.assertIn("| bottleneck | 2 | 0.850 ± 0.071 | 0.650 | 0.020 | 1,234 | 2.50 | 0.50 |", text)
        self.assertIn("| best single sensor |  | 0.700 (a) |", text)
        self.assertIn("| a alone | 1 | 0.700 | - | - | - | - | - |", text)
        self.assertIn("| late | +0.000 ± 0.141 |", text)
        self.assertNotIn("not yet", text)
        self.assertEqual("-", spread([None]))
        self.assertEqual(["Not measured yet."], comparison_table({"a": {}}))
        self.assertEqual(["Not measured yet."], robustness_table({"a": {}}))

    def test_windows_of_a_group_together_have_a_table_of_their_own(self):
        rows = {"a": {"0": {"object_accuracy": {"bit": 0.5}}, "1": {"object_accuracy": {"bit": 1.0}}, "cost": {}},
                "not yet": {"cost": {}}}
        self.assertEqual("| a | 2 | 0.750 ± 0.354 |", pooled_table(rows)[-1])
        self.assertEqual(["Not measured yet."], pooled_table({"not yet": {}}))
        rows["a"]["0"]["trial_accuracy"] = {"bit": 0.625}
        self.assertEqual("| a | 2 | 0.750 ± 0.354 | 0.625 |", pooled_table(rows)[-1])
        self.assertIn("bit, per trial", pooled_table(rows)[0])

    def test_the_report_keeps_its_text_and_gets_tables_and_pictures(self):
        with tempfile.TemporaryDirectory() as folder:
            write_plan(folder, {"late": {"set": {"model.fusion": "late"}}}, robustness=["late"])
            os.makedirs(os.path.join(folder, "tiny"))
            jsonfile.write(os.path.join(folder, "tiny", "manifest.json"), MANIFEST)
            path = os.path.join(folder, "REPORT.md")
            with open(path, "w", encoding="utf-8") as stream:
                stream.write("# Mine\n<!-- table first -->\nold\n<!-- end -->\nkept\n"
                             + "".join(f"<!-- table {name} -->\n<!-- end -->\n"
                                       for name in ("robustness first", "pooled first", "second", "shipped")))
            report = ["report", "--plan", os.path.join(folder, "plan.json"), "--models", folder]
            measure = ["--only", "first", "--seeds", "0", "--run", os.path.join(folder, "work")]
            for more in (measure, []):  # the second time there is nothing to change
                code, _, error = run_cli(*report, *more)
                self.assertEqual(0, code, error)
            with open(path, encoding="utf-8") as stream:
                text = stream.read()
            self.assertNotIn("old", text)
            self.assertEqual(2, text.count("| late | 1 |"))  # single windows and windows of a group together
            for expected in ("# Mine", "kept", "| of the first | 1 |", "| camera | late |",
                             "| tiny | 1.0.0 | experts | bit | 0.900 | 0.700 | 0.800 | - | - | - | 0.030 | 10 | 0.00 |"):
                self.assertEqual(1, text.count(expected), expected)
            pictures = [name for name in os.listdir(os.path.join(folder, "report")) if name.endswith(".png")]
            self.assertEqual(["first-bit-all.png", "first-bit-each.png"], sorted(pictures))
            self.assertTrue(all(os.path.getsize(os.path.join(folder, "report", name)) < 100_000 for name in pictures))

    def test_an_unknown_table_is_named(self):
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "REPORT.md")
            with open(path, "w") as stream:
                stream.write("<!-- table third -->\n<!-- end -->\n")
            with self.assertRaisesRegex(TrainingError, "third"):
                write_report(load_plan(write_plan(folder)), folder, path, folder)
            with self.assertRaisesRegex(TrainingError, "between the tables"):
                write_report(load_plan(write_plan(folder)), folder, path + ".none", folder)


MANIFEST = {"version": "1.0.0", "provenance": {
    "config": {"model": {"experts": {"x": 1}}}, "parameters": 10, "macs": 100,
    "metrics": {"accuracy": {"all": {"bit": 0.9}, "without a": {"bit": 0.7}, "only a": {"bit": 0.8}},
                "object_accuracy": {"bit": None}, "ece": {"bit": 0.03}}}}


if __name__ == "__main__":
    unittest.main()
