"""Builds the forests of the growth plots with XGBoost: a folder per point of an axis. Usage: growth.py OUT AXIS=VALUE,VALUE… …

Each point departs from 500 trees, depth 6, 28 columns in one thing. Axes: trees, depth, columns.
"""
import logging
import os
import shutil
import sys

import mlflow.xgboost
import numpy as np
import xgboost

logging.getLogger("mlflow").setLevel(logging.ERROR)
out, rows = sys.argv[1], 10_000
for argument in sys.argv[2:]:
    axis, values = argument.split("=")
    for value in map(int, values.split(",")):
        shape = {"trees": 500, "depth": 6, "columns": 28, axis: value}
        rng = np.random.default_rng(11)
        X = rng.normal(size=(rows, shape["columns"])).astype(np.float32)
        # Noise enough that trees grow to their full depth.
        y = X @ rng.normal(size=shape["columns"]) + np.sin(3 * X[:, 0]) * 4 + rng.normal(size=rows) * 4
        params = {"max_depth": shape["depth"], "eta": 0.1, "min_child_weight": 0, "nthread": 2, "seed": 0}
        booster = xgboost.train(params, xgboost.DMatrix(X, y), shape["trees"])
        folder = os.path.join(out, f"{axis}-{value}")
        shutil.rmtree(folder, ignore_errors=True)
        os.makedirs(folder)
        mlflow.xgboost.save_model(booster, os.path.join(folder, "xgboost"), pip_requirements=["xgboost"])
        booster.save_model(os.path.join(folder, "xgboost.json"))
        X.astype("<f4").tofile(os.path.join(folder, "rows.f32"))
