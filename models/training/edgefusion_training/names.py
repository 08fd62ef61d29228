"""Misspelt names: every unknown option is reported together with the known names that look like it."""

import difflib


def unknown_names(given, known, where=""):
    """One fault text per name in `given` that is not in `known`; `where` is the section, as "training."."""
    known = list(known)
    return [f"unknown option '{where}{name}'{suggestion(name, known)}" for name in given if name not in known]


def unknown_choice(value, choices, where):
    """A fault text when `value` is not one of `choices`, else None."""
    if value in choices:
        return None
    return f"{where} is '{value}', expected {' or '.join(choices)}{suggestion(str(value), choices)}"


def suggestion(name, known):
    """" (did you mean 'a' or 'b'?)", or the empty text when nothing is close."""
    close = difflib.get_close_matches(str(name), [str(item) for item in known], n=3, cutoff=0.6)
    return f" (did you mean {' or '.join(repr(item) for item in close)}?)" if close else ""
