"""A half-precision copy of a graph, for GPUs: the transformer in float16, everything delicate in float32.

Front ends (spectra, normalisation), layer norm, softmax and the outputs stay in float32; inputs and outputs keep
their types, so that the manifest of the float32 graph holds for both.
"""

import numpy as np

from .errors import TrainingError

# Operators that run in float16 once one of their inputs is; everything else float goes through float32.
_HALF = {"Add", "Sub", "Mul", "Div", "MatMul", "Gemm", "Erf", "Concat", "Slice", "Split", "Squeeze", "Unsqueeze",
         "Reshape", "Transpose", "Gather", "Expand", "Where", "Identity", "Flatten"}
_FRONTEND = ".frontend."


LARGEST = float(np.finfo(np.float16).max)


def halved(constant, name):
    """`constant` in float16; a TrainingError where it would overflow."""
    peak = float(np.abs(constant).max()) if constant.size and constant.dtype.kind == "f" else 0.0
    if peak > LARGEST:
        raise TrainingError(f"half precision ends at {LARGEST:g} and '{name}' holds {peak:.3g}: export without --fp16")
    return constant.astype(np.float16)


def to_half(model):
    """A new onnx.ModelProto; `model` is not changed."""
    from onnx import TensorProto

    import onnx

    copy = onnx.ModelProto()
    copy.CopyFrom(model)
    builder = _Builder(copy.graph, TensorProto)
    for node in model.graph.node:
        builder.add(node)
    builder.finish()
    onnx.checker.check_model(copy, full_check=True)
    return copy


class _Builder:
    """Rewrites a graph node by node; `self.half` are the tensors that are float16 in the result."""

    def __init__(self, graph, types):
        from onnx import numpy_helper

        self.graph, self.types = graph, types
        self.constants = {item.name: numpy_helper.to_array(item) for item in graph.initializer}
        self.kind = {name: value.dtype == np.float32 for name, value in self.constants.items()}
        self.outputs = {item.name for item in graph.output}
        self.half, self.made, self.nodes = set(), {}, []
        del graph.node[:]

    def add(self, node):
        """Appends the node, with casts before it where it needs another precision."""
        from onnx import NodeProto

        new = NodeProto()
        new.CopyFrom(node)
        half = self._runs_in_half(node)
        for position, name in enumerate(node.input):
            if half and self._is_float(node, position, name):
                new.input[position] = self._as(name, True)
            elif name in self.half:
                new.input[position] = self._as(name, False)
        if half:
            for position, name in enumerate(node.output):
                if name in self.outputs:
                    new.output[position] = name + "_half"
                    self.half.add(new.output[position])
                    self.nodes.append(new)
                    self._cast(new.output[position], name, False)
                    return
                self.half.add(name)
        self.nodes.append(new)

    def _runs_in_half(self, node):
        if node.op_type not in _HALF:
            return False
        if any(name in self.half for name in node.input):
            return True
        # The transformer begins at the first product with learned weights: the patch embeddings.
        return node.op_type in ("MatMul", "Gemm") and any(
            name in self.constants and self.kind[name] and _FRONTEND not in name and self.constants[name].ndim == 2
            and min(self.constants[name].shape) > 1 for name in node.input[1:2])

    def _is_float(self, node, position, name):
        """Inputs that carry numbers, not shapes, indices or conditions."""
        if name in self.constants:
            return self.kind[name]
        if node.op_type == "Where" and position == 0:
            return False
        return position == 0 or node.op_type in ("Add", "Sub", "Mul", "Div", "MatMul", "Gemm", "Concat", "Where")

    def _as(self, name, half):
        """The tensor in the wanted precision: itself, a converted constant or one shared cast."""
        if not name or (name in self.half) == half:
            return name
        key = (name, half)
        if key not in self.made:
            target = f"{name}_{'half' if half else 'single'}"
            self.made[key] = target
            if name in self.constants:
                self.constants[target] = halved(self.constants[name], name)
            else:
                self._cast(name, target, half)
        return self.made[key]

    def _cast(self, source, target, half):
        from onnx import helper

        kind = self.types.FLOAT16 if half else self.types.FLOAT
        self.nodes.append(helper.make_node("Cast", [source], [target], to=kind))

    def finish(self):
        """Puts nodes and the constants in use into the graph."""
        from onnx import numpy_helper

        used = {name for node in self.nodes for name in node.input}
        self.graph.node.extend(self.nodes)
        del self.graph.initializer[:]
        self.graph.initializer.extend(numpy_helper.from_array(value, name) for name, value in self.constants.items()
                                      if name in used)
        del self.graph.value_info[:]
