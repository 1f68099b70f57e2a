"""Drives a real browser over a pipe, for the tests of pages; none is needed for the others.

https://chromedevtools.github.io/devtools-protocol/
"""

from __future__ import annotations

import base64
import fcntl
import json
import os
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")
_START = """
import os, sys
os.dup2(int(sys.argv[1]), 3)
os.dup2(int(sys.argv[2]), 4)
os.execv(sys.argv[3], sys.argv[3:])
"""


def executable() -> str | None:
    """Return the browser of this machine, None where there is none."""
    return next((found for name in NAMES if (found := shutil.which(name))), None)


class Browser:
    """One page in one headless browser."""

    def __init__(self, program: str, profile: Path) -> None:
        mine_in, its_out = os.pipe()
        its_in, mine_out = os.pipe()
        # The protocol is spoken over descriptors 3 and 4; beyond them nothing is in the way.
        high = [fcntl.fcntl(each, fcntl.F_DUPFD, 10) for each in (its_in, its_out)]
        self._process = subprocess.Popen(
            [sys.executable, "-c", _START, *map(str, high), program,
             "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
             "--disable-background-networking", "--disable-component-update", "--disable-sync",
             f"--user-data-dir={profile}", "--remote-debugging-pipe", "about:blank"],
            pass_fds=high, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        for each in high:
            os.close(each)
        os.close(its_in)
        os.close(its_out)
        self._in = os.fdopen(mine_in, "rb", buffering=0)
        self._out = os.fdopen(mine_out, "wb", buffering=0)
        self._rest = b""
        self._number = 0
        self._session = ""
        self.events: list[tuple[str, dict[str, object]]] = []
        targets = self.send("Target.getTargets")["targetInfos"]
        assert isinstance(targets, list)
        page = next(each["targetId"] for each in targets if each["type"] == "page")
        session = self.send("Target.attachToTarget", targetId=page, flatten=True)["sessionId"]
        self._session = str(session)
        for domain in ("Page", "Runtime", "Network", "Log"):
            self.send(f"{domain}.enable")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._out.close()
        self._in.close()
        self._process.terminate()
        self._process.wait(timeout=20)

    def send(self, method: str, **parameters: object) -> dict[str, object]:
        """Return the answer to a command; what happens meanwhile is in `events`."""
        self._number += 1
        message: dict[str, object] = {"id": self._number, "method": method, "params": parameters}
        if self._session:
            message["sessionId"] = self._session
        self._out.write(json.dumps(message).encode() + b"\0")
        while True:
            answer = self._message()
            if answer.get("id") == self._number:
                assert "error" not in answer, answer["error"]
                result = answer["result"]
                assert isinstance(result, dict)
                return result

    def _message(self) -> dict[str, object]:
        while b"\0" not in self._rest:
            more = self._in.read(1 << 16)
            assert more, "the browser has ended"
            self._rest += more
        text, _, self._rest = self._rest.partition(b"\0")
        message: dict[str, object] = json.loads(text)
        if "method" in message:
            parameters = message.get("params")
            assert isinstance(parameters, dict)
            self.events.append((str(message["method"]), parameters))
        return message

    def open(self, page: Path, *, width: int = 1400, dark: bool = False) -> None:
        """Show a file and wait until it is loaded."""
        self.send(
            "Emulation.setDeviceMetricsOverride",
            width=width, height=900, deviceScaleFactor=1, mobile=False,
        )  # fmt: skip
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        self.send("Emulation.setEmulatedMedia", features=[scheme])
        self.events.clear()
        self.send("Page.navigate", url=page.as_uri())
        while not any(name == "Page.loadEventFired" for name, _ in self.events):
            self._message()

    def ask(self, expression: str) -> object:
        """Return the value of an expression in the page."""
        answer = self.send("Runtime.evaluate", expression=expression, returnByValue=True)
        assert "exceptionDetails" not in answer, answer
        result = answer["result"]
        assert isinstance(result, dict)
        return result.get("value")

    def mouse(self, kind: str, x: float, y: float, **more: object) -> None:
        """Let the mouse do something at a place."""
        self.send("Input.dispatchMouseEvent", type=kind, x=x, y=y, **more)

    def click(self, selector: str, number: int = 0) -> None:
        """Click the middle of an element."""
        place = self.ask(
            f"(() => {{const r = document.querySelectorAll({json.dumps(selector)})[{number}]"
            ".getBoundingClientRect(); return [r.x + r.width / 2, r.y + r.height / 2]})()"
        )
        assert isinstance(place, list)
        x, y = place
        self.mouse("mousePressed", x, y, button="left", clickCount=1)
        self.mouse("mouseReleased", x, y, button="left", clickCount=1)

    def type(self, text: str) -> None:
        """Type into what has the focus."""
        self.send("Input.insertText", text=text)

    def complaints(self) -> list[str]:
        """Return what the page has logged or thrown, refusals of its policy included."""
        names = {"Runtime.exceptionThrown", "Runtime.consoleAPICalled", "Log.entryAdded"}
        return [json.dumps(event) for name, event in self.events if name in names]

    def requests(self) -> list[str]:
        """Return what the page has asked for."""
        found = []
        for name, event in self.events:
            if name == "Network.requestWillBeSent" and isinstance(event["request"], dict):
                found.append(str(event["request"]["url"]))
        return found

    def picture(self, file: Path) -> None:
        """Write what is seen into a PNG file."""
        data = self.send("Page.captureScreenshot", format="png")["data"]
        file.write_bytes(base64.b64decode(str(data)))
