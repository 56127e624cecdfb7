"""Draws XGBoost models of every kind, saves them as MLflow does, and asks the library itself. Run by xgboost-forests.test.ts."""
import json

import numpy as np
import pandas as pd
import xgboost as xgb

from _drawing import F32, main, odd_rows, pick

MAJOR = int(xgb.__version__.split(".")[0])
OBJECTIVES = [
    "reg:squarederror", "reg:squaredlogerror", "reg:logistic", "reg:pseudohubererror", "reg:absoluteerror", "reg:gamma", "reg:tweedie", "count:poisson", "survival:cox", "survival:aft",
    "binary:logistic", "binary:logitraw", "binary:hinge", "multi:softmax", "multi:softprob", "rank:pairwise", "rank:ndcg", "rank:map",
] + (["reg:quantileerror"] if MAJOR >= 2 else [])


def label(rng, objective, score, classes):
    """A label that the objective takes, from a score around 0."""
    if objective.startswith("multi:"):
        return np.digitize(score, np.quantile(score, np.linspace(0, 1, classes + 1)[1:-1])).astype(float)
    if objective.startswith("binary:") or objective.startswith("rank:"):
        return (score > 0).astype(float)
    if objective == "reg:logistic":
        return 1 / (1 + np.exp(-score))
    if objective == "count:poisson":
        return np.floor(np.exp(np.clip(score, -3, 3)))
    if objective in ("reg:gamma", "reg:tweedie", "survival:cox", "survival:aft", "reg:squaredlogerror"):
        return np.exp(np.clip(score, -3, 3))
    return score


def thresholds(booster, categorical):
    """Per feature the split conditions of a Booster of trees."""
    learner = json.loads(bytes(booster.save_raw("json")))["learner"]["gradient_booster"]
    trees = learner.get("gbtree", learner).get("model", {}).get("trees", [])
    out = {}
    for tree in trees:
        for left, feature, condition in zip(tree["left_children"], tree["split_indices"], tree["split_conditions"]):
            if left != -1 and feature not in categorical:
                out.setdefault(feature, []).append(condition)
    return out


