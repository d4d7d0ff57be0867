"""Given names by gender: ``python -m training.given_names name_data.json`` writes the list that tells "he" from "she".

``name_data.json`` is in the package ``nomquamgender`` 0.1.4 (MIT): for each name the sources, public records of many
countries, that have it, the persons counted, and the share of women (Van Buskirk et al. 2023, ICWSM).
"""

import argparse
import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from textwrap import fill

SOURCES_MIN = 5
"""Fewer sources have misspellings too."""

COUNTED_MIN = 100
"""Persons; fewer tell no share."""

OTHERS_MAX = 0.05
"""Of those who bear a name, the most who may be of the other gender."""

OUT = Path("services/extract/reading/names/given_names.txt")
COLUMNS = 119


def clear(names: dict[str, tuple[int, int, float, object]]) -> Iterator[tuple[str, str]]:
    """Yield each name of plain letters that one gender bears, with that gender."""
    for name, (sources, counted, women, _) in names.items():
        enough = sources >= SOURCES_MIN and counted >= COUNTED_MIN and name.isascii() and name.isalpha()
        if enough and len(name) > 1 and min(women, 1 - women) <= OTHERS_MAX:
            yield name, "f" if women > 1 / 2 else "m"


def listed(found: Iterable[tuple[str, str]]) -> str:
    """Return the list as it is kept: a gender, then its names in order."""
    pairs = sorted(found)
    parts = (
        f"{gender}\n{fill(' '.join(name for name, own in pairs if own == gender), COLUMNS)}\n" for gender in ("m", "f")
    )
    return "".join(parts)


def main() -> None:
    """Write the list."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", type=Path)
    given = parser.parse_args()
    OUT.write_text(listed(clear(json.loads(given.names.read_text("utf-8")))), "utf-8")


if __name__ == "__main__":
    main()
