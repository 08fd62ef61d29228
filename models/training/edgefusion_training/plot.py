"""Small PNG pictures without a plotting library: lines, bars of colour, text in a 5x7 font."""

import struct
import zlib

import numpy as np

COLOURS = [(31, 119, 180), (214, 39, 40), (44, 160, 44), (255, 127, 14), (148, 103, 189), (23, 190, 207),
           (140, 86, 75), (227, 119, 194)]
BLACK, GREY = (0, 0, 0), (210, 210, 210)

# One glyph is five columns of seven bits, lowest bit on top.
_FONT = {
    " ": "0000000000", "-": "0808080808", ".": "0060600000", ",": "0050300000", ":": "0036360000", "/": "2010080402",
    "(": "001C224100", ")": "0041221C00", "%": "2313086462", "+": "08083E0808", "=": "1414141414", "_": "4040404040",
    "0": "3E5149453E", "1": "00427F4000", "2": "4261514946", "3": "2141454B31", "4": "1814127F10", "5": "2745454539",
    "6": "3C4A494930", "7": "0171090503", "8": "3649494936", "9": "064949291E",
    "a": "2054545478", "b": "7F48444438", "c": "3844444420", "d": "384444487F", "e": "3854545418", "f": "087E090102",
    "g": "0C5252523E", "h": "7F08040478", "i": "00447D4000", "j": "2040443D00", "k": "7F10284400", "l": "00417F4000",
    "m": "7C04180478", "n": "7C08040478", "o": "3844444438", "p": "7C14141408", "q": "081414187C", "r": "7C08040408",
    "s": "4854545420", "t": "043F444020", "u": "3C4040207C", "v": "1C2040201C", "w": "3C4030403C", "x": "4428102844",
    "y": "0C5050503C", "z": "4464544C44",
}


class Canvas:
    """An RGB picture, origin top left."""

    def __init__(self, width, height):
        self.pixels = np.full((height, width, 3), 255, np.uint8)

    def box(self, left, top, right, bottom, colour):
        """Fills the rectangle, right and bottom excluded; what lies outside is cut off."""
        self.pixels[max(int(top), 0): max(int(bottom), 0), max(int(left), 0): max(int(right), 0)] = colour

    def line(self, x0, y0, x1, y1, colour, thick=2):
        """A straight line of `thick` pixels."""
        steps = int(max(abs(x1 - x0), abs(y1 - y0))) + 1
        for x, y in zip(np.linspace(x0, x1, steps), np.linspace(y0, y1, steps)):
            self.box(round(x), round(y), round(x) + thick, round(y) + thick, colour)

    def text(self, left, top, text, colour=BLACK):
        """Lower-case text, six pixels per letter; letters that the font lacks are blank."""
        for letter in text.lower():
            for column, bits in enumerate(bytes.fromhex(_FONT.get(letter, _FONT[" "]))):
                for row in range(7):
                    if bits >> row & 1:
                        self.box(left + column, top + row, left + column + 1, top + row + 1, colour)
            left += 6

    def save(self, path):
        """Writes the picture as PNG."""
        height, width, _ = self.pixels.shape
        rows = b"".join(b"\0" + row.tobytes() for row in self.pixels)
        with open(path, "wb") as stream:
            stream.write(b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
                         + _chunk(b"IDAT", zlib.compress(rows, 6)) + _chunk(b"IEND", b""))


def _chunk(kind, content):
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def line_chart(path, series, x_label, title, low=None, high=None):
    """`series` is name -> list of (x, y); values that are None or not finite leave a gap."""
    canvas, left, top, right, bottom = Canvas(640, 360), 56, 24, 480, 320
    points = [(x, y) for values in series.values() for x, y in values if y is not None and np.isfinite(y)]
    xs, ys = [x for x, _ in points] or [0, 1], [y for _, y in points] or [0, 1]
    x0, x1 = min(xs), max(max(xs), min(xs) + 1e-9)
    y0, y1 = min(ys) if low is None else low, max(ys) if high is None else high
    y1 = y1 if y1 > y0 else y0 + 1.0

    def place(x, y):
        return left + (x - x0) / (x1 - x0) * (right - left), bottom - (y - y0) / (y1 - y0) * (bottom - top)

    canvas.text(left, 8, title)
    for share in (0.0, 0.25, 0.5, 0.75, 1.0):
        x, y = x0 + share * (x1 - x0), y0 + share * (y1 - y0)
        canvas.line(left, place(x0, y)[1], right, place(x0, y)[1], GREY, 1)
        canvas.text(4, int(place(x0, y)[1]) - 3, f"{y:8.3g}")
        canvas.text(int(place(x, y0)[0]) - 6, bottom + 8, f"{x:.3g}")
    canvas.text((left + right) // 2 - 3 * len(x_label), bottom + 24, x_label)
    for number, (name, values) in enumerate(series.items()):
        colour, last = COLOURS[number % len(COLOURS)], None
        for x, y in values:
            here = place(x, y) if y is not None and np.isfinite(y) else None
            if here and last:
                canvas.line(*last, *here, colour)
            elif here:
                canvas.box(here[0] - 1, here[1] - 1, here[0] + 3, here[1] + 3, colour)
            last = here
        canvas.box(right + 12, top + 14 * number, right + 22, top + 14 * number + 8, colour)
        canvas.text(right + 28, top + 14 * number, name[:20])
    canvas.save(path)


def heat_rows(path, rows, title):
    """One coloured strip per name; `rows` is name -> values along time, brightest at the largest of all rows."""
    height = 40
    canvas = Canvas(640, 40 + len(rows) * (height + 12))
    peak = max((float(np.max(values)) for values in rows.values() if len(values)), default=0.0) or 1.0
    canvas.text(8, 8, title)
    for number, (name, values) in enumerate(rows.items()):
        top = 28 + number * (height + 12)
        canvas.text(8, top + height // 2 - 3, name[:18])
        for i, value in enumerate(values):
            share = float(value) / peak
            colour = (255 - int(40 * share), 255 - int(200 * share), 255 - int(235 * share))
            canvas.box(124 + i * 500 // len(values), top, 124 + (i + 1) * 500 // len(values), top + height, colour)
    canvas.save(path)
