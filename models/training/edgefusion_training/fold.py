"""Folds an exported graph: everything that does not depend on an input becomes an initializer.

The tracer leaves several hundred Constant, Identity and shape nodes behind. At batch 1 and static shapes they are all
constants, and every node less is a launch less at run time.
"""

import numpy as np

from .onnx_reference import evaluate_node

FOLDED_LIMIT = 1 << 20  # elements; a constant larger than this stays computed


def fold(model):
    """Folds an onnx.ModelProto in place: constants, identities, static shapes and unused initializers."""
    from onnx import numpy_helper, shape_inference

    graph = shape_inference.infer_shapes(model, strict_mode=True, data_prop=True).graph
    static = {item.name: [dim.dim_value for dim in item.type.tensor_type.shape.dim]
              for item in list(graph.value_info) + list(graph.input)
              if all(dim.HasField("dim_value") for dim in item.type.tensor_type.shape.dim)}
    graph = model.graph
    outputs = {item.name for item in graph.output}
    constants = {item.name: numpy_helper.to_array(item) for item in graph.initializer}
    alias, kept = {}, []
    for node in graph.node:
        for position, name in enumerate(node.input):
            node.input[position] = alias.get(name, name)
        if node.op_type == "Identity" and node.output[0] not in outputs:
            alias[node.output[0]] = node.input[0]
        elif not _fold_node(node, constants, static, outputs):
            kept.append(node)
    used = {name for node in kept for name in node.input} | outputs
    del graph.node[:]
    graph.node.extend(kept)
    del graph.initializer[:]
    graph.initializer.extend(numpy_helper.from_array(np.ascontiguousarray(value) if value.ndim else value, name)
                             for name, value in constants.items() if name in used)
    del graph.value_info[:]


def _fold_node(node, constants, static, outputs):
    """True when the node's outputs are now in `constants`."""
    if any(name in outputs for name in node.output):
        return False
    if node.op_type == "Shape" and node.input[0] in static:
        constants[node.output[0]] = np.array(static[node.input[0]], np.int64)
        return True
    if any(name and name not in constants for name in node.input):
        return False
    values = evaluate_node(node, constants)
    if any(np.size(value) > FOLDED_LIMIT for value in values):
        return False
    constants.update(zip(node.output, (np.asarray(value) for value in values)))
    return True
