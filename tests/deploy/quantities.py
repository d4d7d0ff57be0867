"""Quantities of resources as Kubernetes writes them."""

import re

UNITS = {"": 1, "m": 1e-3, "k": 1e3, "M": 1e6, "G": 1e9, "Ki": 1 << 10, "Mi": 1 << 20, "Gi": 1 << 30, "Ti": 1 << 40}


def parse_quantity(value: object) -> float | None:
    """Return the number that ``500m``, ``1Gi`` or ``2`` is; None where it is none."""
    found = re.fullmatch(r"(\d+(?:\.\d+)?)([A-Za-z]{0,2})", str(value))
    return None if found is None or found[2] not in UNITS else float(found[1]) * UNITS[found[2]]
