"""Export: graph against PyTorch, manifest validity, reproducible parity inputs, the whole command line once."""

import hashlib
import json
import os
import tempfile
import unittest
import warnings

import numpy as np
import torch
from support import PACKAGE_ROOT, real_spec, run_cli, spec_path, tiny_spec, write_windows

from edgefusion_training import parity
from edgefusion_training.errors import TrainingError
from edgefusion_training.model import FusionModel
from edgefusion_training.onnx_reference import evaluate_graph
from edgefusion_training.run import load_run
from edgefusion_training.spec import load_spec

try:
    import onnx
except ImportError:
    onnx = None


class ParityInputs(unittest.TestCase):
    def test_the_hash_has_the_written_values(self):
        """Values worked out with Python integers; the runtime's test has the same ones."""
        def by_hand(i, case, index):
            h = (i * 2654435761 + (16 * case + index + 1) * 2654435769) % 2 ** 32
            h ^= h >> 16
            h = h * 2246822507 % 2 ** 32
            h ^= h >> 13
            h = h * 3266489909 % 2 ** 32
            return h ^ h >> 16

        for case, index in ((0, 0), (3, 1), (9, 3)):
            values = parity.hash_values(50, case, index)
            self.assertEqual([by_hand(i, case, index) for i in range(50)], values.tolist())
        self.assertEqual(2462723854, int(parity.hash_values(1, 0, 0)[0]))

    def test_float_inputs_stay_within_their_range_per_channel(self):
        item = real_spec("ur5-objects").inputs[2]
        values = parity.make_input(item, 0, 2, [0.0, 10.0, -1.0], [1.0, 2.0, 0.5])

        self.assertEqual((1, 10, 3), values.shape)
        self.assertEqual(np.float32, values.dtype)
        self.assertTrue((values[..., 1] >= 10.0).all() and (values[..., 1] < 12.0).all())


@unittest.skipIf(onnx is None, "python3-onnx is not installed")
class CommandLine(unittest.TestCase):
    def test_train_evaluate_and_export_give_a_model_folder_that_holds_its_promises(self):
        with tempfile.TemporaryDirectory() as folder:
            self.check_folder(folder)

    def check_folder(self, folder):
        windows = write_windows(os.path.join(folder, "w.npz"), load_spec(spec_path("ur5-objects")), 60, 10)
        config = os.path.join(PACKAGE_ROOT, "configs", "ur5-objects.json")
        run, model = os.path.join(folder, "run"), os.path.join(folder, "model")
        common = ["--config", config, "--windows", windows, "--run", run, "--epochs", "1"]
        for verb in (["crossvalidate", *common], ["train", "--all-groups", *common],
                     ["evaluate", "--run", run, "--windows", windows], ["export", "--run", run, "--to", model]):
            code, out, err = run_cli(*verb)
            self.assertEqual((0, ""), (code, err), verb)
        self.assertIn("export error", out)
        self.assertEqual(["README.md", "manifest.json", "model.onnx", "parity.json"], sorted(os.listdir(model)))

        with open(os.path.join(model, "model.onnx"), "rb") as stream:
            content = stream.read()
        spec = load_spec(os.path.join(model, "manifest.json"))
        manifest = spec.raw
        self.assertEqual(hashlib.sha256(content).hexdigest(), manifest["sha256"])
        self.assertEqual({"gelu": "erf", "layer_norm_epsilon": 1e-6}, manifest["numerics"])
        self.assertEqual(17, manifest["opset"])
        self.assertEqual(64, len(manifest["provenance"]["windows_sha256"]))
        self.assertEqual("embedding", manifest["embedding"]["tensor"])
        self.assertNotIn(folder.encode(), content)
        self.check_graph(content, spec, manifest["embedding"]["size"])
        self.check_parity(os.path.join(model, "model.onnx"), os.path.join(model, "parity.json"), spec)

    def check_graph(self, content, spec, embedding):
        graph = onnx.load_model_from_string(content).graph
        shapes = {item.name: [dim.dim_value for dim in item.type.tensor_type.shape.dim]
                  for item in list(graph.input) + list(graph.output)}
        for item in spec.inputs:
            self.assertEqual(list(item.shape), shapes[item.tensor])
        self.assertEqual([1, 4], shapes["avail"])
        for head in spec.heads:
            self.assertEqual([1, len(head.labels)], shapes[head.tensor])
            self.assertEqual([1, 4, len(head.labels)], shapes[head.per_modality_tensor])
        self.assertEqual([1, embedding], shapes["embedding"])
        kinds = {node.op_type for node in graph.node}
        self.assertFalse(kinds & {"Identity", "Constant", "Shape", "ConstantOfShape", "Expand"}, kinds)

    def check_parity(self, graph, path, spec):
        with open(path, encoding="utf-8") as stream:
            document = json.load(stream)
        self.assertEqual(10, len(document["cases"]))
        for number, case in enumerate(document["cases"]):
            feeds = {"avail": np.asarray([case["avail"]], np.float32)}
            for index, (item, bound) in enumerate(zip(spec.inputs, document["inputs"])):
                feeds[item.tensor] = parity.make_input(item, number, index, bound["low"], bound["span"])
            for item in spec.context:
                told = case["context"][item.name]
                feeds[item.tensor] = np.asarray([[float(k == told) for k in range(len(item.labels))]], np.float32)
            outputs = evaluate_graph(graph, feeds)
            for name, expected in case["outputs"].items():
                difference = np.abs(outputs[name].reshape(-1) - np.asarray(expected)).max()
                self.assertLess(difference, document["tolerance"], (case["name"], name))

    def test_an_error_is_one_line_and_exit_code_2(self):
        code, _, err = run_cli("export", "--run", "no-such-run", "--to", "nowhere")

        self.assertEqual(2, code)
        self.assertIn("no-such-run", err)
        self.assertFalse(os.path.exists("nowhere"))
        code, _, err = run_cli("export", "--run", "no-such-run", "--to", "nowhere", "--int8")
        self.assertEqual((2, True), (code, "needs --windows" in err))

    def test_a_run_of_another_version_is_refused_with_the_reason(self):
        with tempfile.TemporaryDirectory() as folder:
            spec = tiny_spec(("a",))
            torch.save({"state": {"bottleneck": torch.zeros(1)}, "spec": spec.raw, "config": {},
                        "provenance": {"trained_with": "torch 0"}}, os.path.join(folder, "model.pt"))
            with self.assertRaisesRegex(TrainingError, "another version of this package .torch 0.: train again"):
                load_run(folder)


@unittest.skipIf(onnx is None, "python3-onnx is not installed")
class RawFrontEnds(unittest.TestCase):
    def test_the_exported_graph_and_its_parts_compute_the_log_mel_of_raw_samples_like_pytorch(self):
        from edgefusion_training.export import compare, output_names, trace, write_graph
        from edgefusion_training.split import compare_split, export_split

        torch.manual_seed(1)
        model = FusionModel(real_spec("workcell"), {"modalities": {
            "microphone": {"statistics": True}, "camera": {"tubelet": [5, 16, 16]}, "force": {"patch_steps": 20},
            "proprioception": {"patch_steps": 5}}})
        with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings():
            warnings.simplefilter("ignore")
            path = os.path.join(folder, "model.onnx")
            write_graph(model.eval(), path)
            self.assertFalse(model.training)
            self.assertLess(compare(model, path), 1e-4)
            split = export_split(model, folder, output_names(model.spec), trace)
            self.assertLess(compare_split(model, split, folder), 1e-4)


if __name__ == "__main__":
    unittest.main()
