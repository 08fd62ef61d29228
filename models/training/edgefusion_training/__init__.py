"""Offline training of EdgeFusion models: reads window files, trains, exports ONNX and a manifest."""

__version__ = "0.1.0"
