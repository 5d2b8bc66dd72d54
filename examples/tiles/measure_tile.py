"""Measures one tile: how many of its pixels have a value, their extremes and mean, and a small picture of it."""

import json
import math
import os
import pathlib

import fits

SIDE = 16

inputs, outputs = (pathlib.Path(os.environ[name]) for name in ("FAIRLEAD_INPUTS", "FAIRLEAD_OUTPUTS"))
(tile,) = (inputs / "tile").iterdir()
header, rows = fits.read_image(tile)
values = [value for row in rows for value in row if not math.isnan(value)]
measured = {"tile": tile.name, "x": int(header["TILEX"]), "y": int(header["TILEY"]), "pixels": len(values)}
if values:
    measured |= {"least": min(values), "most": max(values), "mean": math.fsum(values) / len(values)}
nearest = [[rows[len(rows) * y // SIDE][len(rows[0]) * x // SIDE] for x in range(SIDE)] for y in range(SIDE)]
measured["picture"] = [[None if math.isnan(value) else value for value in row] for row in nearest]
(outputs / f"{tile.stem}.json").write_text(json.dumps(measured))
print(f"{tile.name}: {len(values)} pixels", flush=True)
