"""The first image of a FITS file (FITS Standard 4.0, sections 3 to 5), read and written in plain Python."""

import array
import sys

BLOCK = 2880
# BITPIX to the type code of array, whose sizes these are on every platform of Debian.
TYPES = {8: "B", 16: "h", 32: "i", 64: "q", -32: "f", -64: "d"}


def read_image(path):
    """Its header, by keyword, and one row after the other: of a cube those of the first plane. NaN where no value is."""
    file = open(path, "rb")
    header = read_header(file)
    if "SIMPLE" not in header:
        raise ValueError("it does not begin with SIMPLE")
    if header["NAXIS"] == "0":
        header = read_header(file)
    return header, read_rows(file, header)


def read_rows(file, header):
    width, height, bitpix = (int(header[key]) for key in ("NAXIS1", "NAXIS2", "BITPIX"))
    scale, zero = float(header.get("BSCALE", 1)), float(header.get("BZERO", 0))
    blank = int(header["BLANK"]) if "BLANK" in header and bitpix > 0 else None
    for _ in range(height):
        values = array.array(TYPES[bitpix])
        values.frombytes(file.read(width * abs(bitpix) // 8))
        if len(values) < width:
            raise ValueError("it ends within its pixels")
        if sys.byteorder == "little":
            values.byteswap()
        if (bitpix, scale, zero) != (-32, 1, 0):
            scaled = (float("nan") if value == blank else value * scale + zero for value in values)
            values = array.array("f", scaled)
        yield values


def read_header(file):
    cards = {}
    while True:
        block = file.read(BLOCK).decode("ascii", "replace")
        if len(block) < BLOCK:
            raise ValueError("it ends within a header")
        for card in (block[start : start + 80] for start in range(0, BLOCK, 80)):
            keyword = card[:8].strip()
            if keyword == "END":
                return cards
            if card[8:10] == "= ":
                cards.setdefault(keyword, card[10:].split("/")[0].strip())


def write_image(path, rows, **more):
    """Rows of floats, with more keywords of whole numbers."""
    numbers = {"BITPIX": -32, "NAXIS": 2, "NAXIS1": len(rows[0]), "NAXIS2": len(rows), **more}
    cards = [f"{'SIMPLE':8}= {'T':>20}", *(f"{key:8}= {value:20d}" for key, value in numbers.items()), "END"]
    header = "".join(f"{card:80}" for card in cards).encode()
    with open(path, "wb") as file:
        file.write(header + b" " * (-len(header) % BLOCK))
        for row in rows:
            values = array.array("f", row)
            if sys.byteorder == "little":
                values.byteswap()
            file.write(values.tobytes())
        file.write(b"\0" * (-4 * len(rows) * len(rows[0]) % BLOCK))
