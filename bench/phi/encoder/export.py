"""Writes a trained network as ONNX, its dense weights and word embeddings in eight bits; one segment at a time, so without a mask."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper
from onnxruntime.quantization import QuantType, quantize_dynamic
from torch import Tensor

from bench.phi.encoder.network import Layer, Network, Size

_OPSET = 20


class _Graph:
    """Nodes in order; each method adds one and gives the name of what it computes."""

    def __init__(self) -> None:
        self.nodes: list[onnx.NodeProto] = []
        self.constants: list[onnx.TensorProto] = []

    def constant(self, value: Tensor | np.ndarray) -> str:
        array = value.detach().float().numpy() if isinstance(value, Tensor) else value
        name = f"w{len(self.constants)}"
        self.constants.append(numpy_helper.from_array(np.ascontiguousarray(array), name))
        return name

    def node(self, kind: str, *inputs: str, **attributes: object) -> str:
        name = f"n{len(self.nodes)}"
        self.nodes.append(helper.make_node(kind, list(inputs), [name], name=name, **attributes))
        return name

    def dense(self, x: str, weight: Tensor, bias: Tensor) -> str:
        return self.node("Add", self.node("MatMul", x, self.constant(weight.T)), self.constant(bias))

    def normal(self, x: str, weight: Tensor, bias: Tensor) -> str:
        return self.node("LayerNormalization", x, self.constant(weight), self.constant(bias), axis=-1, epsilon=1e-12)

    def heads(self, x: str, size: Size, order: Sequence[int]) -> str:
        shape = self.constant(np.array([0, -1, size.heads, size.head]))
        return self.node("Transpose", self.node("Reshape", x, shape), perm=list(order))


def _layer(graph: _Graph, x: str, layer: Layer) -> str:
    size = layer.size
    weights, biases = layer.into.weight.split(size.width), layer.into.bias.split(size.width)
    query, key, value = (graph.dense(x, weight, bias) for weight, bias in zip(weights, biases, strict=True))
    scores = graph.node("MatMul", graph.heads(query, size, (0, 2, 1, 3)), graph.heads(key, size, (0, 2, 3, 1)))
    seen = graph.node("Softmax", graph.node("Mul", scores, graph.constant(np.float32(size.head**-0.5))), axis=-1)
    values = graph.heads(value, size, (0, 2, 1, 3))
    mixed = graph.node("Transpose", graph.node("MatMul", seen, values), perm=[0, 2, 1, 3])
    joined = graph.node("Reshape", mixed, graph.constant(np.array([0, -1, size.width])))
    x = graph.node("Add", x, graph.dense(joined, layer.out.weight, layer.out.bias))
    x = graph.normal(x, layer.one.weight, layer.one.bias)
    inner = graph.node("Gelu", graph.dense(x, layer.up.weight, layer.up.bias))
    x = graph.node("Add", x, graph.dense(inner, layer.down.weight, layer.down.bias))
    return graph.normal(x, layer.two.weight, layer.two.bias)


def _of(network: Network) -> _Graph:
    graph = _Graph()
    words = graph.node("Gather", graph.constant(network.words.weight), "ids")
    shapes = graph.node("Gather", graph.constant(network.shapes.weight), "shapes")
    zero, one = graph.constant(np.array([0])), graph.constant(np.array([1]))
    length = graph.node("Shape", "ids", start=1, end=2)
    places = graph.node("Slice", graph.constant(network.places), zero, length, zero, one)
    x = graph.node("Add", graph.node("Add", words, shapes), places)
    x = graph.normal(x, network.norm.weight, network.norm.bias)
    for layer in network.layers:
        x = _layer(graph, x, layer)
    scores = graph.dense(x, network.head.weight, network.head.bias)
    graph.nodes.append(helper.make_node("Softmax", [scores], ["odds"], axis=-1))
    return graph


def graph_of(network: Network) -> onnx.ModelProto:
    """`ids` and `shapes`, [1, pieces], to `odds`, [1, pieces, classes]."""
    graph = _of(network)
    inputs = [helper.make_tensor_value_info(name, TensorProto.INT64, [1, "pieces"]) for name in ("ids", "shapes")]
    output = helper.make_tensor_value_info("odds", TensorProto.FLOAT, [1, "pieces", network.head.out_features])
    made = helper.make_graph(graph.nodes, "encoder", inputs, [output], graph.constants)
    model = helper.make_model(made, opset_imports=[helper.make_opsetid("", _OPSET)], producer_name="triage-gateway")
    model.ir_version = 10
    onnx.checker.check_model(model)
    return model


def export(network: Network, out: Path) -> None:
    """Write `out`, in eight bits."""
    with tempfile.TemporaryDirectory() as folder:
        whole = Path(folder) / "whole.onnx"
        onnx.save(graph_of(network), whole)
        quantize_dynamic(
            whole, out, per_channel=True, weight_type=QuantType.QInt8, op_types_to_quantize=["MatMul", "Gather"]
        )
