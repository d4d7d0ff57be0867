"""Extract: reads an article, finds who claims what in it, and keeps account of it."""
