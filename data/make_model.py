#!/usr/bin/python3
"""Writes diabetes_sklearn.onnx: a small network that scikit-learn trained on three quarters of diabetes.csv.

Debian: apt-get install python3-sklearn python3-onnx. The file is what such tools leave: raw numbers in, a number out, and
no word about the names of the columns. Every fourth line of the table, counted with its header, is kept out of training.
"""
import csv
import pathlib

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper
from sklearn.neural_network import MLPRegressor
from sklearn.preprocessing import StandardScaler

FOLDER = pathlib.Path(__file__).resolve().parent


def main():
    with open(FOLDER / "diabetes.csv", newline="") as file:
        rows = np.array([[float(field) for field in row] for row in list(csv.reader(file))[1:]])
    known = rows[[line % 4 != 0 for line in range(2, len(rows) + 2)]]
    scaler = StandardScaler().fit(known[:, :-1])
    mean, deviation = known[:, -1].mean(), known[:, -1].std()
    network = MLPRegressor((8,), activation="tanh", alpha=1.0, max_iter=2000, random_state=1)
    network.fit(scaler.transform(known[:, :-1]), (known[:, -1] - mean) / deviation)

    weights = {"mean": scaler.mean_, "deviation": scaler.scale_, "W1": network.coefs_[0], "b1": network.intercepts_[0],
               "W2": network.coefs_[1] * deviation, "b2": network.intercepts_[1] * deviation + mean}
    graph = helper.make_graph(
        [helper.make_node("Sub", ["X", "mean"], ["centred"]), helper.make_node("Div", ["centred", "deviation"], ["scaled"]),
         helper.make_node("Gemm", ["scaled", "W1", "b1"], ["z1"]), helper.make_node("Tanh", ["z1"], ["h1"]),
         helper.make_node("Gemm", ["h1", "W2", "b2"], ["variable"])],
        "mlp_regressor",
        [helper.make_tensor_value_info("X", TensorProto.FLOAT, [None, 10])],
        [helper.make_tensor_value_info("variable", TensorProto.FLOAT, [None, 1])],
        [numpy_helper.from_array(value.astype(np.float32), name) for name, value in weights.items()])
    model = helper.make_model(graph, producer_name="scikit-learn", opset_imports=[helper.make_opsetid("", 13)])
    model.ir_version = 7
    onnx.checker.check_model(model)
    onnx.save(model, FOLDER / "diabetes_sklearn.onnx")


if __name__ == "__main__":
    main()
