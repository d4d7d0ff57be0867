"""The gateway: answers over HTTP who said what, takes submissions, and tells what became of every page."""
