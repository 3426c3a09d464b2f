"""The built pages: hashed files are kept by browsers, the shell is asked for each time."""

from pathlib import Path

from fastapi import FastAPI, Request
from fastapi.responses import FileResponse, HTMLResponse, Response

from loopwright.base.errors import NotFound

STATIC = (Path(__file__).parent.parent / "static").resolve()

_MISSING = """<!doctype html><html lang="en"><title>Loopwright</title>
<p>The pages are not built. Install the package again without LOOPWRIGHT_SKIP_FRONTEND,
or run <code>make pages</code>. The API works: see <a href="/docs">/docs</a>.</p></html>"""


def add_site(app: FastAPI) -> None:
    """Answer every path that is not the API's with the pages."""

    @app.get("/{path:path}", include_in_schema=False)
    def page(path: str, request: Request) -> Response:
        if path.startswith("api/"):
            raise NotFound(
                f"There is no {request.method} /{path}.", remedy="See /docs for the routes."
            )
        file = _file(path)
        if file is not None:
            kept = "public, max-age=31536000, immutable" if "assets/" in path else "no-cache"
            return FileResponse(file, headers={"Cache-Control": kept})
        if path.startswith("assets/"):
            raise NotFound(f"There is no page file {path}.", remedy="Reload the page.")
        shell = STATIC / "index.html"
        if not shell.is_file():
            return HTMLResponse(_MISSING, status_code=503)
        return FileResponse(shell, headers={"Cache-Control": "no-cache"})


def _file(path: str) -> Path | None:
    """Return the page file of that path, None for anything that is not one of ours."""
    try:
        file = (STATIC / path).resolve()
        return file if file.is_relative_to(STATIC) and file.is_file() else None
    except (OSError, ValueError):  # a name that no file system takes
        return None
