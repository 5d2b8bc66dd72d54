"""Cuts an image into TILES x TILES tiles, each a FITS file that knows its place."""

import itertools
import os
import pathlib
import sys

import fits

inputs, outputs = (pathlib.Path(os.environ[name]) for name in ("FAIRLEAD_INPUTS", "FAIRLEAD_OUTPUTS"))
count = int(os.environ.get("TILES", "2"))
(image,) = (inputs / "image").iterdir()
try:
    header, rows = fits.read_image(image)
    width, height = int(header["NAXIS1"]), int(header["NAXIS2"])
    if count > min(width, height):
        sys.exit(f"{image.name} has {width} x {height} pixels, too few for {count} x {count} tiles")
    for y in range(count):
        # Of a large image not all at once: the memory of a container is small.
        band = list(itertools.islice(rows, height * (y + 1) // count - height * y // count))
        for x in range(count):
            tile = [row[width * x // count : width * (x + 1) // count] for row in band]
            fits.write_image(outputs / f"tile-{y:02d}-{x:02d}.fits", tile, TILEX=x, TILEY=y)
            print(f"tile {x}, {y}: {len(tile[0])} x {len(tile)} pixels", flush=True)
except ValueError as why:
    sys.exit(f"{image.name} cannot be read: {why}")
