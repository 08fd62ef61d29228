"""A small numpy evaluator of exported graphs: a second opinion on the export, independent of PyTorch."""

import math

import numpy as np

from .errors import TrainingError

_ERF = np.vectorize(math.erf, otypes=[np.float64])


def evaluate_graph(path, feeds):
    """Runs the ONNX file at `path` on `feeds` (name -> array); returns output name -> array."""
    import onnx

    return evaluate_model(onnx.load(path), feeds)


def evaluate_model(model, feeds, keep=()):
    """The same for an onnx.ModelProto; `keep` names inner tensors that are wanted besides the outputs."""
    from onnx import numpy_helper

    graph = model.graph
    values = {item.name: numpy_helper.to_array(item) for item in graph.initializer}
    values.update(feeds)
    for node in graph.node:
        values.update(zip(node.output, evaluate_node(node, values)))
    return {name: values[name] for name in {item.name for item in graph.output} | set(keep)}


def evaluate_node(node, values):
    """The outputs, as a list, of one node whose inputs are all in `values`."""
    from onnx import helper

    operator = _OPERATORS.get(node.op_type)
    if operator is None:
        raise TrainingError(f"the export contains operator {node.op_type}, which the reference does not know")
    attributes = {item.name: helper.get_attribute_value(item) for item in node.attribute}
    outputs = operator(attributes, *[values[name] if name else None for name in node.input])
    return outputs if isinstance(outputs, list) else [outputs]


def _constant(attributes):
    from onnx import numpy_helper
    return numpy_helper.to_array(attributes["value"])


def _constant_of_shape(attributes, shape):
    from onnx import numpy_helper
    value = numpy_helper.to_array(attributes["value"])[0] if "value" in attributes else np.float32(0)
    return np.full(tuple(shape), value)


def _cast(attributes, x):
    import onnx

    if hasattr(onnx.helper, "tensor_dtype_to_np_dtype"):  # onnx 1.13 and later
        return x.astype(onnx.helper.tensor_dtype_to_np_dtype(attributes["to"]))
    return x.astype(onnx.mapping.TENSOR_TYPE_TO_NP_TYPE[attributes["to"]])


def _conv(attributes, x, kernel, bias=None):
    """1-D convolution without padding, groups or dilation: all the front end uses."""
    stride, length = attributes["strides"][0], kernel.shape[2]
    windows = np.lib.stride_tricks.sliding_window_view(x, length, axis=2)[:, :, ::stride]
    result = np.einsum("nctk,ock->not", windows, kernel, optimize=True)
    return result if bias is None else result + bias[None, :, None]


def _div(attributes, x, y):
    """ONNX divides integers as integers, rounding toward zero; shapes are never negative."""
    return x // y if np.issubdtype(np.asarray(x).dtype, np.integer) else x / y


def _gemm(attributes, a, b, c=None):
    a = a.T if attributes.get("transA") else a
    b = b.T if attributes.get("transB") else b
    result = attributes.get("alpha", 1.0) * (a @ b)
    return (result if c is None else result + attributes.get("beta", 1.0) * c).astype(a.dtype)


def _layer_norm(attributes, x, scale, bias):
    mean = x.mean(axis=-1, keepdims=True)
    variance = ((x - mean) ** 2).mean(axis=-1, keepdims=True)
    return (x - mean) / np.sqrt(variance + np.float32(attributes["epsilon"])) * scale + bias


def _softmax(attributes, x):
    axis = attributes.get("axis", -1)
    power = np.exp(x - x.max(axis=axis, keepdims=True))
    return power / power.sum(axis=axis, keepdims=True)


def _log_softmax(attributes, x):
    axis = attributes.get("axis", -1)
    shifted = x - x.max(axis=axis, keepdims=True)
    return shifted - np.log(np.exp(shifted).sum(axis=axis, keepdims=True))


def _reshape(attributes, x, shape):
    return x.reshape([x.shape[i] if n == 0 else int(n) for i, n in enumerate(shape)])


def _slice(attributes, x, starts, ends, axes=None, steps=None):
    axes = range(len(starts)) if axes is None else axes
    steps = [1] * len(starts) if steps is None else steps
    index = [slice(None)] * x.ndim
    for start, end, axis, step in zip(starts, ends, axes, steps):
        index[int(axis)] = slice(int(start), int(end), int(step))
    return x[tuple(index)]


