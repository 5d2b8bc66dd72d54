"""Makes one table of what measure.py left for each image."""

import csv
import json
import os
import pathlib
import sys

inputs, outputs = (pathlib.Path(os.environ[name]) for name in ("FAIRLEAD_INPUTS", "FAIRLEAD_OUTPUTS"))
rows = [json.loads(path.read_text()) for path in sorted((inputs / "measurements").glob("*.json"))]
if not rows:
    sys.exit(f"there is no measurement in {inputs / 'measurements'}")
with open(outputs / "statistics.csv", "w", newline="", encoding="utf-8") as file:
    table = csv.DictWriter(file, ["image", "pixels", "least", "most", "mean", "deviation"])
    table.writeheader()
    table.writerows(rows)
