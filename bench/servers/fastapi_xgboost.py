"""What people write by hand today: FastAPI and XGBoost's own fast path. Usage: fastapi_xgboost.py MODEL PORT THREADS"""
import sys

import numpy as np
import uvicorn
import xgboost as xgb
from fastapi import FastAPI, Request

booster = xgb.Booster(model_file=sys.argv[1])
booster.set_param({"nthread": int(sys.argv[3])})
app = FastAPI()

@app.post("/invocations")
async def invocations(request: Request):
    data = (await request.json())["dataframe_split"]["data"]
    margins = booster.inplace_predict(np.asarray(data, dtype=np.float32), validate_features=False)
    return {"predictions": (margins > 0.5).astype(int).tolist()}

uvicorn.run(app, host="127.0.0.1", port=int(sys.argv[2]), log_level="error", access_log=False)
