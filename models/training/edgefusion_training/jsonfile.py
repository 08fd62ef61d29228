"""Readable, stable JSON: objects one member per line, arrays of scalars filled up to the line length."""

import json

LINE_LENGTH = 118


def dumps(value):
    """Returns `value` as JSON text ending in a newline; the same value gives the same text."""
    return _format(value, "") + "\n"


def write(path, value):
    """Writes `value` to `path` as UTF-8 JSON."""
    with open(path, "w", encoding="utf-8", newline="\n") as stream:
        stream.write(dumps(value))


def _format(value, indent):
    inner = indent + "  "
    if isinstance(value, dict) and value:
        members = [f"{inner}{_scalar(str(key))}: {_format(item, inner)}" for key, item in value.items()]
        return "{\n" + ",\n".join(members) + "\n" + indent + "}"
    if isinstance(value, (list, tuple)) and value:
        if any(isinstance(item, (dict, list, tuple)) for item in value):
            return "[\n" + ",\n".join(inner + _format(item, inner) for item in value) + "\n" + indent + "]"
        return _fill([_scalar(item) for item in value], indent)
    return _scalar(value)


def _fill(items, indent):
    one_line = "[" + ", ".join(items) + "]"
    if len(indent) + len(one_line) <= LINE_LENGTH - 20:  # room for the member's name in front
        return one_line
    inner, lines, line = indent + "  ", [], ""
    for number, item in enumerate(items):
        piece = item + ("," if number + 1 < len(items) else "")
        if line and len(inner) + len(line) + 1 + len(piece) > LINE_LENGTH:
            lines.append(inner + line)
            line = piece
        else:
            line = piece if not line else line + " " + piece
    lines.append(inner + line)
    return "[\n" + "\n".join(lines) + "\n" + indent + "]"


def _scalar(value):
    return json.dumps(value, ensure_ascii=False, allow_nan=False)