def draw(rng, case, number):
    objective = OBJECTIVES[number % len(OBJECTIVES)]
    booster = ["gbtree", "gbtree", "gbtree", "dart", "gblinear"][rng.integers(5)]
    estimator = rng.random() < 0.45 and not objective.startswith("survival:")
    # Now and then so many thresholds that they do not fit into few bits.
    large = number % 31 == 7
    rows, features = (5000, int(rng.integers(1, 4))) if large else (int(rng.integers(60, 400)), int(rng.integers(1, 25)))
    classes = int(rng.integers(3, 6)) if objective.startswith("multi:") else 1
    X = rng.normal(0, 1, (rows, features)) * (10.0 ** rng.integers(-3, 4, features))
    if rng.random() < 0.5 and not large:
        X = np.round(X, 1)
    categorical = sorted(rng.choice(features, size=int(rng.integers(1, features + 1)), replace=False).tolist()) if booster != "gblinear" and rng.random() < 0.35 else []
    many = int(rng.choice([2, 5, 40]))
    for j in categorical:
        X[:, j] = rng.integers(0, many, rows)
    score = np.nan_to_num(X @ (rng.normal(0, 1, features) / (np.abs(X).mean(0) + 1e-9)) / features**0.5) + rng.normal(0, 0.3, rows)
    if categorical:
        score = score + np.sin(X[:, categorical].sum(1) * 7)
    X[rng.random(X.shape) < rng.choice([0, 0, 0.1, 0.5])] = np.nan
    y = label(rng, objective, score, classes)
    params = {"objective": objective, "booster": booster, "seed": int(rng.integers(1000)), "nthread": 1, **pick(rng, eta=[0.05, 0.3, 1.0], reg_lambda=[0, 1, 5], reg_alpha=[0, 0.1])}
    if objective.startswith("multi:"):
        params["num_class"] = classes
    if objective == "reg:quantileerror":
        params["quantile_alpha"] = [[0.5], [0.1, 0.5, 0.9]][rng.integers(2)]
    if objective == "survival:aft":
        params["aft_loss_distribution"] = ["normal", "logistic", "extreme"][rng.integers(3)]
    if booster != "gblinear":
        params.update(pick(rng, max_depth=[1, 2, 3, 6, 10], gamma=[0, 0, 0.1], min_child_weight=[0, 1, 5], subsample=[1, 0.7], colsample_bytree=[1, 0.6], num_parallel_tree=[1, 1, 1, 3]))
        params["tree_method"] = "hist" if categorical else ["hist", "hist", "approx", "exact"][rng.integers(4)]
        if params["tree_method"] == "hist" and rng.random() < 0.4:
            params.update(grow_policy="lossguide", max_depth=0, max_leaves=int(rng.choice([2, 7, 64])))
        if categorical:
            params["max_cat_to_onehot"] = int(rng.choice([1, 4, 100]))
        if booster == "dart":
            params.update(pick(rng, rate_drop=[0.1, 0.5], sample_type=["uniform", "weighted"], normalize_type=["tree", "forest"]))
        if not categorical and params["tree_method"] != "exact" and rng.random() < 0.15:
            params["monotone_constraints"] = tuple(int(c) for c in rng.integers(-1, 2, features))
    else:
        params.update(pick(rng, updater=["shotgun", "coord_descent"]))
    targets = 1
    if MAJOR >= 2 and not objective.startswith(("survival:", "rank:", "multi:", "reg:quantile", "reg:tweedie")) and rng.random() < 0.2:
        targets = int(rng.integers(2, 4))
        y = np.stack([label(rng, objective, score * rng.normal(), classes) for _ in range(targets)], 1)
    vector = MAJOR >= 2 and (targets > 1 or classes > 1) and booster == "gbtree" and params["tree_method"] == "hist" and not categorical and "monotone_constraints" not in params and params["num_parallel_tree"] == 1 and rng.random() < 0.5
    if vector:
        params["multi_strategy"] = "multi_output_tree"
    if rng.random() < 0.3 and not objective.startswith("survival:"):
        params["base_score"] = float(rng.choice([0.25, 0.5, 0.9]))
    rounds = int(rng.integers(1, 25))
    if large and booster != "gblinear":
        rounds = 60
        params.update(max_depth=10, min_child_weight=0, gamma=0)
    named = rng.random() < 0.5
    frame = lambda data: pd.DataFrame({f"f {j}": pd.Series(data[:, j], dtype="float64") for j in range(features)}) if named else data
    types = ["c" if j in categorical else "q" for j in range(features)]
    if categorical and named and estimator:
        # Categories by dtype; the model keeps them since 3.1.
        frame = lambda data: pd.DataFrame({f"f {j}": pd.Categorical.from_codes(np.where(np.isnan(data[:, j]), -1, data[:, j]).astype(int), categories=list(range(many))) if j in categorical else data[:, j] for j in range(features)})
    case.say("large" if large else "", objective, booster, "estimator" if estimator else "Booster", f"{rounds} rounds", f"{features} features", f"{len(categorical)} categorical" if categorical else "", f"{targets} targets" if targets > 1 else "", "vector leaves" if vector else "", "names" if named else "",
             *[f"{key}={params[key]}" for key in ("tree_method", "max_depth", "grow_policy", "num_parallel_tree", "base_score") if key in params])
    case.about["objective"] = objective

    stop = booster != "gblinear" and rng.random() < 0.25
    if estimator:
        kind = xgb.XGBRanker if objective.startswith("rank:") else xgb.XGBClassifier if objective.startswith(("binary:", "multi:")) else xgb.XGBRegressor
        if booster == "gbtree" and kind is not xgb.XGBRanker and not stop and not vector and rng.random() < 0.15:
            kind = xgb.XGBRFClassifier if kind is xgb.XGBClassifier else xgb.XGBRFRegressor
            rounds = min(rounds, 8)
        own = {key: value for key, value in params.items() if key not in ("num_class", "eta", "seed", "nthread", *(["num_parallel_tree", "booster"] if "RF" in kind.__name__ else []))}
        own.update(n_estimators=rounds, learning_rate=params["eta"], random_state=params["seed"], n_jobs=1, enable_categorical=bool(categorical))
        if categorical and not (named and str(frame(X).dtypes.iloc[categorical[0]]) == "category"):
            own["feature_types"] = types
        if stop:
            own["early_stopping_rounds"] = 2
        model = kind(**own)
        extra = {"group": [rows // 2, rows - rows // 2]} if kind is xgb.XGBRanker else {}
        if stop:
            noise = label(rng, objective, rng.normal(0, 1, rows), classes) if targets == 1 else y[::-1]
            extra["eval_set"] = [(frame(X), noise)]
            if kind is xgb.XGBRanker:
                extra["eval_group"] = [extra["group"]]
        model.fit(frame(X), y, verbose=False, **extra)
        bst = model.get_booster()
    else:
        matrix = xgb.DMatrix(frame(X), label=None if objective == "survival:aft" else y, feature_types=types if categorical else None, enable_categorical=bool(categorical))
        if objective == "survival:aft":
            matrix.set_float_info("label_lower_bound", y)
            matrix.set_float_info("label_upper_bound", np.where(rng.random(rows) < 0.3, np.inf, y))
        if objective.startswith("rank:"):
            matrix.set_group([rows // 2, rows - rows // 2])
        bst = model = xgb.train(params, matrix, rounds, evals=[(matrix, "train")] if stop else [], early_stopping_rounds=2 if stop else None, verbose_eval=False)
        if MAJOR >= 2 and booster != "gblinear" and not stop and rounds > 4 and params["num_parallel_tree"] == 1 and rng.random() < 0.2:
            # In steps of one: other steps write past the end of the library's memory.
            bst = model = bst[1 : rounds - 1]
            case.say("slice")

    form = ["json", "ubj" if MAJOR >= 2 else "json" if categorical else "xgb"][rng.integers(2)]
    model.save_model(case.path(f"model.{form}"))
    case.say(form)
    case.say(type(model).__name__)
    case.mlmodel("xgboost", f"model.{form}", model_class=f"{'xgboost.sklearn' if estimator else 'xgboost.core'}.{type(model).__name__}", xgb_version=xgb.__version__, model_format=form)

    # Asked as MLflow asks: read from the file again, where base_score went through text.
    if estimator:
        types_of = own.get("feature_types")
        model = kind(**({"feature_types": types_of} if types_of else {}), n_jobs=1)
        model.load_model(case.path(f"model.{form}"))
        bst = model.get_booster()
    else:
        bst = model = xgb.Booster({"nthread": 1}, model_file=case.path(f"model.{form}"))

    own = thresholds(bst, set(categorical)) if booster != "gblinear" else {}
    # A DMatrix takes no infinities, inplace_predict does.
    infinite = estimator and booster != "gblinear" and rng.random() < 0.3
    asked = odd_rows(rng, np.nan_to_num(X), own, infinite=infinite)
    if not infinite:
        asked = np.clip(asked, np.finfo(F32).min, np.finfo(F32).max)
    for j in categorical:
        asked[:, j] = rng.choice([*range(many), np.nan] if (named and estimator) else [*range(many), many + 3, np.nan], len(asked))
    if rng.random() < 0.3 and not categorical:
        asked = asked.astype(F32)
    given = frame(asked)
    case.ask(given)
    if estimator:
        case.answer("margin", model.predict(given, output_margin=True))
        case.answer("predict", model.predict(given))
        if hasattr(model, "predict_proba"):
            case.answer("predict_proba", model.predict_proba(given))
        if infinite:
            return
        if booster != "gblinear":
            case.answer("leaf", model.apply(given))
    matrix = xgb.DMatrix(given, feature_types=(own_types(model) if estimator else types) if categorical else None, enable_categorical=bool(categorical))
    # The estimator's own rounds.
    span = (0, model.best_iteration + 1) if estimator and stop else (0, 0)
    if not estimator:
        case.answer("margin", bst.predict(matrix, output_margin=True))
        case.answer("predict", bst.predict(matrix))
        if booster != "gblinear":
            case.answer("leaf", bst.predict(matrix, pred_leaf=True))
    if not vector:
        case.answer("contributions", bst.predict(matrix, pred_contribs=True, iteration_range=span))
        if features <= 12 and booster != "gblinear":
            case.answer("interactions", bst.predict(matrix, pred_interactions=True, iteration_range=span))


def own_types(model):
    types = getattr(model, "feature_types", None)
    return types if types is not None and not isinstance(types, str) else None


main(draw, xgb.__version__)
