"""Failpoints: named lines at which a test can kill the process, to show that nothing is lost there.

``CLAIMWIRE_FAILPOINT=NAME`` ends the process with SIGKILL when it first reaches ``NAME``, ``NAME:N`` at the N-th time.
The variable is for tests only, so it is no setting; unset, reaching a line costs a comparison.
"""

import os
import signal
from collections import Counter

_NAME, _, _TIME = os.environ.get("CLAIMWIRE_FAILPOINT", "").partition(":")
_AT = int(_TIME or 1)
_reached: Counter[str] = Counter()


def reach(name: str) -> None:
    """Pass a line that tests know as ``name``; does nothing unless the environment names it."""
    if name != _NAME:
        return
    _reached[name] += 1
    if _reached[name] == _AT:
        os.kill(os.getpid(), signal.SIGKILL)
