"""What a claim has from the rest of its sentence: the question it answers, and when it was said."""
