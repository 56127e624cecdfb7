"""Writes decisions-VERSION.json: tiny models, made by hand, and what lightgbm answers for them. python make.py (in a folder with lightgbm)."""
import itertools, json
import lightgbm as lgb, numpy as np

HEADER = """tree
version={version}
num_class={classes}
num_tree_per_iteration={classes}
label_index=0
max_feature_idx={last}
objective={objective}
{extra}feature_names={names}
feature_infos={infos}
tree_sizes={sizes}

"""
SPLIT = """Tree={i}
num_leaves=2
num_cat={cat}
split_feature=0
split_gain=1
threshold={threshold}
decision_type={decision}
left_child=-1
right_child=-2
leaf_value={left} {right}
leaf_weight=1 1
leaf_count=1 1
internal_value=0
internal_weight=2
internal_count=2
{sets}is_linear={linear}
{leaves}shrinkage=1


"""


def model(trees, objective="regression", classes=1, features=2, extra="", version="v3"):
    names = " ".join(f"f{i}" for i in range(features))
    head = HEADER.format(version=version, classes=classes, last=features - 1, objective=objective, extra=extra, names=names,
                         infos=" ".join(["[-100:100]"] * features), sizes=" ".join(str(len(t)) for t in trees))
    if objective is None:
        head = head.replace("objective=None\n", "")
    return head + "".join(trees) + "end of trees\n\nfeature_importances:\n\nparameters:\nend of parameters\n\npandas_categorical:[]\n"


def split(i=0, threshold="0.5", decision=2, left=1, right=2, cat=0, sets="", linear=0, leaves=""):
    return SPLIT.format(i=i, threshold=threshold, decision=decision, left=left, right=right, cat=cat, sets=sets, linear=linear, leaves=leaves)


def text(x):
    return repr(float(x)) if np.isfinite(x) else {"nan": "NaN", "inf": "Infinity", "-inf": "-Infinity"}[str(float(x))]


cases = []


OLD = lgb.__version__.startswith("2.")


def record(name, source, rows):
    if OLD and ("rank_xendcg" in name or "linear" in name):  # not in 2.x yet
        return
    booster = lgb.Booster(model_str=source)
    X = np.array(rows, dtype=np.float64)
    out = {"predict": booster.predict(X), "margin": booster.predict(X, raw_score=True), "leaf": booster.predict(X, pred_leaf=True)}
    cases.append({"name": name, "model": source, "rows": [[text(v) for v in row] for row in X.tolist()],
                  "outputs": {k: [text(v) for v in np.ravel(a).tolist()] for k, a in out.items()}, "shapes": {k: list(a.shape) for k, a in out.items()}})


values = [np.nan, 0.0, -0.0, 1e-36, -1e-36, 1.0000000180025095e-35, 1.1e-35, 0.5, np.nextafter(0.5, 1), -1.0, 1.0, np.inf, -np.inf, 1e308]
for missing, default, threshold in itertools.product((0, 1, 2), (0, 1), ("0.5", "-0.5", "0", "1.0000000180025095e-35", "1e300")):
    record(f"missing {missing} default {default} threshold {threshold}", model([split(threshold=threshold, decision=missing * 4 + default * 2)]), [[v, 0] for v in values])
categories = [np.nan, -1, -0.5, -0.0, 0, 0.9, 1, 1.5, 31, 32, 33, 63, 64, 65, 1e9, 1e10, -1e10, np.inf, -np.inf]
for missing, default in itertools.product((0, 1, 2), (0, 1)):
    record(f"categories missing {missing} default {default}", model([split(threshold="0", decision=1 + missing * 4 + default * 2, cat=1, sets="cat_boundaries=0 2\ncat_threshold=2147483651 2\n")]), [[v, 0] for v in categories])
for linear in ([0, 1], [0], []):
    leaves = "leaf_const=0.25 -0.75\nnum_features={n} {n}\nleaf_features={f} {f}\nleaf_coeff={c} {c}\n".format(n=len(linear), f=" ".join(map(str, linear)), c=" ".join("1.5" for _ in linear))
    record(f"linear {linear}", model([split(linear=1, leaves=leaves)]), [[v, w] for v in (0.25, 0.75, np.nan, np.inf) for w in (2.0, np.nan, -np.inf)])
margins = [-800, -40, -2, -1e-9, 0.3, 1, 3, 40, 700]
one = [f"regression", "regression sqrt", "regression_l1", "regression_l1 sqrt", "huber", "fair", "poisson", "quantile", "mape", "gamma", "tweedie", "binary sigmoid:1", "binary sigmoid:0.7", "cross_entropy", "cross_entropy_lambda", "lambdarank", "rank_xendcg", None]
for objective in one:
    for m in margins:
        record(f"{objective} {m}", model([split(left=m, right=-m)], objective=objective), [[0, 0], [1, 0]])
for objective in ("multiclass num_class:3", "multiclassova num_class:3 sigmoid:1", "multiclassova num_class:3 sigmoid:2.5"):
    trees = [split(i=i, left=m, right=-m) for i, m in enumerate([0.5, -1, 2, 700, 1e-3, -3])]
    record(objective, model(trees, objective=objective, classes=3), [[0, 0], [1, 0]])
for objective in ("regression", "binary sigmoid:1"):
    record(f"random forest {objective}", model([split(i=i, left=i, right=-i / 3) for i in range(3)], objective=objective, extra="average_output\n"), [[0, 0], [1, 0]])
stump = "Tree=0\nnum_leaves=1\nnum_cat=0\nsplit_feature=\nsplit_gain=\nthreshold=\ndecision_type=\nleft_child=\nright_child=\nleaf_value=0.125\nleaf_weight=\nleaf_count=\ninternal_value=\ninternal_weight=\ninternal_count=\nis_linear=0\nshrinkage=1\n\n\n"
record("one leaf", model([stump]), [[0, 0], [np.nan, 1]])
json.dump({"version": lgb.__version__, "cases": cases}, open(f"decisions-{lgb.__version__}.json", "w"), separators=(",", ":"))
