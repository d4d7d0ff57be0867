"""Backfill: pages of the past, from archives, folders and lists, each once and however often it is stopped."""
