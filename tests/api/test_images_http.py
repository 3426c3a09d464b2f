"""Images over HTTP: sent once, served safely, shown by items, refused where they are none."""

from collections.abc import Iterator
from io import BytesIO
from typing import Any

import httpx
import pytest
from PIL import Image

from loopwright.accounts.model import Role
from support.server import PROJECT_YAML, RunningServer, add_project

P = "/api/projects/support"
PROMPT = {"messages": [{"role": "user", "content": "Find the cat."}]}


def png(color: str = "red", size: tuple[int, int] = (12, 8)) -> bytes:
    target = BytesIO()
    Image.new("RGB", size, color).save(target, "PNG")
    return target.getvalue()


@pytest.fixture
def owner(server: RunningServer) -> Iterator[httpx.Client]:
    with server.owner() as client:
        yield client


def send(client: httpx.Client, content: bytes, name: str = "cat.png") -> httpx.Response:
    return client.post(f"{P}/images", files={"file": (name, content, "image/svg+xml")})


def stored(server: RunningServer) -> int:
    from sqlalchemy import func, select

    from loopwright.intake.tables import image

    count = server.home.db.read(lambda tx: tx.scalar(select(func.count()).select_from(image)))
    return int(count or 0)


def test_an_image_is_served_as_what_it_is(server: RunningServer, owner: httpx.Client) -> None:
    first, again = send(owner, png()), send(owner, png(), name="other.png")
    assert first.status_code == 200, first.text
    assert first.json() == again.json()
    assert stored(server) == 1
    sent = first.json()
    assert (sent["width"], sent["height"], sent["media_type"]) == (12, 8, "image/png")
    _, ann = server.add_person("ann", role=Role.ANNOTATOR)
    with ann:
        answer = ann.get(f"{P}/images/{sent['digest']}")
    assert answer.status_code == 200
    assert len(answer.content) == sent["bytes"]
    assert Image.open(BytesIO(answer.content)).size == (12, 8)
    assert answer.headers["content-type"] == "image/png"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["content-security-policy"] == "default-src 'none'; sandbox"
    assert answer.headers["cache-control"] == "private, max-age=31536000, immutable"


def test_an_image_stays_in_its_project(server: RunningServer, owner: httpx.Client) -> None:
    digest = send(owner, png()).json()["digest"]
    add_project(server.home, PROJECT_YAML.replace("id: support", "id: elsewhere"))
    path = f"/api/projects/elsewhere/images/{digest}"
    assert owner.get(path).status_code == 404
    _, stranger = server.add_person("eve", role=Role.OWNER, project_id="elsewhere")
    with stranger, server.client() as nobody:
        assert stranger.get(f"{P}/images/{digest}").status_code == 403
        assert nobody.get(f"{P}/images/{digest}").status_code == 401
    artifact = server.home.artifacts.put_bytes(b"not an image of anybody")
    assert owner.get(f"{P}/images/{artifact}").status_code == 404
    assert owner.get(f"{P}/images/..%2f..%2fx").status_code == 404


@pytest.mark.parametrize(
    ("content", "status", "code", "says"),
    [
        (b"<svg onload='alert(1)'/>", 422, "invalid_image", "cat.png is a document"),
        (b"GIF89a", 422, "invalid_image", "not a whole PNG, JPEG or WebP"),
        (png()[:50], 422, "invalid_image", "not a whole"),
        (b"", 422, "invalid_image", "not a whole"),
        (png(size=(5001, 5000)), 413, "image_too_large", "5,001 by 5,000 pixels"),
        (png() + b"x" * 20 * 1024**2, 413, "image_too_large", "larger than 20 MiB"),
    ],
    ids=["svg", "gif", "cut", "empty", "pixels", "bytes"],
)
def test_what_is_no_image_is_refused_and_not_kept(
    server: RunningServer, owner: httpx.Client, content: bytes, status: int, code: str, says: str
) -> None:
    answer = send(owner, content)
    assert (answer.status_code, answer.json()["error"]["code"]) == (status, code)
    assert says in answer.json()["error"]["message"]
    assert stored(server) == 0


def test_an_endless_upload_is_cut_short(server: RunningServer, owner: httpx.Client) -> None:
    """Without an announced length too, nobody fills the disk."""
    part = b'--b\r\nContent-Disposition: form-data; name="file"; filename="x.png"\r\n\r\n'

    def endless() -> Iterator[bytes]:
        yield part
        for _ in range(80):
            yield b"x" * 1024**2

    headers = {"content-type": "multipart/form-data; boundary=b"}
    try:
        answer = owner.post(f"{P}/images", content=endless(), headers=headers)
    except httpx.TransportError:
        pass  # the server hung up before all was sent
    else:
        assert answer.status_code == 413
    assert stored(server) == 0


def test_items_show_images_that_were_sent(server: RunningServer, owner: httpx.Client) -> None:
    digest = send(owner, png()).json()["digest"]
    pair = [{"text": "A cat."}, {"text": "A dog."}]
    image: dict[str, Any] = {
        "digest": digest,
        "alt": "A cat, call +49 30 901820",
        "sensitive": True,
    }
    item = {"prompt": PROMPT, "completions": pair, "image": image}
    assert owner.post(f"{P}/items", json={"items": [item]}).status_code == 200
    [listed] = owner.get(f"{P}/items").json()["items"]
    assert listed["image"]["alt"] == "A cat, call [PHONE_1]"
    [offer] = owner.post(f"{P}/assignments", json={"count": 1}).json()["assignments"]
    assert offer["image"] == {
        "url": f"{P}/images/{digest}",
        "width": 12,
        "height": 8,
        "alt": "A cat, call [PHONE_1]",
        "sensitive": True,
    }
    assert owner.get(offer["image"]["url"]).status_code == 200

    never_sent = {**image, "digest": "sha256:" + "0" * 64}
    answer = owner.post(f"{P}/items", json={"items": [item, {**item, "image": never_sent}]})
    assert answer.status_code == 422
    assert "Item 2 of the batch names the image" in answer.json()["error"]["message"]
    for wrong in ({"digest": "x"}, {"digest": digest, "alt": "x" * 2001}, {"alt": "no digest"}):
        answer = owner.post(f"{P}/items", json={"items": [{**item, "image": wrong}]})
        assert answer.status_code == 422
        assert "image" in answer.json()["error"]["message"]
    assert len(owner.get(f"{P}/items").json()["items"]) == 1
