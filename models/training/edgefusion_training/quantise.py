"""Static int8 in QDQ form: weights int8 per output channel, activations uint8 with ranges seen on training windows.

Only products with learned weights (MatMul of the transformer) are quantised. The log-mel convolution stays float:
its power spectrum spans more than eight bits. So do the small Gemm nodes of the heads, attention, norms and softmax.
"""

import numpy as np

from .errors import TrainingError

PERCENTILE = 99.99  # of the absolute values that are kept inside the range; the rest is clipped
SAMPLED = 4096      # values kept per tensor and window: enough for that percentile over some dozens of windows


def quantisable(graph):
    """{node name or output: (activation, weight)} of the MatMul nodes that are worth it."""
    from onnx import numpy_helper

    constants = {item.name: numpy_helper.to_array(item) for item in graph.initializer}
    found = {}
    for node in graph.node:
        if node.op_type != "MatMul" or node.input[1] not in constants or ".frontend." in node.input[1]:
            continue
        weight = constants[node.input[1]]
        worth_it = weight.ndim == 2 and weight.dtype == np.float32 and min(weight.shape) >= 8
        if worth_it and node.input[0] not in constants:
            found[node.output[0]] = (node.input[0], node.input[1])
    return found


def activation_ranges(model, feeds, names, seed=0):
    """Tensor name -> (low, high) over all `feeds` (one dictionary of inputs per window)."""
    from .onnx_reference import evaluate_model

    random, seen = np.random.RandomState(seed), {name: [] for name in names}
    for feed in feeds:
        values = evaluate_model(model, feed, keep=set(names))
        for name in names:
            flat = values[name].reshape(-1)
            seen[name].append(flat if len(flat) <= SAMPLED else random.choice(flat, SAMPLED, replace=False))
    ranges = {}
    for name, parts in seen.items():
        values = np.concatenate(parts)
        low, high = np.percentile(values, [100.0 - PERCENTILE, PERCENTILE])
        ranges[name] = (min(float(low), 0.0), max(float(high), 0.0))
    return ranges


def to_int8(model, feeds):
    """A new onnx.ModelProto with QuantizeLinear/DequantizeLinear around the weighted products."""
    import onnx
    from onnx import helper, numpy_helper

    targets = quantisable(model.graph)
    if not targets:
        raise TrainingError("the graph has no weighted product to quantise (all layers are narrower than 8)")
    if not feeds:
        raise TrainingError("no window to calibrate with: the training split is empty")
    ranges = activation_ranges(model, feeds, sorted({activation for activation, _ in targets.values()}))
    copy = onnx.ModelProto()
    copy.CopyFrom(model)
    graph, constants = copy.graph, {item.name: numpy_helper.to_array(item) for item in model.graph.initializer}
    nodes, added, activations, weights = [], {}, {}, {}
    for node in model.graph.node:
        new = onnx.NodeProto()
        new.CopyFrom(node)
        if node.op_type == "MatMul" and node.output[0] in targets:
            activation, weight = targets[node.output[0]]
            if activation not in activations:
                activations[activation] = _quantise_activation(activation, ranges[activation], nodes, added, helper)
            if weight not in weights:
                weights[weight] = _quantise_weight(weight, constants[weight], nodes, added, helper)
            new.input[0], new.input[1] = activations[activation], weights[weight]
        elif node.op_type == "Add":
            _subtract_bias(new, targets, constants, added)
        nodes.append(new)
    del graph.node[:]
    graph.node.extend(nodes)
    constants.update(added)
    used = {name for node in nodes for name in node.input}
    del graph.initializer[:]
    graph.initializer.extend(numpy_helper.from_array(value, name) for name, value in constants.items() if name in used)
    del graph.value_info[:]
    onnx.checker.check_model(copy, full_check=True)
    return copy


def _subtract_bias(node, targets, constants, added):
    """x + b becomes x - (-b), which is the same number. ONNX Runtime joins MatMul and Add into Gemm before it looks for
    quantised products, and then computes that Gemm in float32 between two conversions, slower than without them."""
    product = next((name for name in node.input if name in targets), None)
    bias = next((name for name in node.input if name in constants), None)
    if product is None or bias is None or constants[bias].dtype != np.float32:
        return
    added[bias + "_negative"] = -constants[bias]
    node.op_type = "Sub"
    node.input[0], node.input[1] = product, bias + "_negative"


def _quantise_activation(name, bounds, nodes, added, helper):
    """Asymmetric uint8; zero is exact, so that masked and zero values stay what they are."""
    low, high = bounds
    scale = max((high - low) / 255.0, 1e-8)
    added[name + "_scale"] = np.asarray(scale, np.float32)
    added[name + "_zero"] = np.asarray(int(np.clip(round(-low / scale), 0, 255)), np.uint8)
    parameters = [name + "_scale", name + "_zero"]
    nodes.append(helper.make_node("QuantizeLinear", [name, *parameters], [name + "_q"]))
    nodes.append(helper.make_node("DequantizeLinear", [name + "_q", *parameters], [name + "_dq"]))
    return name + "_dq"


def _quantise_weight(name, weight, nodes, added, helper):
    """Symmetric int8 per output channel, within +-64.

    On CPUs without VNNI, the product of uint8 and int8 adds two of them in 16 bits: 2 x 255 x 127 overflows, 2 x 255 x
    64 does not. One bit of the weights is the price for the same answer on every machine.
    """
    peak = np.abs(weight).max(axis=0)
    scale = np.maximum(peak / 64.0, 1e-8).astype(np.float32)
    added[name + "_q"] = np.clip(np.rint(weight / scale), -64, 64).astype(np.int8)
    added[name + "_scale"], added[name + "_zero"] = scale, np.zeros(len(scale), np.int8)
    nodes.append(helper.make_node("DequantizeLinear", [name + "_q", name + "_scale", name + "_zero"], [name + "_dq"],
                                  axis=1))
    return name + "_dq"
