"""The system's own Chromium, driven by Playwright; no browser is ever fetched."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Browser, sync_playwright

FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
WAIT = 60_000
"""Milliseconds that a page may take: a busy machine is no fault."""


@contextmanager
def opened() -> Iterator[Browser]:
    """Open a browser that speaks Spanish; skip the test where the system has none."""
    executable = shutil.which("chromium")
    if executable is None:
        pytest.skip("external: Chromium is not installed (chromium was not found)")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=list(FLAGS))
        try:
            yield browser
        finally:
            browser.close()
