"""Builds the benchmark's models, rows and request bodies with the real libraries, as MLflow saves them.

Usage: build.py OUT TREES TRAINING_ROWS ROWS
"""
import json
import logging
import os
import shutil
import sys

import catboost
import lightgbm
import mlflow.catboost
import mlflow.lightgbm
import mlflow.xgboost
import numpy as np
import onnx
import pandas as pd
import pyarrow as pa
import pyarrow.csv
import xgboost
from mlflow.models import infer_signature
from onnxmltools import convert_lightgbm, convert_xgboost
from onnxmltools.convert.common.data_types import FloatTensorType

out, trees, training, count = sys.argv[1], *map(int, sys.argv[2:5])
logging.getLogger("mlflow").setLevel(logging.ERROR)
rng = np.random.default_rng(7)
columns = [f"f{i}" for i in range(28)]
X = pd.DataFrame(rng.normal(size=(training, 28)), columns=columns)
y = (X.to_numpy() @ rng.normal(size=28) + np.sin(3 * X["f0"]) * 4 + rng.normal(size=len(X)) > 0).astype(int)


def save(flavor, name, model):
    folder = os.path.join(out, name)
    shutil.rmtree(folder, ignore_errors=True)
    flavor.save_model(model, folder, signature=infer_signature(X, model.predict(X)), pip_requirements=["xgboost"])
    return model


xgb = save(mlflow.xgboost, "xgboost", xgboost.XGBClassifier(n_estimators=trees, max_depth=6, learning_rate=0.1, n_jobs=2, random_state=0).fit(X, y))
lgb = save(mlflow.lightgbm, "lightgbm", lightgbm.LGBMClassifier(n_estimators=trees, num_leaves=63, n_jobs=2, random_state=0, verbose=-1).fit(X, y))
cat = save(mlflow.catboost, "catboost", catboost.CatBoostClassifier(iterations=trees, depth=6, thread_count=2, random_seed=0, verbose=False, allow_writing_files=False).fit(X, y))

# The libraries' own files, for the programs that do not read MLflow's folders.
xgb.get_booster().save_model(os.path.join(out, "xgboost.json"))
lgb.booster_.save_model(os.path.join(out, "lightgbm.txt"))
cat.save_model(os.path.join(out, "catboost.cbm"))

# The converters know features by number only.
unnamed = xgboost.Booster(model_file=os.path.join(out, "xgboost.json"))
unnamed.feature_names = None
kind = [("x", FloatTensorType([None, 28]))]
onnx.save(convert_xgboost(unnamed, initial_types=kind), os.path.join(out, "xgboost.onnx"))
onnx.save(convert_lightgbm(lgb.booster_, initial_types=kind, zipmap=False), os.path.join(out, "lightgbm.onnx"))
cat.save_model(os.path.join(out, "catboost.onnx"), format="onnx")

# Rows as people send them: four decimals. As an array (float32, C order), as CSV, as request bodies.
rows = rng.normal(size=(count, 28)).round(4)
rows.astype("<f4").tofile(os.path.join(out, "rows.f32"))
pa.csv.write_csv(pa.table(list(rows.T), names=columns), os.path.join(out, "rows.csv"))
for n in (1, 32, 1000):
    with open(os.path.join(out, f"body-{n}.json"), "w") as f:
        json.dump({"dataframe_split": {"columns": columns, "data": rows[:n].tolist()}}, f)
    with open(os.path.join(out, f"body-{n}-v2.json"), "w") as f:
        json.dump({"inputs": [{"name": "x", "shape": [n, 28], "datatype": "FP32", "data": rows[:n].ravel().tolist()}]}, f)
    with open(os.path.join(out, f"body-{n}-bentoml.json"), "w") as f:
        json.dump({"data": rows[:n].tolist()}, f)
# Doubles in full, as a program that computed them sends them.
with open(os.path.join(out, "body-1000-full.json"), "w") as f:
    json.dump({"dataframe_split": {"columns": columns, "data": rng.normal(size=(1000, 28)).tolist()}}, f)
with open(os.path.join(out, "expected-1000.json"), "w") as f:
    json.dump(xgb.predict(pd.DataFrame(rows[:1000], columns=columns)).tolist(), f)
