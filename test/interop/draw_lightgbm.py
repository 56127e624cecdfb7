"""Draws LightGBM models of every kind, saves them as MLflow does, and asks the library itself. Run by lightgbm-forests.test.ts."""
import pickle

import lightgbm as lgb
import numpy as np
import pandas as pd

from _drawing import main, odd_rows, pick

MAJOR = int(lgb.__version__.split(".")[0])
OBJECTIVES = [
    "regression", "regression_l1", "huber", "fair", "poisson", "quantile", "mape", "gamma", "tweedie", "binary", "multiclass", "multiclassova", "cross_entropy", "cross_entropy_lambda", "lambdarank", "rank_xendcg", "custom",
]


def label(objective, score, classes):
    """A label that the objective takes, from a score around 0."""
    if objective.startswith("multiclass"):
        return np.digitize(score, np.quantile(score, np.linspace(0, 1, classes + 1)[1:-1])).astype(float)
    if objective == "binary":
        return (score > 0).astype(float)
    if objective.startswith("cross_entropy"):
        return 1 / (1 + np.exp(-score))
    if objective in ("lambdarank", "rank_xendcg"):
        return np.clip(np.floor(score + 2), 0, 4)
    if objective in ("poisson", "gamma", "tweedie"):
        return np.exp(np.clip(score, -3, 3))
    return score


def thresholds(booster):
    """Per feature the numeric thresholds of a Booster."""
    out = {}

    def walk(node):
        if "split_feature" in node:
            if node["decision_type"] == "<=":
                out.setdefault(node["split_feature"], []).append(node["threshold"])
            walk(node["left_child"])
            walk(node["right_child"])

    for tree in booster.dump_model()["tree_info"]:
        walk(tree["tree_structure"])
    return out


