"""How a content is put: affirmed or denied, how firmly, and what is done in saying it."""
