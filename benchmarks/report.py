"""Run every benchmark and write benchmarks/RESULTS.md: ratios, so that they mean the same on any machine."""

import platform
import sqlite3
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent
PARTS = {
    "A round": "scan.py",
    "Registers": "sources.py",
    "Composing": "composing.py",
    "Mail": "mail.py",
    "Start-up": "startup.py",
    "Rest": "idle.py",
    "The console": "console.py",
}


def main() -> None:
    """Write the page, and print it."""
    page = [
        "# Results",
        "`make bench` writes this page. Ratios alone: what is compared was measured in turn, in one run.",
        f"{platform.python_implementation()} {platform.python_version()}, SQLite {sqlite3.sqlite_version}.",
    ]
    for title, script in PARTS.items():
        done = subprocess.run(
            [sys.executable, HERE / script], check=True, stdout=subprocess.PIPE, encoding="utf-8"
        )
        page += [f"## {title}", done.stdout.strip()]
    text = "\n\n".join(page) + "\n"
    (HERE / "RESULTS.md").write_text(text, encoding="utf-8")
    print(text)


if __name__ == "__main__":
    main()
