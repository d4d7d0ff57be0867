"""Discovery: every way in which a site says what it has published, read into one shape."""