def _split(attributes, x, sizes=None):
    axis = attributes.get("axis", 0)
    if sizes is None:
        raise TrainingError("Split without sizes is not supported by the reference")
    return np.split(x, np.cumsum(sizes)[:-1], axis=axis)


def _squeeze(attributes, x, axes=None):
    return x.squeeze() if axes is None else x.squeeze(tuple(int(a) for a in axes))


def _unsqueeze(attributes, x, axes):
    return np.expand_dims(x, tuple(int(a) for a in axes))


def _reduce_sum(attributes, x, axes=None):
    axes = None if axes is None else tuple(int(a) for a in axes)
    return x.sum(axis=axes, keepdims=bool(attributes.get("keepdims", 1)))


def _reduce(function):
    """ReduceMean and ReduceMax: up to opset 17 their axes are an attribute."""
    def run(attributes, x):
        axes = attributes.get("axes")
        return function(x, axis=None if axes is None else tuple(axes), keepdims=bool(attributes.get("keepdims", 1)))
    return run


def _top_k(attributes, x, count):
    """Values and places, sorted; ties keep their order."""
    axis, count = attributes.get("axis", -1), int(np.asarray(count).reshape(-1)[0])
    order = np.argsort(-x if attributes.get("largest", 1) else x, axis=axis, kind="stable")
    order = np.take(order, np.arange(count), axis=axis)
    return [np.take_along_axis(x, order, axis=axis), order.astype(np.int64)]


def _quantise(attributes, x, scale, zero):
    limits = np.iinfo(zero.dtype)
    return np.clip(np.rint(x / scale) + zero.astype(np.float32), limits.min, limits.max).astype(zero.dtype)


def _dequantise(attributes, x, scale, zero):
    if scale.ndim:  # one scale per channel along the axis
        shape = [1] * x.ndim
        shape[attributes.get("axis", 1)] = -1
        scale, zero = scale.reshape(shape), zero.reshape(shape)
    return (x.astype(np.int32) - zero.astype(np.int32)).astype(np.float32) * scale


def _expand(attributes, x, shape):
    return x * np.ones([int(n) for n in shape], x.dtype)


_OPERATORS = {
    "Add": lambda a, x, y: x + y, "Sub": lambda a, x, y: x - y, "Mul": lambda a, x, y: x * y,
    "Div": _div, "Pow": lambda a, x, y: x ** y.astype(x.dtype), "Sqrt": lambda a, x: np.sqrt(x),
    "Exp": lambda a, x: np.exp(x), "Log": lambda a, x: np.log(x), "Erf": lambda a, x: _ERF(x).astype(x.dtype),
    "Clip": lambda a, x, low=None, high=None: np.clip(x, low, high), "MatMul": lambda a, x, y: x @ y,
    "Greater": lambda a, x, y: x > y, "Equal": lambda a, x, y: x == y, "Where": lambda a, c, x, y: np.where(c, x, y),
    "Concat": lambda a, *xs: np.concatenate(xs, axis=a["axis"]), "Identity": lambda a, x: x,
    "Transpose": lambda a, x: x.transpose(a["perm"]), "Shape": lambda a, x: np.array(x.shape, np.int64),
    "Gather": lambda a, x, i: np.take(x, i, axis=a.get("axis", 0)), "Cast": _cast, "Conv": _conv, "Gemm": _gemm,
    "LayerNormalization": _layer_norm, "Softmax": _softmax, "Reshape": _reshape, "Slice": _slice, "Split": _split,
    "Squeeze": _squeeze, "Unsqueeze": _unsqueeze, "ReduceSum": _reduce_sum, "Expand": _expand,
    "Flatten": lambda a, x: x.reshape(int(np.prod(x.shape[: a.get("axis", 1)])), -1),
    "Abs": lambda a, x: np.abs(x), "ReduceMean": _reduce(np.mean), "ReduceMax": _reduce(np.max),
    "ReduceMin": _reduce(np.min), "Cos": lambda a, x: np.cos(x), "Neg": lambda a, x: -x, "TopK": _top_k,
    "Less": lambda a, x, y: x < y, "LogSoftmax": _log_softmax,
    "QuantizeLinear": _quantise, "DequantizeLinear": _dequantise,
    "Constant": _constant, "ConstantOfShape": _constant_of_shape,
}
