"""Split graphs, half precision and int8, against the whole float32 graph."""

import hashlib
import json
import os
import tempfile
import unittest
import warnings

import numpy as np
import torch
from support import LONG, switch_inputs, switch_model, switch_spec

from edgefusion_training.errors import TrainingError
from edgefusion_training.export import OPSET, check_exportable, export_model, output_names, trace, write_graph
from edgefusion_training.modelcard import write_readme
from edgefusion_training.onnx_reference import evaluate_model
from edgefusion_training.options import FUSIONS
from edgefusion_training.quantise import quantisable, to_int8
from edgefusion_training.split import compare_split, export_split
from edgefusion_training.variants import window_feeds, write_variants
from edgefusion_training.windows import Windows

try:
    import onnx
    from edgefusion_training.half import halved, to_half
except ImportError:
    onnx = None

PROVENANCE = {"recipe": "test", "seed": 0, "windows": 1, "groups": 1, "windows_sha256": "", "trained_with": "",
              "epochs": 1, "parameters": 1, "macs": 1, "metrics": {}}


def windows_of(spec, count, seed=4):
    inputs, _ = switch_inputs(spec, count, seed)
    avail = np.ones((count, 4), np.float32)
    avail[::3, 2] = 0.0
    return Windows({item.tensor: value.numpy() for item, value in zip(spec.inputs, inputs)}, avail, np.arange(count),
                   {"kind": np.arange(count) % 2, "place": np.zeros((count, 2), np.float32)}, np.zeros(count, np.int64),
                   ["g"], ["x"], {"behaviour": np.arange(count) % 4 - 1})


