"""Fixtures that several folders of tests share, and a word at the end on what was left out."""

from tests.postgres_server import postgres_url

__all__ = ["postgres_url"]


def pytest_terminal_summary(terminalreporter):
    """Name the system packages whose tests were left out."""
    skipped = (report.longrepr[-1] for report in terminalreporter.stats.get("skipped", ()))
    missing = sorted({reason.removeprefix("Skipped: ") for reason in skipped if "external" in reason})
    if missing:
        terminalreporter.write_line(f"Left out, run by .ci/run: {'; '.join(missing)}", yellow=True)