def draw(rng, case, number):
    objective = OBJECTIVES[number % len(OBJECTIVES)]
    boosting = ["gbdt", "gbdt", "gbdt", "dart", "rf"][rng.integers(5)]
    if objective == "custom" and boosting == "rf":
        boosting = "gbdt"
    estimator = rng.random() < 0.45 and objective != "custom"
    # Now and then so many thresholds that they do not fit into few bits.
    large = number % 31 == 7
    rows, features = (6000, int(rng.integers(1, 4))) if large else (int(rng.integers(80, 500)), int(rng.integers(1, 25)))
    classes = int(rng.integers(3, 6)) if objective.startswith("multiclass") else 1
    X = rng.normal(0, 1, (rows, features)) * (10.0 ** rng.integers(-3, 4, features))
    if rng.random() < 0.5 and not large:
        X = np.round(X, 1)
    X[rng.random(X.shape) < rng.choice([0, 0.3])] = 0.0
    linear = boosting == "gbdt" and rng.random() < 0.2 and objective not in ("regression_l1", "quantile", "mape", "custom", "lambdarank", "rank_xendcg")
    categorical = sorted(rng.choice(features, size=int(rng.integers(1, features + 1)), replace=False).tolist()) if rng.random() < 0.4 else []
    many = int(rng.choice([2, 5, 40, 90]))
    for j in categorical:
        X[:, j] = rng.integers(0, many, rows)
    score = X @ (rng.normal(0, 1, features) / (np.abs(X).mean(0) + 1e-9)) / features**0.5 + rng.normal(0, 0.3, rows)
    if categorical:
        score = score + np.sin(X[:, categorical].sum(1) * 7)
    missing = rng.choice([0, 0, 0.1, 0.5])
    X[rng.random(X.shape) < missing] = np.nan
    y = label(objective, score, classes)
    params = {
        "objective": objective, "boosting": boosting, "seed": int(rng.integers(1000)), "num_threads": 1, "verbosity": -1, "min_data_in_bin": 1, "deterministic": True, "force_row_wise": True,
        **pick(rng, num_leaves=[2, 4, 31, 127], max_depth=[-1, -1, 3], learning_rate=[0.05, 0.1, 1.0], min_data_in_leaf=[1, 5, 20], max_bin=[7, 63, 255], lambda_l2=[0, 1], min_data_per_group=[1, 20], max_cat_to_onehot=[1, 4, 100], cat_smooth=[0, 10],
                zero_as_missing=[False, False, True], use_missing=[True, True, True, False], extra_trees=[False, False, True], path_smooth=[0, 0, 1.0], boost_from_average=[True, True, False]),
    }
    if classes > 1:
        params["num_class"] = classes
    if boosting == "rf":
        params.update(bagging_freq=1, bagging_fraction=0.7, feature_fraction=0.8)
    elif boosting == "gbdt" and rng.random() < 0.2:
        params.update({"data_sample_strategy": "goss"} if MAJOR >= 4 else {"boosting": "goss"})
    if boosting == "dart":
        params.update(pick(rng, drop_rate=[0.1, 0.5], xgboost_dart_mode=[False, True], uniform_drop=[False, True]), skip_drop=0.0)
    if linear:
        params.update(linear_tree=True, linear_lambda=float(rng.choice([0.01, 1.0])), zero_as_missing=False)
        params.pop("path_smooth")
    if objective == "binary":
        params["sigmoid"] = float(rng.choice([1, 0.5, 2]))
    if objective == "multiclassova":
        params["sigmoid"] = float(rng.choice([1, 0.5]))
    if objective == "regression" and rng.random() < 0.4:
        params["reg_sqrt"] = True
    if not categorical and not linear and rng.random() < 0.15:
        params["monotone_constraints"] = [int(c) for c in rng.integers(-1, 2, features)]
    rounds = int(rng.integers(1, 25))
    if large:
        rounds = 60
        params.update(num_leaves=255, max_depth=-1, max_bin=5000, min_data_in_leaf=1)
    named = rng.random() < 0.5
    dtypes = named and categorical and rng.random() < 0.6
    frame = lambda data: pd.DataFrame(data, columns=[f"f_{j}" for j in range(features)]) if named else data
    if dtypes:
        names = [f"c{k}" for k in range(many)] if rng.random() < 0.5 else list(range(many))
        frame = lambda data: pd.DataFrame({f"f_{j}": pd.Categorical.from_codes(np.where(np.isfinite(data[:, j]) & (data[:, j] >= 0) & (data[:, j] < many), data[:, j], -1).astype(int), categories=names) if j in categorical else data[:, j] for j in range(features)})
    case.say("large" if large else "", objective, boosting, "estimator" if estimator else "Booster", f"{rounds} rounds", f"{features} features", f"{len(categorical)} categorical" if categorical else "", "by dtype" if dtypes else "", "linear" if linear else "", "names" if named else "",
             *[f"{key}={params[key]}" for key in ("num_leaves", "max_depth", "zero_as_missing", "use_missing", "extra_trees") if key in params])
    case.about["objective"] = objective
    group = [rows // 2, rows - rows // 2] if objective in ("lambdarank", "rank_xendcg") else None
    cats = categorical if categorical and not dtypes else "auto"
    stop = boosting == "gbdt" and rng.random() < 0.25 and objective != "custom"
    if estimator:
        own = {key: value for key, value in params.items() if key not in ("boosting", "num_class", "seed", "verbosity", "num_threads")}
        kind = lgb.LGBMRanker if group else lgb.LGBMClassifier if objective in ("binary", "multiclass", "multiclassova") else lgb.LGBMRegressor
        words = ["no", "yes", "maybe", "later", "never"]
        target = np.array([words[int(v)] for v in y]) if kind is lgb.LGBMClassifier and rng.random() < 0.5 else y.astype(int) if kind is lgb.LGBMClassifier else y
        model = kind(boosting_type=params.get("boosting", "gbdt"), n_estimators=rounds, random_state=params["seed"], n_jobs=1, verbosity=-1, **own)
        extra = {"group": group} if group else {}
        if stop:
            extra.update(eval_set=[(frame(X), target[::-1])], callbacks=[lgb.early_stopping(2, verbose=False)])
            if group:
                extra["eval_group"] = [group[::-1]]
        model.fit(frame(X), target, categorical_feature=cats, **extra)
        bst = model.booster_
    else:
        if objective == "custom":
            params["objective"] = (lambda predicted, data: (predicted - data.get_label(), np.ones_like(predicted))) if MAJOR >= 4 else "none"
        data = lgb.Dataset(frame(X), y, group=group, categorical_feature=cats, params={key: value for key, value in params.items() if key != "objective"}, free_raw_data=False)
        extra = {"valid_sets": [lgb.Dataset(frame(X), y[::-1], group=group[::-1] if group else None, reference=data)], "callbacks": [lgb.early_stopping(2, verbose=False)]} if stop else {}
        model = lgb.train(params, data, rounds, **extra)
        if boosting == "gbdt" and not stop and not linear and objective != "custom" and rng.random() < 0.15:
            case.say("continued")
            model = lgb.train({**params, "learning_rate": 0.3}, data, 3, init_model=model)
        bst = model

    if estimator:
        form = ["pkl", "cloudpickle", "skops"][rng.integers(3)] if MAJOR >= 4 else "pkl"
        name = "model.skops" if form == "skops" else "model.pkl"
        if form == "skops":
            import skops.io

            skops.io.dump(model, case.path(name))
        else:
            if form == "cloudpickle":
                import cloudpickle as writer
            else:
                writer = pickle
            with open(case.path(name), "wb") as file:
                writer.dump(model, file)
        case.say(form)
        case.mlmodel("lightgbm", name, model_class=f"lightgbm.sklearn.{type(model).__name__}", lgb_version=lgb.__version__, serialization_format=form)
        model = pickle.loads(pickle.dumps(model))
        bst = model.booster_
    else:
        bst.save_model(case.path("model.lgb"))
        case.mlmodel("lightgbm", "model.lgb", model_class="lightgbm.basic.Booster", lgb_version=lgb.__version__)
        bst = model = lgb.Booster(model_file=case.path("model.lgb"))

    asked = odd_rows(rng, np.nan_to_num(X), thresholds(bst), infinite=True)
    for j in categorical:
        own = rng.choice([*range(many), many + 3.0, -1.0, -0.5, 1.5, np.nan, np.inf, 1e12, 2.0**31, 2.0**32], len(asked))
        asked[:, j] = own
    if rng.random() < 0.25 and not named:
        asked = asked.astype(np.float32)
    given = frame(asked)
    case.ask(given)
    ask = dict(num_threads=1)
    case.answer("margin", model.predict(given, raw_score=True, **ask))
    case.answer("predict", model.predict(given, **ask))
    if hasattr(model, "predict_proba"):
        case.answer("predict_proba", model.predict_proba(given, **ask))
    case.answer("leaf", model.predict(given, pred_leaf=True, **ask))
    if not linear:
        case.answer("contributions", model.predict(given, pred_contrib=True, **ask))


main(draw, lgb.__version__)
