"""Our own annotated news articles: what the extractor is judged by and trained on."""
