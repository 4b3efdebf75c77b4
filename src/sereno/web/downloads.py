"""What a browser keeps instead of showing it."""

from starlette.responses import Response

CSV = "text/csv; charset=utf-8"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def download(name: str, kind: str, content: bytes) -> Response:
    """Answer with a file of that name and media type; the name is one of ours, and plain."""
    return Response(
        content, media_type=kind, headers={"content-disposition": f'attachment; filename="{name}"'}
    )
