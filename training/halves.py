"""Halves of the corpus, by affair: what learns from vectors is to see none of an affair that these were tuned on."""

from zlib import crc32


def half_of(affair: str) -> int:
    """Return the half of an affair, 0 or 1, by its name: the same however many others there are."""
    return crc32(affair.encode()) % 2
