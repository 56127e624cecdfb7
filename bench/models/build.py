"""Builds the benchmark's models with the real libraries, as MLflow saves them. Usage: build.py OUT_FOLDER"""
import json
import os
import shutil
import sys

import mlflow.xgboost
import numpy as np
import pandas as pd
import xgboost as xgb
from mlflow.models import infer_signature

out = sys.argv[1]
rng = np.random.default_rng(7)
columns = [f"f{i}" for i in range(28)]
X = pd.DataFrame(rng.normal(size=(20000, 28)), columns=columns)
y = (X.to_numpy() @ rng.normal(size=28) + np.sin(3 * X["f0"]) * 4 + rng.normal(size=len(X)) > 0).astype(int)

model = xgb.XGBClassifier(n_estimators=500, max_depth=6, learning_rate=0.1, n_jobs=2, random_state=0)
model.fit(X, y)
folder = os.path.join(out, "xgb-500x6")
shutil.rmtree(folder, ignore_errors=True)
mlflow.xgboost.save_model(model, folder, signature=infer_signature(X, model.predict(X)), pip_requirements=["xgboost"])
model.get_booster().save_model(os.path.join(out, "xgb-500x6.ubj"))

def body(rows):
    frame = X.iloc[:rows].round(4)
    return json.dumps({"dataframe_split": {"columns": columns, "data": frame.to_numpy().tolist()}})

for rows in (1, 1000):
    with open(os.path.join(out, f"body-{rows}.json"), "w") as f:
        f.write(body(rows))
