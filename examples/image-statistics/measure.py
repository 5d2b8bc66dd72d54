"""Measures the image of this index: how many pixels have a value, their extremes, mean and standard deviation."""

import json
import math
import os
import pathlib
import sys

import fits

inputs, outputs = (pathlib.Path(os.environ[name]) for name in ("FAIRLEAD_INPUTS", "FAIRLEAD_OUTPUTS"))
index = int(os.environ.get("FAIRLEAD_INSTANCE", "0"))
images = sorted((inputs / "images").glob("*.fits"))
if index >= len(images):
    sys.exit(f"there are {len(images)} images in {inputs / 'images'}, and none has the index {index}")

count, mean, squares, least, most = 0, 0.0, 0.0, math.inf, -math.inf
try:
    for value in fits.pixels(images[index]):
        # Welford's recurrence: a sum of squares would lose what little differs on a bright background.
        count += 1
        step = value - mean
        mean += step / count
        squares += step * (value - mean)
        least, most = min(least, value), max(most, value)
except fits.NotFits as why:
    sys.exit(f"{images[index].name} cannot be read: {why}")

measured = {"image": images[index].name, "pixels": count}
if count > 0:
    measured |= {"least": least, "most": most, "mean": mean, "deviation": math.sqrt(squares / count)}
(outputs / f"{images[index].stem}.json").write_text(json.dumps(measured))
