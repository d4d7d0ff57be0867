"""``python -m services.cli``: what ``claimwire`` is, for processes that start one another."""

from services.cli.app import main

main()
