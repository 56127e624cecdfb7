"""What the scripts that draw models share: a generator per case, rows with every odd kind of number, a folder per case."""
import json
import os
import signal
import sys
import warnings

import numpy as np

warnings.filterwarnings("ignore")

F32 = np.float32
ODD = [np.nan, 0.0, -0.0, 5e-324, -1e-310, 1e-40, -1e-40, 1e-36, float(F32(1e-35)), -float(F32(1e-35)), 1.0000001e-35, 1.0, -1.0, 1e30, -1e30, float(np.finfo(F32).max), float(np.finfo(F32).min)]


class Case:
    """A model folder with the rows it was asked and what the library answered."""

    def __init__(self, folder):
        self.folder, self.about = folder, {"outputs": {}, "words": []}
        os.makedirs(os.path.join(folder, "model"), exist_ok=True)

    def path(self, name):
        return os.path.join(self.folder, "model", name)

    def say(self, *words):
        self.about["words"] += [str(word) for word in words if word not in (None, "")]

    def mlmodel(self, flavor, data, **config):
        """The least that MLflow itself reads."""
        flavors = {flavor: {"data": data, **config}, "python_function": {"loader_module": f"mlflow.{flavor}", "data": data}}
        with open(self.path("MLmodel"), "w") as file:
            json.dump({"flavors": flavors, "mlflow_version": "3.17.2", "model_uuid": "0" * 32, "utc_time_created": "2026-01-01 00:00:00.000000"}, file)

    def array(self, name, values):
        np.save(os.path.join(self.folder, name + ".npy"), np.ascontiguousarray(values))
        return name

    def ask(self, rows):
        """Rows as the model is asked: an array, or a frame."""
        if isinstance(rows, np.ndarray):
            self.about["input"] = {"tensor": self.array("input", rows)}
            return
        columns = []
        for j, name in enumerate(rows.columns):
            series = rows[name]
            if str(series.dtype) == "category":
                columns.append({"name": name, "codes": self.array(f"input{j}", series.cat.codes.to_numpy().astype(np.int32)), "categories": series.cat.categories.tolist()})
            elif series.dtype == object or str(series.dtype) in ("str", "string"):
                columns.append({"name": name, "cells": [None if value is None or value != value else value for value in series.tolist()]})
            else:
                columns.append({"name": name, "values": self.array(f"input{j}", series.to_numpy())})
        self.about["input"] = {"columns": columns, "rows": len(rows)}

    def answer(self, name, values):
        values = np.asarray(values)
        if values.dtype.kind in "OU":
            self.about["outputs"][name] = {"texts": values.astype(str).ravel().tolist(), "shape": list(values.shape)}
        else:
            self.about["outputs"][name] = {"array": self.array("out-" + name, values)}


def odd_rows(rng, X, thresholds, count=40, infinite=False):
    """Rows near those of X (n × features): ordinary ones, and cells that are odd, missing, or on either side of a threshold of their feature."""
    X = np.asarray(X, dtype=np.float64)
    out = X[rng.integers(0, len(X), count)] + rng.normal(0, 0.05, (count, X.shape[1])) * (rng.random((count, 1)) < 0.7)
    odd = ODD + ([np.inf, -np.inf] if infinite else [])
    for i in range(count):
        share = rng.choice([0, 0.1, 0.5, 1.0])
        for j in range(X.shape[1]):
            draw = rng.random()
            if draw >= share:
                continue
            own = thresholds.get(j, ())
            if draw < share * 0.6 and len(own):
                t = float(own[rng.integers(len(own))])
                out[i, j] = [t, np.nextafter(t, np.inf), np.nextafter(t, -np.inf), float(np.nextafter(F32(t), F32(np.inf))), float(np.nextafter(F32(t), F32(-np.inf)))][rng.integers(5)]
            else:
                out[i, j] = odd[rng.integers(len(odd))]
    out[0], out[1] = np.nan, 0.0
    return out


def pick(rng, **choices):
    """One value of each list."""
    return {name: values[rng.integers(len(values))] for name, values in choices.items()}


def main(draw, version):
    """python SCRIPT FOLDER SEED COUNT [NUMBER]: writes FOLDER/cases.json; with NUMBER only that case."""
    folder, seed, count = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    cases, refused = [], []
    for number in [int(sys.argv[4])] if len(sys.argv) > 4 else range(count):
        case = Case(os.path.join(folder, str(number)))
        result = os.path.join(case.folder, "case.json")
        # In a process of its own: some combinations make a library crash.
        child = os.fork()
        if child == 0:
            signal.alarm(60)
            with open(result, "w") as file:
                try:
                    draw(np.random.default_rng([seed, number]), case, number)
                except Exception as error:  # The library does not train every combination that is drawn.
                    case.about["reason"] = f"{type(error).__name__}: {' '.join(str(error).split())}"[:300]
                json.dump(case.about, file)
            os._exit(0)
        status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        with open(result) as file:
            about = json.load(file) if status == 0 else {"words": [], "reason": f"the library ended the process with {status}"}
        (refused if "reason" in about else cases).append({"number": number, "folder": case.folder, **about})
    with open(os.path.join(folder, "cases.json"), "w") as file:
        json.dump({"version": version, "cases": cases, "refused": refused}, file)
