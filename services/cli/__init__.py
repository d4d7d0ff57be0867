"""The command line: the only part that knows every service, and imports each when it is asked for."""

from services.cli.app import main

__all__ = ["main"]
