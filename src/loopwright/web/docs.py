"""The API's routes as a plain page: works offline, under the strict headers, without scripts."""

from html import escape

from fastapi import FastAPI
from fastapi.responses import HTMLResponse

_HEAD = """<!doctype html><html lang="en"><meta charset="utf-8">
<meta name="viewport" content="width=device-width"><title>Loopwright API</title>
<style>:root{color-scheme:light dark}body{font:16px/1.5 system-ui;max-width:60rem;margin:2rem auto;
padding:0 1rem}td{padding:.2rem 1rem .2rem 0;vertical-align:top}code{font-size:.9em}</style>
<h1>Loopwright API</h1><p>Send an API key as <code>Authorization: Bearer lw_...</code>.
Shapes of bodies and answers: <a href="/openapi.json">openapi.json</a>.</p>"""


def add_docs(app: FastAPI) -> None:
    """Answer /docs, to which errors point."""

    @app.get("/docs", include_in_schema=False)
    def docs() -> HTMLResponse:
        return HTMLResponse(f"{_HEAD}<table>{''.join(_rows(app))}</table></html>")


def _rows(app: FastAPI) -> list[str]:
    paths = app.openapi()["paths"]
    return [
        f"<tr><td><code>{method.upper()}</code></td><td><code>{escape(path)}</code></td>"
        f"<td>{escape(route.get('description') or route.get('summary', ''))}</td></tr>"
        for path in sorted(paths)
        for method, route in paths[path].items()
    ]