@unittest.skipIf(onnx is None, "python3-onnx is not installed")
class Graphs(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name
        warnings.simplefilter("ignore")

    def path(self, name):
        return os.path.join(self.folder, name)

    def whole(self, **options):
        model = switch_model(**{"width": 32, **options})
        write_graph(model, self.path("model.onnx"))
        return model, onnx.load(self.path("model.onnx"))


class Split(Graphs):
    def test_encoders_and_fusion_give_the_numbers_of_the_whole_model(self):
        switches = [{"fusion": fusion, "readout": "concat_mlp", "mask_gaps": fusion == "pairwise",
                     "context_mode": "film_at_cut"} for fusion in FUSIONS]
        for options in switches if LONG else switches[::5]:
            with self.subTest(**options):
                model = switch_model(**options)
                split = export_split(model, self.folder, output_names(model.spec), trace)
                self.assertLess(compare_split(model, split, self.folder), 1e-4)

    def test_the_manifest_names_files_hashes_and_tensors_that_the_graphs_have(self):
        model = switch_model(readout="mean_logits", context_mode="film_at_cut")
        provenance = {**PROVENANCE, "config": {"model": model.options}}
        manifest = export_model(model, provenance, self.folder, split=True)
        with open(self.path("manifest.json"), encoding="utf-8") as stream:
            self.assertEqual(manifest["split"], json.load(stream)["split"])
        self.assertEqual(model.spec.modalities, [item["modality"] for item in manifest["split"]["encoders"]])
        tokens = [name for item in manifest["split"]["encoders"] for name in item["outputs"]]
        fusion = {**manifest["split"]["fusion"], "inputs": tokens + ["avail", "context_behaviour"],
                  "outputs": output_names(model.spec)}
        for item in manifest["split"]["encoders"] + [fusion]:
            graph = onnx.load(self.path(item["file"]))
            self.assertEqual(OPSET, graph.opset_import[0].version)
            self.assertEqual(item["inputs"], [value.name for value in graph.graph.input])
            self.assertEqual(item["outputs"], [value.name for value in graph.graph.output])
            with open(self.path(item["file"]), "rb") as stream:
                content = stream.read()
            self.assertEqual(hashlib.sha256(content).hexdigest(), item["sha256"])
            self.assertNotIn(PACKAGE_FOLDER.encode(), content)
        self.assertEqual([{"name": "behaviour", "tensor": "context_behaviour", "labels": ["push", "lift", "drop"]}],
                         manifest["context"])

    def test_a_missing_modality_may_leave_anything_in_its_tokens(self):
        with self.assertRaisesRegex(TrainingError, "cannot be split.*film_at_cut"):
            export_split(switch_model(), self.folder, ["embedding"], trace)
        model = switch_model(context_mode="film_at_cut")
        split = export_split(model, self.folder, output_names(model.spec), trace)
        fusion = onnx.load(self.path(split["fusion"]["file"]))
        feeds = {value.name: np.random.RandomState(0).randn(*[d.dim_value for d in value.type.tensor_type.shape.dim])
                 .astype(np.float32) for value in fusion.graph.input}
        feeds["avail"] = np.asarray([[1, 1, 0, 1]], np.float32)
        clean = evaluate_model(fusion, feeds)
        feeds["tokens_c"] = np.full_like(feeds["tokens_c"], np.nan)
        dirty = evaluate_model(fusion, feeds)
        for name, value in clean.items():
            self.assertTrue(np.array_equal(value, dirty[name]), name)


class Half(Graphs):
    def test_half_precision_keeps_types_outside_and_numbers_within_a_hundredth(self):
        model, graph = self.whole()
        half = to_half(graph)
        types = {value.name: value.type.tensor_type.elem_type for value in list(half.graph.input)
                 + list(half.graph.output)}
        self.assertEqual({onnx.TensorProto.FLOAT, onnx.TensorProto.UINT8}, set(types.values()))
        self.assertLess(half.ByteSize(), 0.8 * graph.ByteSize())
        halves = [item for item in half.graph.initializer if item.data_type == onnx.TensorProto.FLOAT16]
        self.assertGreater(len(halves), 20)
        for feed in window_feeds(model, windows_of(model.spec, 6), 6):
            one, two = evaluate_model(graph, feed), evaluate_model(half, feed)
            for name, value in one.items():
                self.assertEqual(np.float32, two[name].dtype)
                self.assertLess(float(np.abs(value - two[name]).max()), 1e-2, name)

    def test_layer_norm_softmax_and_front_ends_stay_single(self):
        _, graph = self.whole()
        half = to_half(graph)
        made = {name for node in half.graph.node if node.op_type == "Cast" for name in node.output
                if any(a.i == onnx.TensorProto.FLOAT16 for a in node.attribute)}
        for node in half.graph.node:
            if node.op_type in ("LayerNormalization", "Softmax", "Conv", "Log"):
                self.assertFalse(set(node.input) & made, node.op_type)


class Int8(Graphs):
    def test_every_weighted_product_is_quantised_and_decisions_hold(self):
        model, graph = self.whole()
        windows = windows_of(model.spec, 24)
        small = to_int8(graph, window_feeds(model, windows, 16))
        kinds = [node.op_type for node in small.graph.node]
        targets = quantisable(graph.graph)
        self.assertGreater(len(targets), 20)
        # A product followed by Add would be joined to a float Gemm by ONNX Runtime.
        self.assertFalse({name for node in small.graph.node if node.op_type == "Add" for name in node.input}
                         & set(targets))
        self.assertEqual(len({weight for _, weight in targets.values()})
                         + len({activation for activation, _ in targets.values()}), kinds.count("DequantizeLinear"))
        spread = worst = 0.0
        for feed in window_feeds(model, windows, 24):
            one, two = evaluate_model(graph, feed), evaluate_model(small, feed)
            spread = max(spread, float(np.abs(one["logits_kind"]).max()))
            worst = max(worst, float(np.abs(one["logits_kind"] - two["logits_kind"]).max()))
        self.assertLess(worst, 0.1 * spread)
        self.assertGreater(worst, 0.0)

    def test_weights_have_a_scale_per_output_channel_and_activations_an_exact_zero(self):
        model, graph = self.whole()
        small = to_int8(graph, window_feeds(model, windows_of(model.spec, 4), 4))
        constants = {item.name: onnx.numpy_helper.to_array(item) for item in small.graph.initializer}
        weights = [name for name, value in constants.items() if value.dtype == np.int8 and value.ndim == 2]
        for name in weights:
            self.assertEqual(constants[name].shape[1], len(constants[name[:-2] + "_scale"]))
            self.assertLessEqual(int(np.abs(constants[name].astype(int)).max()), 64)
        zeros = [value for name, value in constants.items() if name.endswith("_zero") and value.ndim == 0]
        self.assertTrue(zeros and all(value.dtype == np.uint8 for value in zeros))

    def test_without_windows_or_products_there_is_an_error(self):
        model, graph = self.whole()
        with self.assertRaisesRegex(TrainingError, "no window to calibrate"):
            to_int8(graph, [])
        with self.assertRaisesRegex(TrainingError, "no weighted product"):
            narrow, small = self.whole(width=4, mlp_ratio=1, modalities={
                "eye": {"tubelet": [1, 2, 2]}, "sound": {"tokeniser": "waveform", "patch_samples": 4}})
            to_int8(small, window_feeds(narrow, windows_of(narrow.spec, 2), 2))

    def test_the_report_compares_decisions_accuracy_size_and_on_request_time(self):
        model = switch_model(width=32)
        export_model(model, {**PROVENANCE, "config": {"model": model.options}}, self.folder)
        windows = windows_of(model.spec, 12)
        calls = []

        def engine(path):
            graph = onnx.load(path)
            calls.append(os.path.basename(path))
            return lambda feeds: evaluate_model(graph, feeds)

        report = write_variants(model, self.folder, ["fp16", "int8"], windows, windows, engine)
        self.assertEqual(["model.onnx", "model-fp16.onnx", "model-int8.onnx"], calls)
        self.assertEqual(1.0, report["fp32"]["kind"]["same_decision"])
        self.assertGreaterEqual(report["fp16"]["kind"]["same_decision"], 0.9)
        self.assertLess(report["int8"]["bytes"], report["fp32"]["bytes"])
        self.assertGreater(report["int8"]["ms"], 0.0)
        with open(self.path("manifest.json"), encoding="utf-8") as stream:
            manifest = json.load(stream)
        self.assertEqual(report, manifest["provenance"]["variants"])
        self.assertEqual([{"precision": kind, "file": f"model-{kind}.onnx", "sha256": report[kind]["sha256"]}
                          for kind in ("fp16", "int8")], manifest["variants"])
        write_readme(self.path("README.md"), manifest, {})
        with open(self.path("README.md"), encoding="utf-8") as stream:
            self.assertIn("| int8 | model-int8.onnx |", stream.read())


class Refusals(unittest.TestCase):
    @unittest.skipIf(onnx is None, "onnx is not installed")
    def test_a_number_beyond_half_precision_is_named(self):
        with self.assertRaisesRegex(TrainingError, "'scale' holds 1e.09: export without --fp16"):
            halved(np.asarray([1.0, 1e9], np.float32), "scale")
        self.assertEqual(np.float16, halved(np.asarray([65504.0], np.float32), "scale").dtype)

    def test_what_cannot_be_exported_is_said_before_anything_is_written(self):
        model = switch_model()
        with torch.no_grad():
            model.norm.weight[0] = float("nan")
        with self.assertRaisesRegex(TrainingError, "not finite .norm.weight.*train again"):
            check_exportable(model)
        with self.assertRaisesRegex(TrainingError, "reduce width or layers"):
            check_exportable(switch_model(width=512, layers=4))
        raw = json.loads(json.dumps(switch_spec().raw))
        raw["heads"][0]["tensor"] = "a"
        from edgefusion_training.model import FusionModel
        from edgefusion_training.spec import parse_spec
        with self.assertRaisesRegex(TrainingError, "used twice: a"):
            check_exportable(FusionModel(parse_spec(raw), {"modalities": {
                "eye": {"tubelet": [1, 4, 4]}, "sound": {"tokeniser": "waveform", "patch_samples": 100}}}))


PACKAGE_FOLDER = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))

if __name__ == "__main__":
    unittest.main()
