"""Inspection: what ingest does with one URL, told step by step, and nothing of it stored."""
