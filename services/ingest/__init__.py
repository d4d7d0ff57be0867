"""Ingest: finds pages, fetches and cleans them, and publishes each article with its revision."""
