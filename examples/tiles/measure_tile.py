"""Measures one tile: how many of its pixels have a value, their extremes and mean, and a small picture of it."""

import json
import math
import os
import pathlib

import fits

SIDE = 64

inputs, outputs = (pathlib.Path(os.environ[name]) for name in ("FAIRLEAD_INPUTS", "FAIRLEAD_OUTPUTS"))
(tile,) = (inputs / "tile").iterdir()
header, rows = fits.read_image(tile)
rows = list(rows)
# Only NaN differs from itself.
with_value = [[value for value in row if value == value] for row in rows]
with_value = [row for row in with_value if row]
count = sum(map(len, with_value))
measured = {"tile": tile.name, "x": int(header["TILEX"]), "y": int(header["TILEY"]), "pixels": count}
if count > 0:
    mean = math.fsum(map(math.fsum, with_value)) / count
    measured |= {"least": min(map(min, with_value)), "most": max(map(max, with_value)), "mean": mean}
nearest = [[rows[len(rows) * y // SIDE][len(rows[0]) * x // SIDE] for x in range(SIDE)] for y in range(SIDE)]
measured["picture"] = [[value if value == value else None for value in row] for row in nearest]
(outputs / f"{tile.stem}.json").write_text(json.dumps(measured))
print(f"{tile.name}: {count} pixels", flush=True)
