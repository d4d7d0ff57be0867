"""Words and marks, closed lists of English, verbs of saying, and stretches of text as units."""
