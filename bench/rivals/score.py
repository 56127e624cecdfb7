"""The libraries in process: reads one JSON request a line on stdin, answers one JSON line each on stdout.

  {"op": "load", "library": "xgboost", "models": DIR, "threads": 1, "columns": 28}
  {"op": "time", "method": "margin", "rows": 1000, "write": FILE?}        one timed call: {"ms"}
  {"op": "single", "method": "margin", "calls": 1000}                     timed calls of one row: {"p50", "p99"} in µs
  {"op": "peak"}                                                          peak resident memory of the process: {"mb"}
"""
import json
import os
import sys
import time

import numpy as np


class XGBoost:
    def __init__(self, models, threads):
        import xgboost

        self.xgb = xgboost
        self.booster = xgboost.Booster(model_file=f"{models}/xgboost.json")
        self.booster.set_param({"nthread": threads})
        self.threads = threads

    def margin(self, rows):
        return self.booster.inplace_predict(rows, predict_type="margin", validate_features=False)

    def prepare(self, rows):
        return self.xgb.DMatrix(rows, nthread=self.threads, feature_names=self.booster.feature_names)

    def margin_prepared(self, data):
        return self.booster.predict(data, output_margin=True)

    def contributions_prepared(self, data):
        return self.booster.predict(data, pred_contribs=True)


class LightGBM:
    def __init__(self, models, threads):
        import lightgbm

        self.booster, self.threads = lightgbm.Booster(model_file=f"{models}/lightgbm.txt"), threads

    def margin(self, rows):
        return self.booster.predict(rows, raw_score=True, num_threads=self.threads)

    def contributions(self, rows):
        return self.booster.predict(rows, pred_contrib=True, num_threads=self.threads)


class CatBoost:
    def __init__(self, models, threads):
        import catboost

        self.cat = catboost
        self.model, self.threads = catboost.CatBoost().load_model(f"{models}/catboost.cbm"), threads

    def margin(self, rows):
        return self.model.predict(rows, prediction_type="RawFormulaVal", thread_count=self.threads)

    def prepare(self, rows):
        return self.cat.Pool(rows, thread_count=self.threads)

    def margin_prepared(self, data):
        return self.model.predict(data, prediction_type="RawFormulaVal", thread_count=self.threads)

    def contributions_prepared(self, data):
        return self.model.get_feature_importance(data, type="ShapValues", thread_count=self.threads)


class Onnx:
    """ONNX Runtime on the model its converter made; answers the probability of class 1."""

    def __init__(self, models, threads, library):
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        self.session = onnxruntime.InferenceSession(f"{models}/{library}.onnx", options, providers=["CPUExecutionProvider"])
        self.input = self.session.get_inputs()[0].name
        self.output = self.session.get_outputs()[1].name

    def probability(self, rows):
        (answer,) = self.session.run([self.output], {self.input: rows})
        # CatBoost's own exporter ends in a ZipMap: a list of {class: probability}.
        return np.array([row[1] for row in answer], dtype=np.float32) if isinstance(answer, list) else answer[:, 1]


class PyFunc:
    """mlflow.pyfunc on the folder; one row is a DataFrame, as it takes input with a signature."""

    def __init__(self, models, threads, library):
        import mlflow.pyfunc
        import pandas as pd

        # No thread count reaches the library through pyfunc; OMP_NUM_THREADS of this process sets it.
        self.model, self.pd = mlflow.pyfunc.load_model(f"{models}/{library}"), pd

    def prepare(self, rows):
        return self.pd.DataFrame(rows.astype(np.float64), columns=[f"f{i}" for i in range(rows.shape[1])])

    def predict_prepared(self, data):
        return self.model.predict(data)


def load(request):
    models, threads, library = request["models"], request["threads"], request["library"]
    if library.startswith("onnx:"):
        return Onnx(models, threads, library[5:])
    if library.startswith("pyfunc:"):
        return PyFunc(models, threads, library[7:])
    return {"xgboost": XGBoost, "lightgbm": LightGBM, "catboost": CatBoost}[library](models, threads)


class Session:
    def __init__(self):
        self.rows = np.empty((0, 0), np.float32)

    def load(self, request):
        self.models, self.columns, self.rival = request["models"], request["columns"], load(request)
        return {}

    def _read(self, count):
        return np.fromfile(f"{self.models}/rows.f32", dtype="<f4", count=count * self.columns).reshape(count, self.columns)

    def _data(self, request):
        """The rows, or the library's own container of them, made before the clock starts."""
        count = request["rows"]
        if len(self.rows) != count:
            self.rows = self._read(count)
        # Anew for each call: XGBoost keeps the predictions of a DMatrix it has seen.
        return self.rival.prepare(self.rows) if request["method"].endswith("_prepared") else self.rows

    def time(self, request):
        call, data = getattr(self.rival, request["method"]), self._data(request)
        begin = time.perf_counter_ns()
        answer = call(data)
        ms = (time.perf_counter_ns() - begin) / 1e6
        if "write" in request:
            np.asarray(answer, dtype="<f8").tofile(request["write"])
        return {"ms": ms}

    def single(self, request):
        call, calls = getattr(self.rival, request["method"]), request["calls"]
        rows = self._read(1000)
        one = [rows[i : i + 1] for i in range(len(rows))]
        if request["method"].endswith("_prepared"):
            one = [self.rival.prepare(row) for row in one]
        for i in range(min(calls, 200)):
            call(one[i % 1000])
        times = np.empty(calls)
        for i in range(calls):
            begin = time.perf_counter_ns()
            call(one[i % 1000])
            times[i] = time.perf_counter_ns() - begin
        return {"p50": float(np.percentile(times, 50)) / 1e3, "p99": float(np.percentile(times, 99)) / 1e3}

    def peak(self, request):
        with open("/proc/self/status") as f:
            return {"mb": next(int(line.split()[1]) for line in f if line.startswith("VmHWM")) / 1024}


answers, sys.stdout = os.fdopen(os.dup(1), "w"), sys.stderr  # what libraries print is not an answer
session = Session()
for line in sys.stdin:
    request = json.loads(line)
    try:
        answer = getattr(session, request["op"])(request)
    except Exception as error:
        answer = {"error": f"{type(error).__name__}: {error}"}
    print(json.dumps(answer), file=answers, flush=True)
