"""Show in a folder what would be sent, and what nobody would get."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from sereno.bootstrap.site import Site
from sereno.engine.watch import Report

if TYPE_CHECKING:
    from sereno.adapters.preview import PreviewFolder


def show_preview(report: Report, site: Site, preview: "PreviewFolder") -> Iterator[Path]:
    """Leave a round's mail in the preview, say where, and yield each page."""
    for served in report.served:
        for path in preview.show(served.messages):
            site.terminal.say(f"  Vista previa: {path}")
            yield path
        for parcel, digest in zip(served.parcels, served.digests, strict=True):
            if not parcel.to:
                page = preview.keep_unaddressed(
                    f"{report.monitor.name}-{served.plan.name}", site.page(digest)
                )
                site.terminal.say(f"  Vista previa de lo que nadie recibiría: {page}")
                yield page
