"""Cuts an image into TILES x TILES tiles, each a FITS file that knows its place."""

import os
import pathlib
import sys

import fits

inputs, outputs = (pathlib.Path(os.environ[name]) for name in ("FAIRLEAD_INPUTS", "FAIRLEAD_OUTPUTS"))
count = int(os.environ.get("TILES", "2"))
(image,) = (inputs / "image").iterdir()
try:
    _, rows = fits.read_image(image)
except ValueError as why:
    sys.exit(f"{image.name} cannot be read: {why}")
width, height = len(rows[0]), len(rows)
if count > min(width, height):
    sys.exit(f"{image.name} has {width} x {height} pixels, too few for {count} x {count} tiles")
for y in range(count):
    for x in range(count):
        left, right = width * x // count, width * (x + 1) // count
        tile = [row[left:right] for row in rows[height * y // count : height * (y + 1) // count]]
        fits.write_image(outputs / f"tile-{y:02d}-{x:02d}.fits", tile, TILEX=x, TILEY=y)
        print(f"tile {x}, {y}: {len(tile[0])} x {len(tile)} pixels", flush=True)
