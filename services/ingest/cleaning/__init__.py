"""Cleaning: what is taken away from a page, and mended in it, so that its article stands alone."""
