"""What the journeys share: where Fairlead is, and a session that carries a token."""

import json
import sys
import time

import pyvo
from pyvo.auth import AuthSession
from pyvo.utils.http import create_session

# The way in that Fairlead's capabilities name; pyvo has no constant for it.
BEARER = "ivo://ivoa.net/sso#OAuth"


class Fairlead:
    """Read from stdin, so that a token stands in no list of processes and in no file."""

    def __init__(self):
        settings = json.load(sys.stdin)
        self.url = settings["url"]
        self.token = settings["token"]
        self.dataset = settings["dataset"]
        self.center = settings["center"]
        self.standards = settings.get("standards")

    def bearer_session(self):
        session = create_session()
        session.headers["Authorization"] = f"Bearer {self.token}"
        return session

    def auth_session(self):
        """pyvo's own: it sends the token where the service's capabilities ask for it, and nowhere else."""
        session = AuthSession()
        session.credentials.set(BEARER, self.bearer_session())
        return session

    def circle(self, radius_deg):
        return f"{self.center[0]} {self.center[1]} {radius_deg}"


def step(text):
    print(f"- {text}", flush=True)


def until(condition, what, timeout_s=60):
    deadline = time.monotonic() + timeout_s
    while time.monotonic() < deadline:
        value = condition()
        if value:
            return value
        time.sleep(0.2)
    raise AssertionError(f"not in time: {what}")


def raises(error, call):
    try:
        call()
    except error as raised:
        return raised
    raise AssertionError(f"{error.__name__} was not raised")


__all__ = ["BEARER", "Fairlead", "pyvo", "raises", "step", "until"]
