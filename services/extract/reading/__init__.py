"""Reading an article, without I/O: its text, sentences, names, attributions, speakers, stances, and so its claims."""
