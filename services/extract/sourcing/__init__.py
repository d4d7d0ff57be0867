"""Sourcing: an article's text and what was read of it go in; its source card and its fingerprint come out.

The card tells what the article shows of where its words come from. Fingerprints, compared two by two, tell which
articles have their words from one place: ``group`` makes origins of them.
"""
