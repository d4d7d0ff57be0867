"""Fetching: one URL becomes a response, politely, and never from where it must not."""
