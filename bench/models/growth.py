"""Draws the forests of the growth plots at random, in XGBoost's own format: a folder per point of an axis.

Usage: growth.py OUT ROWS AXIS=VALUE,VALUE… …

Each point departs from 500 complete trees of depth 6 on 28 columns in one thing. Axes: trees, depth, columns. Training them all
would take hours; their shape is all that time and memory depend on.
"""
import json
import logging
import os
import shutil
import sys

import mlflow.xgboost
import numpy as np
import xgboost

logging.getLogger("mlflow").setLevel(logging.ERROR)
out, rows = sys.argv[1], int(sys.argv[2])
rng = np.random.default_rng(11)


def tree(number, depth, columns):
    """A complete tree in the order of its levels."""
    inner, nodes = 2**depth - 1, 2 ** (depth + 1) - 1
    at, leaf = np.arange(nodes), np.arange(nodes) >= inner
    values = np.where(leaf, rng.normal(scale=0.1, size=nodes), rng.normal(scale=0.7, size=nodes)).astype(np.float32)
    return {
        "id": number,
        "left_children": np.where(leaf, -1, 2 * at + 1).tolist(),
        "right_children": np.where(leaf, -1, 2 * at + 2).tolist(),
        "parents": [2147483647, *((at[1:] - 1) // 2).tolist()],
        "split_indices": np.where(leaf, 0, rng.integers(columns, size=nodes)).tolist(),
        "split_conditions": values.tolist(),
        "split_type": [0] * nodes,
        "default_left": np.where(leaf, 0, rng.integers(2, size=nodes)).tolist(),
        "base_weights": values.tolist(),
        "loss_changes": [0.0] * nodes,
        "sum_hessian": [1.0] * nodes,
        "categories": [], "categories_nodes": [], "categories_segments": [], "categories_sizes": [],
        "tree_param": {"num_deleted": "0", "num_feature": str(columns), "num_nodes": str(nodes), "size_leaf_vector": "1"},
    }


def forest(trees, depth, columns):
    """The frame comes from a trained model of one tree."""
    frame = xgboost.train({"max_depth": 1}, xgboost.DMatrix(rng.normal(size=(10, columns)), np.arange(10)), 1)
    model = json.loads(bytes(frame.save_raw("json")))
    booster = model["learner"]["gradient_booster"]["model"]
    booster["trees"] = [tree(i, depth, columns) for i in range(trees)]
    booster["tree_info"] = [0] * trees
    booster["iteration_indptr"] = list(range(trees + 1))
    booster["gbtree_model_param"]["num_trees"] = str(trees)
    return xgboost.Booster(model_file=bytearray(json.dumps(model).encode()))


for argument in sys.argv[3:]:
    axis, values = argument.split("=")
    for value in map(int, values.split(",")):
        shape = {"trees": 500, "depth": 6, "columns": 28, axis: value}
        booster = forest(**shape)
        folder = os.path.join(out, f"{axis}-{value}")
        shutil.rmtree(folder, ignore_errors=True)
        os.makedirs(folder)
        mlflow.xgboost.save_model(booster, os.path.join(folder, "xgboost"), pip_requirements=["xgboost"])
        booster.save_model(os.path.join(folder, "xgboost.json"))
        rng.normal(size=(rows, shape["columns"])).astype("<f4").tofile(os.path.join(folder, "rows.f32"))
