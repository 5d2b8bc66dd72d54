"""The pixels of the first image of a FITS file (FITS Standard 4.0, sections 3 to 5), in plain Python."""

import array
import math
import sys

BLOCK = 2880
CARD = 80
# BITPIX to the type code of array, whose sizes these are on every platform of Debian.
TYPES = {8: "B", 16: "h", 32: "i", 64: "q", -32: "f", -64: "d"}
ROWS_AT_ONCE = 1 << 20


class NotFits(Exception):
    """The file is no FITS file, or breaks off."""


def read_header(file):
    """The cards of one header, by keyword; values of strings keep their quotes."""
    cards = {}
    while True:
        block = file.read(BLOCK)
        if len(block) < BLOCK:
            raise NotFits("it ends within a header")
        for start in range(0, BLOCK, CARD):
            card = block[start : start + CARD].decode("ascii", "replace")
            keyword = card[:8].strip()
            if keyword == "END":
                return cards
            if card[8:10] == "= ":
                cards.setdefault(keyword, card[10:].split("/")[0].strip())


def pixels(path):
    """Yields every pixel of the first image that has any, scaled; those without a value are left out."""
    with open(path, "rb") as file:
        header = read_header(file)
        if "SIMPLE" not in header:
            raise NotFits("it does not begin with SIMPLE")
        while True:
            axes = [int(header[f"NAXIS{axis + 1}"]) for axis in range(int(header["NAXIS"]))]
            bitpix = int(header["BITPIX"])
            count = math.prod(axes) if axes else 0
            is_image = header.get("XTENSION", "'IMAGE").startswith("'IMAGE")
            if count > 0 and is_image:
                break
            size = abs(bitpix) // 8 * int(header.get("GCOUNT", 1)) * (int(header.get("PCOUNT", 0)) + count)
            file.seek(-(-size // BLOCK) * BLOCK, 1)
            header = read_header(file)
        scale, zero = float(header.get("BSCALE", 1)), float(header.get("BZERO", 0))
        blank = int(header["BLANK"]) if "BLANK" in header and bitpix > 0 else None
        width = abs(bitpix) // 8
        while count > 0:
            values = array.array(TYPES[bitpix])
            data = file.read(min(count, ROWS_AT_ONCE) * width)
            if len(data) < min(count, ROWS_AT_ONCE) * width:
                raise NotFits("it ends within its pixels")
            values.frombytes(data)
            if sys.byteorder == "little":
                values.byteswap()
            count -= len(values)
            for value in values:
                if value != blank and not math.isnan(value):
                    yield value * scale + zero
