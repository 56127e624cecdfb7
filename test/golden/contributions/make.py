"""Records contributions and interactions as the library at hand gives them, with small models of many kinds.

python make.py xgboost|lightgbm|catboost   writes <library>-<version>.json beside this file
"""
import base64
import json
import pathlib
import sys
import tempfile

import numpy as np

RNG = np.random.default_rng(4)
HERE = pathlib.Path(__file__).parent


def table(features, missing=0.1, categories=()):
    x = RNG.normal(size=(300, features)).astype(np.float32).round(2)
    x[:, ::3] = RNG.integers(0, 5, size=x[:, ::3].shape)
    x[RNG.random(x.shape) < missing] = np.nan
    for j in categories:
        x[:, j] = RNG.integers(0, 6, 300)
    return x


def target(kind, x):
    score = np.nan_to_num(x) @ np.arange(1, x.shape[1] + 1) + RNG.normal(size=300)
    if kind == 'binary':
        return (score > np.median(score)).astype(int)
    if kind == 'classes':
        return np.digitize(score, np.quantile(score, [0.4, 0.8]))
    return np.abs(score) if kind == 'positive' else score


def number(v):
    if isinstance(v, str):
        return v
    return float(v) if np.isfinite(v) else str(v).replace('nan', 'NaN')


def case(name, save, x, outputs, **more):
    with tempfile.TemporaryDirectory() as folder:
        file = pathlib.Path(folder) / name
        save(str(file))
        data = file.read_bytes()
    return {
        'name': name, 'file': base64.b64encode(data).decode(), 'rows': [[number(v) for v in row] for row in x], **more,
        'outputs': {key: {'shape': list(a.shape), 'data': [number(v) for v in a.ravel()]} for key, a in outputs.items()},
    }


def xgboost():
    import xgboost as xgb
    old = xgb.__version__.startswith('1.')

    def one(name, features, kind, params, rounds=4, rows=4, missing=0.1, categories=()):
        x = table(features, missing, categories)
        types = {'feature_types': ['c' if j in categories else 'q' for j in range(features)], 'enable_categorical': True} if categories else {}
        booster = xgb.train({'seed': 1, 'nthread': 1, 'base_score': 0.3, **params}, xgb.DMatrix(x, target(kind, x), **types), rounds)
        few = x[:rows]
        data = xgb.DMatrix(few, **types)
        ask = lambda **how: booster.predict(data, strict_shape=True, **how)
        outputs = {'margin': ask(output_margin=True), 'contributions': ask(pred_contribs=True)}
        if params.get('booster') != 'gblinear':
            outputs.update(approximate=ask(pred_contribs=True, approx_contribs=True), first_round=ask(pred_contribs=True, iteration_range=(0, 1)))
            outputs.update(interactions=ask(pred_interactions=True), approximate_interactions=ask(pred_interactions=True, approx_contribs=True))
        return case(name, booster.save_model, few, outputs)

    squares = {'objective': 'reg:squarederror'}
    yield one('squares.ubj', 5, 'number', {**squares, 'max_depth': 4}, missing=0.3)
    yield one('logistic.json', 4, 'binary', {'objective': 'binary:logistic', 'max_depth': 3, 'subsample': 0.7})
    yield one('dart-of-classes.ubj', 4, 'classes', {'objective': 'multi:softprob', 'num_class': 3, 'booster': 'dart', 'rate_drop': 0.5, 'max_depth': 3})
    yield one('parallel-trees.ubj', 4, 'positive', {'objective': 'count:poisson', 'num_parallel_tree': 3, 'subsample': 0.5, 'max_depth': 3}, rounds=2)
    yield one('few-features-deep.ubj', 2, 'number', {**squares, 'max_depth': 9, 'min_child_weight': 0}, rounds=2, rows=3)
    yield one('ragged.ubj', 6, 'number', {**squares, 'grow_policy': 'lossguide', 'max_leaves': 30, 'max_depth': 0, 'tree_method': 'hist'}, rounds=2, rows=3)
    yield one('no-splits.ubj', 3, 'number', {**squares, 'gamma': 1e9})
    yield one('linear.json', 4, 'number', {**squares, 'booster': 'gblinear'})
    yield one('linear-of-classes.json', 4, 'classes', {'objective': 'multi:softprob', 'num_class': 3, 'booster': 'gblinear'})
    if old:
        yield one('binary-format.deprecated', 4, 'number', {**squares, 'max_depth': 4})
    else:
        yield one('categories.ubj', 4, 'number', {**squares, 'max_depth': 4, 'tree_method': 'hist', 'max_cat_to_onehot': 1}, categories=(1, 2))


