"""Draws CatBoost models of every kind, saves them as MLflow does, and asks the library itself. Run by catboost-forests.test.ts."""
import catboost as cb
import numpy as np
import pandas as pd

from _drawing import F32, main, odd_rows, pick

LOSSES = [
    "RMSE", "MAE", "Quantile", "Expectile", "LogLinQuantile", "Poisson", "Tweedie", "Huber", "MAPE", "Lq", "LogCosh", "RMSEWithUncertainty", "MultiQuantile", "MultiRMSE",
    "Logloss", "CrossEntropy", "Focal", "MultiClass", "MultiClassOneVsAll", "MultiLogloss", "MultiCrossEntropy", "YetiRank", "QueryRMSE", "QuerySoftMax", "PairLogit",
]
SPELLED = {
    "Quantile": "Quantile:alpha=0.3", "Expectile": "Expectile:alpha=0.3", "LogLinQuantile": "LogLinQuantile:alpha=0.5", "Tweedie": "Tweedie:variance_power=1.5", "Huber": "Huber:delta=1.0", "Lq": "Lq:q=2.5",
    "MultiQuantile": "MultiQuantile:alpha=0.2,0.5,0.8", "Focal": "Focal:focal_alpha=0.5;focal_gamma=2.0",
}
CTRS = ["Borders", "Buckets", "BinarizedTargetMeanValue", "Counter", "Borders:TargetBorderCount=3"]


def label(rng, loss, score, classes):
    """A label that the loss takes, from a score around 0."""
    if loss.startswith("MultiClass"):
        return np.digitize(score, np.quantile(score, np.linspace(0, 1, classes + 1)[1:-1]))
    if loss in ("Logloss", "Focal"):
        return (score > 0).astype(int)
    if loss == "CrossEntropy":
        return 1 / (1 + np.exp(-score))
    if loss in ("MultiLogloss", "MultiRMSE", "MultiCrossEntropy"):
        out = np.stack([score * sign + rng.normal(0, 0.5, len(score)) for sign in (1, -1, 0.5)], 1)
        return (out > 0).astype(int) if loss == "MultiLogloss" else 1 / (1 + np.exp(-out)) if loss == "MultiCrossEntropy" else out
    if loss in ("Poisson", "Tweedie", "LogLinQuantile", "MAPE"):
        return np.floor(np.exp(np.clip(score, -3, 3))) + 1
    if loss in ("YetiRank", "QueryRMSE", "QuerySoftMax", "PairLogit"):
        return np.clip(np.floor(score + 2), 0, 4)
    return score


def borders(folder, model):
    """Per flat feature the borders of a model."""
    path = f"{folder}/borders.tsv"
    model.save_borders(path)
    out = {}
    with open(path) as file:
        for line in file:
            parts = line.split()
            if len(parts) >= 2:
                out.setdefault(int(parts[0]), []).append(float(F32(parts[1])))
    return out


