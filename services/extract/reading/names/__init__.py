"""The names in a text: of what type each is, and what the article calls it most fully."""
