"""Given names borne by one gender, as public records of many countries count them.

``given_names.txt`` holds the names that at least five such sources have, of 100 persons or more, 19 in 20 of them of
one gender, in lower case without accents; ``python -m training.given_names`` made it from the package
``nomquamgender`` 0.1.4 (MIT; Van Buskirk et al. 2023).
"""

import unicodedata
from functools import cache
from importlib.resources import files


@cache
def _given_names() -> dict[str, str]:
    found: dict[str, str] = {}
    gender = ""
    for line in files("services.extract.reading.names").joinpath("given_names.txt").read_text("utf-8").splitlines():
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
