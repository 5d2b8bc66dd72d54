"""Makes one table and one picture of what measure_tile.py left for each tile."""

import csv
import json
import os
import pathlib
import struct
import sys
import zlib

inputs, outputs = (pathlib.Path(os.environ[name]) for name in ("FAIRLEAD_INPUTS", "FAIRLEAD_OUTPUTS"))
tiles = [json.loads(path.read_text()) for path in sorted((inputs / "measurements").iterdir())]
if not tiles:
    sys.exit("there is no measurement")
tiles.sort(key=lambda tile: (tile["y"], tile["x"]))
with open(outputs / "tiles.csv", "w", newline="", encoding="utf-8") as file:
    columns = ["tile", "x", "y", "pixels", "least", "most", "mean"]
    table = csv.DictWriter(file, columns, extrasaction="ignore")
    table.writeheader()
    table.writerows(tiles)

# Between the darkest and the brightest hundredth: a few stars would leave all else black.
values = sorted(value for tile in tiles for line in tile["picture"] for value in line if value is not None) or [0]
dark, bright = values[len(values) // 100], values[-1 - len(values) // 100]
grey = lambda value: 0 if value is None else round(255 * min(max((value - dark) / ((bright - dark) or 1), 0), 1))
side, across = len(tiles[0]["picture"]), 1 + max(tile["x"] for tile in tiles)
lines = []
# FITS counts rows from below, PNG from above.
for y in reversed(range(1 + max(tile["y"] for tile in tiles))):
    row = {tile["x"]: tile["picture"] for tile in tiles if tile["y"] == y}
    for line in reversed(range(side)):
        lines.append(b"\0" + bytes(grey(value) for x in range(across) for value in row[x][line]))
chunk = lambda kind, data: struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
head = struct.pack(">IIBBBBB", side * across, len(lines), 8, 0, 0, 0, 0)
parts = chunk(b"IHDR", head), chunk(b"IDAT", zlib.compress(b"".join(lines))), chunk(b"IEND", b"")
(outputs / "mosaic.png").write_bytes(b"\x89PNG\r\n\x1a\n" + b"".join(parts))
print(f"{len(tiles)} tiles", flush=True)
