"""The artifact store: named by content, whole or absent, never outside its root."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from loopwright.base.digests import canonical_json, digest_bytes
from loopwright.base.errors import NotFound, Unavailable
from loopwright.infra.artifacts import ArtifactStore


@pytest.fixture
def store(tmp_path: Path) -> ArtifactStore:
    return ArtifactStore(tmp_path / "artifacts")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    root = tmp_path / "model"
    (root / "deep" / "er").mkdir(parents=True)
    (root / "config.json").write_text('{"layers": 2}')
    (root / "deep" / "er" / "weights.bin").write_bytes(bytes(range(256)))
    (root / "twin.bin").write_bytes(bytes(range(256)))
    return root


def files(root: Path) -> dict[str, bytes]:
    return {
        path.relative_to(root).as_posix(): path.read_bytes()
        for path in root.rglob("*")
        if path.is_file()
    }


def drafts(store_root: Path) -> list[Path]:
    return [path for path in store_root.iterdir() if path.is_file()]


def test_the_same_content_has_one_name_and_one_place(store: ArtifactStore, tmp_path: Path) -> None:
    source = tmp_path / "a.txt"
    source.write_bytes(b"same")
    assert store.put_bytes(b"same") == store.put_file(source) == digest_bytes(b"same")
    kept = [path for path in (tmp_path / "artifacts").rglob("*") if path.is_file()]
    assert len(kept) == 1
    assert kept[0].read_bytes() == b"same"
    assert kept[0].stat().st_mode & 0o222 == 0, "what is stored is never changed"


@settings(max_examples=30, deadline=None)
@given(content=st.binary(max_size=200))
def test_what_was_put_in_comes_out(
    content: bytes, tmp_path_factory: pytest.TempPathFactory
) -> None:
    store = ArtifactStore(tmp_path_factory.mktemp("store"))
    digest = store.put_bytes(content)
    assert store.path(digest).read_bytes() == content
    store.verify(digest)


def test_a_folder_comes_back_as_it_was(store: ArtifactStore, folder: Path) -> None:
    digest = store.put_folder(folder)
    before = files(folder)
    assert store.put_folder(folder) == digest
    for path in folder.rglob("*"):
        if path.is_file():
            path.write_bytes(b"the source changes later")
    assert files(store.path(digest)) == before
    assert store.path(digest) == store.path(digest)
    store.verify(digest)


def test_a_folder_is_named_by_its_names_and_its_content(
    store: ArtifactStore, folder: Path, tmp_path: Path
) -> None:
    digest = store.put_folder(folder)
    (folder / "twin.bin").rename(folder / "other.bin")
    assert store.put_folder(folder) != digest
    empty = tmp_path / "empty"
    empty.mkdir()
    assert files(store.path(store.put_folder(empty))) == {}


def test_many_at_once_make_one(store: ArtifactStore, folder: Path, tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        digests = set(pool.map(lambda _: store.put_folder(folder), range(8)))
        trees = set(pool.map(lambda _: store.path(next(iter(digests))), range(8)))
    assert len(digests) == len(trees) == 1
    assert files(trees.pop()) == files(folder)
    assert drafts(tmp_path / "artifacts") == []
    assert len(list((tmp_path / "artifacts" / "trees").iterdir())) == 1


@pytest.mark.parametrize("name", ["config.json", "deep/er/weights.bin"])
def test_tampering_is_found(store: ArtifactStore, folder: Path, name: str) -> None:
    digest = store.put_folder(folder)
    laid_out = store.path(digest) / name
    laid_out.chmod(0o644)
    laid_out.write_bytes(b"poison")  # the laid-out file is the stored file
    with pytest.raises(Unavailable, match="damaged") as failure:
        store.verify(digest)
    assert "run again" in failure.value.remedy


def test_a_replaced_or_missing_laid_out_file_is_found(store: ArtifactStore, folder: Path) -> None:
    digest = store.put_folder(folder)
    laid_out = store.path(digest) / "config.json"
    laid_out.unlink()
    with pytest.raises(Unavailable):
        store.verify(digest)
    laid_out.write_text('{"layers": 99}')
    with pytest.raises(Unavailable):
        store.verify(digest)


def test_storing_a_part_again_damages_no_folder_laid_out(
    store: ArtifactStore, folder: Path
) -> None:
    digest = store.put_folder(folder)
    store.path(digest)
    for file in sorted(path for path in folder.rglob("*") if path.is_file()):
        store.put_file(file)
    store.verify(digest)


def test_a_file_that_reads_like_a_folder_stays_a_file(store: ArtifactStore, tmp_path: Path) -> None:
    """Whoever uploads such a file must not write where its names point to."""
    part = store.put_bytes(b"payload")
    hostile = canonical_json({"folder": {"../../../escaped": part}})
    digest = store.put_bytes(hostile)
    assert store.path(digest).read_bytes() == hostile
    store.verify(digest)
    assert not (tmp_path / "escaped").exists()


@pytest.mark.parametrize("name", ["../out", "/tmp/out", "a/../../out"])
def test_a_damaged_folder_listing_writes_nowhere(
    store: ArtifactStore, folder: Path, tmp_path: Path, name: str
) -> None:
    digest = store.put_folder(folder)
    manifest = next((tmp_path / "artifacts").glob("*/*.folder"))
    manifest.chmod(0o644)
    manifest.write_bytes(canonical_json({"folder": {name: store.put_bytes(b"x")}}))
    with pytest.raises(Unavailable):
        store.path(digest)
    manifest.write_bytes(b"not json")
    with pytest.raises(Unavailable):
        store.verify(digest)


@pytest.mark.parametrize(
    "digest",
    [
        "",
        "sha256:",
        "sha256:" + "g" * 64,
        "sha256:" + "A" * 64,
        "sha256:../../../../etc/passwd",
        "sha256:" + "../" * 21 + "a",
        "sha256:" + "0" * 63 + "/",
        "sha256:" + "0" * 63 + "\n",
        "sha256:" + "٣" * 64,
        "md5:" + "0" * 64,
        "/etc/passwd",
        "sha256:" + "0" * 65,
    ],
)
def test_a_hostile_digest_is_not_found(store: ArtifactStore, digest: str) -> None:
    for ask in (store.path, store.verify):
        with pytest.raises(NotFound) as failure:
            ask(digest)
        assert failure.value.remedy


def test_an_unknown_digest_is_not_found(store: ArtifactStore) -> None:
    with pytest.raises(NotFound, match="backup"):
        store.path("sha256:" + "0" * 64)


def test_a_failed_put_leaves_nothing(store: ArtifactStore, tmp_path: Path) -> None:
    with pytest.raises(OSError):
        store.put_file(tmp_path / "missing")
    with pytest.raises(OSError):
        store.put_file(tmp_path)
    assert drafts(tmp_path / "artifacts") == []


def test_a_folder_with_a_lost_part_is_not_half_laid_out(
    store: ArtifactStore, folder: Path, tmp_path: Path
) -> None:
    digest = store.put_folder(folder)
    lost = digest_bytes(bytes(range(256))).removeprefix("sha256:")
    (tmp_path / "artifacts" / lost[:2] / lost).unlink()
    with pytest.raises(NotFound):
        store.path(digest)
    assert list((tmp_path / "artifacts" / "trees").iterdir()) == []
