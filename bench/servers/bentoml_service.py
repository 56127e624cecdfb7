"""A BentoML service in the form its documents show: a class with an `api` over numpy arrays. MODEL names the XGBoost file."""
import os

import bentoml
import numpy as np
import xgboost as xgb


@bentoml.service(resources={"cpu": "2"}, traffic={"timeout": 60})
class Classifier:
    def __init__(self) -> None:
        self.booster = xgb.Booster(model_file=os.environ["MODEL"])

    @bentoml.api
    def predict(self, data: np.ndarray) -> np.ndarray:
        margins = self.booster.inplace_predict(data.astype(np.float32), validate_features=False)
        return (margins > 0.5).astype(np.int64)