def lightgbm():
    import lightgbm as lgb

    def one(name, features, kind, params, rounds=4, rows=4, categories=(), missing=0.1):
        x = table(features, missing, categories).astype(float)
        params = {'verbose': -1, 'num_threads': 1, 'min_data_in_leaf': 3, 'seed': 1, **params}
        booster = lgb.train(params, lgb.Dataset(x, target(kind, x), categorical_feature=list(categories), params=params), rounds)
        few = x[:rows]
        return case(name, booster.save_model, few, {'margin': booster.predict(few, raw_score=True), 'contributions': booster.predict(few, pred_contrib=True)})

    yield one('squares.txt', 5, 'number', {'objective': 'regression', 'num_leaves': 15}, missing=0.3)
    yield one('dart-of-classes.txt', 4, 'classes', {'objective': 'multiclass', 'num_class': 3, 'boosting': 'dart', 'num_leaves': 7})
    yield one('random-forest.txt', 4, 'binary', {'objective': 'binary', 'boosting': 'rf', 'bagging_fraction': 0.6, 'bagging_freq': 1, 'num_leaves': 9})
    yield one('categories.txt', 5, 'number', {'objective': 'regression', 'num_leaves': 15, 'max_cat_to_onehot': 1, 'cat_smooth': 1, 'min_data_per_group': 1}, categories=(1, 4))
    yield one('zero-as-missing.txt', 4, 'positive', {'objective': 'poisson', 'zero_as_missing': True, 'num_leaves': 12})
    yield one('ragged.txt', 8, 'number', {'objective': 'regression', 'num_leaves': 60, 'min_data_in_leaf': 1}, rounds=2)
    yield one('few-features-deep.txt', 2, 'number', {'objective': 'regression', 'num_leaves': 40, 'min_data_in_leaf': 1}, rounds=2)
    yield one('no-splits.txt', 3, 'number', {'objective': 'regression', 'min_data_in_leaf': 1000})


def catboost():
    import catboost as cb
    import pandas as pd

    def one(name, features, kind, params, categories=(), rows=4, missing=0.1):
        frame = pd.DataFrame(table(features, missing).astype(float), columns=[f'n{j}' for j in range(features)])
        y = target(kind, frame.to_numpy())
        for j, count in categories:
            frame.insert(j, f'c{j}', [f'v{v}' for v in RNG.integers(0, count, len(frame))])
        names = [n for n in frame.columns if n.startswith('c')]
        params = {'iterations': 4, 'verbose': 0, 'thread_count': 1, 'random_seed': 1, 'allow_writing_files': False, 'learning_rate': 0.3, **params}
        model = cb.CatBoost(params).fit(cb.Pool(frame, np.stack([y, -y], 1) if params['loss_function'] == 'MultiRMSE' else y, cat_features=names))
        few = frame.iloc[:rows].copy()
        if names:
            few.loc[few.index[0], names[-1]] = 'never met'
        pool = cb.Pool(few, cat_features=names)
        ask = lambda kind: np.asarray(model.get_feature_importance(pool, type=kind, thread_count=1))
        outputs = {'margin': np.asarray(model.predict(pool, prediction_type='RawFormulaVal')), 'contributions': ask('ShapValues'), 'interactions': ask('ShapInteractionValues')}
        return case(name, model.save_model, few.to_numpy(), outputs, columns=list(few.columns))

    yield one('squares.cbm', 5, 'number', {'loss_function': 'RMSE', 'depth': 4})
    yield one('classes.cbm', 4, 'classes', {'loss_function': 'MultiClass', 'depth': 5})
    yield one('categories.cbm', 3, 'binary', {'loss_function': 'Logloss', 'depth': 4, 'one_hot_max_size': 3}, categories=[(0, 2), (2, 5), (3, 6)])
    yield one('two-targets.cbm', 3, 'number', {'loss_function': 'MultiRMSE', 'depth': 3}, categories=[(1, 4)])
    yield one('depthwise.cbm', 4, 'number', {'loss_function': 'RMSE', 'grow_policy': 'Depthwise', 'depth': 4, 'min_data_in_leaf': 10})
    yield one('lossguide-of-classes.cbm', 4, 'classes', {'loss_function': 'MultiClass', 'grow_policy': 'Lossguide', 'max_leaves': 9}, categories=[(1, 4)])
    yield one('uncertainty.cbm', 3, 'number', {'loss_function': 'RMSEWithUncertainty', 'depth': 3})
    yield one('unused-feature.cbm', 3, 'number', {'loss_function': 'MAE', 'depth': 3, 'ignored_features': [1]})


library = sys.argv[1]
version = __import__(library).__version__
cases = list({'xgboost': xgboost, 'lightgbm': lightgbm, 'catboost': catboost}[library]())
text = json.dumps({'library': library, 'version': version, 'cases': cases}, allow_nan=False, separators=(',', ':'))
(HERE / f'{library}-{version}.json').write_text(text.replace('},{"name"', '},\n{"name"') + '\n')