def draw(rng, case, number):
    loss = LOSSES[number % len(LOSSES)]
    ranking = loss in ("YetiRank", "QueryRMSE", "QuerySoftMax", "PairLogit")
    several = loss in ("MultiLogloss", "MultiRMSE", "MultiCrossEntropy")
    classifies = loss in ("Logloss", "CrossEntropy", "Focal", "MultiClass", "MultiClassOneVsAll", "MultiLogloss", "MultiCrossEntropy")
    large = number % 31 == 7
    rows, features = (3000, int(rng.integers(1, 6))) if large else (int(rng.integers(80, 400)), int(rng.integers(1, 15)))
    classes = int(rng.integers(3, 6)) if loss.startswith("MultiClass") else 2
    X = rng.normal(0, 1, (rows, features)) * (10.0 ** rng.integers(-2, 3, features))
    if rng.random() < 0.5 and not large:
        X = np.round(X, 1)
    score = X @ (rng.normal(0, 1, features) / (np.abs(X).mean(0) + 1e-9)) / features**0.5 + rng.normal(0, 0.3, rows)
    categorical = sorted(rng.choice(features, size=int(rng.integers(1, features + 1)), replace=False).tolist()) if rng.random() < 0.5 else []
    many, cells = int(rng.choice([2, 4, 30, 120])), {}
    kind = ["text", "whole", "mixed"][rng.integers(3)]
    for j in categorical:
        codes = rng.integers(0, many, rows)
        score = score + np.sin(codes * 7.0 + j)
        cells[j] = codes
    missing = rng.choice([0, 0, 0.2])
    X[rng.random(X.shape) < missing] = np.nan
    y = label(rng, loss, score, classes)
    params = {
        "loss_function": SPELLED.get(loss, loss), "random_seed": int(rng.integers(1000)), "thread_count": 1, "verbose": False, "allow_writing_files": False, "iterations": int(rng.integers(1, 25)),
        **pick(rng, depth=[1, 2, 4, 6], learning_rate=[0.05, 0.3, 1.0], l2_leaf_reg=[0.1, 3], border_count=[1, 8, 254], random_strength=[0, 1], boosting_type=["Plain", "Plain", "Ordered"], boost_from_average=[True, False]),
        "nan_mode": ["Min", "Max"][rng.integers(2)],
    }
    if loss not in ("RMSE", "Logloss", "CrossEntropy", "MAE", "Quantile", "MAPE", "MultiQuantile"):
        params.pop("boost_from_average")
    if large:
        params.update(iterations=120, depth=8, border_count=int(rng.choice([254, 1024])))
    policy = "SymmetricTree" if ranking and loss == "YetiRank" else ["SymmetricTree", "SymmetricTree", "Depthwise", "Lossguide"][rng.integers(4)]
    if several or policy != "SymmetricTree" or ranking or loss == "MultiQuantile" or loss == "RMSEWithUncertainty":
        params["boosting_type"] = "Plain"
    params["grow_policy"] = policy
    if policy == "Lossguide":
        params["max_leaves"] = int(rng.choice([3, 16]))
    if categorical:
        params["one_hot_max_size"] = int(rng.choice([2, 5, 200]))
        if rng.random() < 0.6:
            params["simple_ctr"] = [CTRS[rng.integers(5 if loss in ("RMSE", "MAE", "Quantile", "Huber", "Expectile") else 4)]]
        if rng.random() < 0.5:
            params["combinations_ctr"] = [CTRS[rng.integers(4)]]
        params["max_ctr_complexity"] = int(rng.choice([1, 2, 4]))
    model_class = {"plain": cb.CatBoost, "rank": cb.CatBoostRanker, "class": cb.CatBoostClassifier, "value": cb.CatBoostRegressor}["plain" if rng.random() < 0.2 else "rank" if ranking else "class" if classifies else "value"]
    names = ["no", "yes", "maybe", "later", "never"]
    if loss in ("Logloss", "MultiClass", "MultiClassOneVsAll", "Focal") and rng.random() < 0.5:
        y = np.array([names[v] for v in y])
    named = bool(categorical) or rng.random() < 0.5

    def spell(code, j):
        if kind == "whole":
            return str(int(code) - 2)
        return f"é{code} {j}" if kind == "text" else ["", " ", "nan", "0", "-1", "true", "1.5"][code] if code < 7 else f"c{code}"

    def frame(data, codes):
        if not named:
            return data
        return pd.DataFrame({f"f {j}": [spell(code, j) for code in codes[j]] if j in codes else data[:, j] for j in range(features)})

    group = np.repeat(np.arange(rows // 10 + 1), 10)[:rows] if ranking else None
    pool = cb.Pool(frame(X, cells), y, cat_features=categorical, group_id=group)
    case.say("large" if large else "", loss, model_class.__name__, *[f"{key}={params[key]}" for key in ("grow_policy", "depth", "iterations", "boosting_type", "border_count", "nan_mode", "one_hot_max_size", "simple_ctr", "combinations_ctr", "max_ctr_complexity") if key in params],
             f"{features} features", f"{len(categorical)} categorical of {many} ({kind})" if categorical else "", "missing" if missing else "", "names" if named else "")
    case.about["objective"] = loss
    evaluate = {"eval_set": cb.Pool(frame(X, cells), y[::-1] if not ranking else y, cat_features=categorical, group_id=group), "early_stopping_rounds": 3} if rng.random() < 0.2 and policy != "Lossguide" else {}
    model = cb.CatBoost(params) if model_class is cb.CatBoost else model_class(**params)
    model.fit(pool, **evaluate)
    form = "json" if rng.random() < 0.4 else "cbm"
    model.save_model(case.path("model.cb"), format=form, **({"pool": pool} if form == "json" else {}))
    case.say(form)
    case.mlmodel("catboost", "model.cb", model_type=model_class.__name__, save_format=form, catboost_version=cb.__version__)
    # Asked as MLflow asks: read from the file again.
    model = model_class()
    model.load_model(case.path("model.cb"), format=form)

    asked = odd_rows(rng, np.nan_to_num(X), borders(case.folder, model), infinite=True)
    if not missing:
        asked[~np.isfinite(asked)] = 0.5
    if not named and rng.random() < 0.4:
        asked = np.clip(asked, np.finfo(F32).min, np.finfo(F32).max).astype(F32)
    given = frame(asked, {j: rng.integers(0, many + 3, len(asked)) for j in categorical})
    case.ask(given)
    data = cb.Pool(given, cat_features=categorical)
    case.answer("margin", model.predict(given, **({} if model_class is cb.CatBoostRanker else {"prediction_type": "RawFormulaVal"})))
    case.answer("predict", model.predict(given))
    if model_class is cb.CatBoostClassifier:
        case.answer("predict_proba", model.predict_proba(given))
        case.answer("predict_log_proba", model.predict_log_proba(given))
    case.answer("leaf", model.calc_leaf_indexes(data))
    case.answer("contributions", model.get_feature_importance(data, type="ShapValues", thread_count=1))
    if features <= 8 and policy == "SymmetricTree" and len(asked) <= 60:
        case.answer("interactions", model.get_feature_importance(data, type="ShapInteractionValues", thread_count=1))


main(draw, cb.__version__)
