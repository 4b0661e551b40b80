"""Starts the built service for a test, stops it, and starts it again on the same port."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import tempfile
import unittest
import urllib.request
from pathlib import Path
from time import monotonic, sleep

PYTHON = Path(__file__).resolve().parents[1]
ROOT = PYTHON.parent
for folder in (PYTHON, PYTHON / "trainers", PYTHON / "trainers" / "adapters", PYTHON / "tiny_r1"):
    sys.path.insert(0, str(folder))

PATIENCE_SECONDS = 60


class Service:
    """The published service (``./dev publish``; another one through GRPO_SERVICE) in a process of its own."""

    def __init__(self, *arguments: str):
        binary = Path(os.environ.get("GRPO_SERVICE", ROOT / "artifacts" / "publish" / "GrpoApi"))
        if not binary.exists():
            raise unittest.SkipTest(f"{binary} is not there: run ./dev publish first")
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.address = f"http://127.0.0.1:{free.getsockname()[1]}"
        self._command = [str(binary), "--urls", self.address, *arguments]
        self._log = tempfile.NamedTemporaryFile(mode="w+", suffix=".log")
        self._process: subprocess.Popen | None = None
        self.start()

    def start(self, wait: bool = True) -> None:
        self._process = subprocess.Popen(self._command, stdout=self._log, stderr=subprocess.STDOUT, cwd=ROOT)
        deadline = monotonic() + PATIENCE_SECONDS
        while wait and not self._is_ready():
            if self._process.poll() is not None or monotonic() > deadline:
                self._log.seek(0)
                raise AssertionError(f"the service did not start:\n{self._log.read()}")
            sleep(0.05)

    def kill(self) -> None:
        self._process.kill()
        self._process.wait()

    def close(self) -> None:
        self.kill()
        self._log.close()

    def _is_ready(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.address}/health/ready", timeout=5) as answer:
                return answer.status == 200
        except OSError:
            return False


class LiveTest(unittest.TestCase):
    """Tests that share one service."""

    service: Service

    @classmethod
    def setUpClass(cls) -> None:
        cls.service = Service()
        cls.addClassCleanup(cls.service.close)


def needs_torch() -> None:
    try:
        import torch  # noqa: F401
    except ImportError:
        raise unittest.SkipTest("PyTorch is not installed") from None
