"""The documents keep up with the code: words, decisions, links, stages."""

import re
import tomllib
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parents[2]
SOURCE = REPOSITORY / "src/loopwright"
DOCUMENTS = [*REPOSITORY.glob("*.md"), *(REPOSITORY / "docs").rglob("*.md")]
# Words whose part of the product is not built yet; the glossary fixes them in advance.
PLANNED = {"gold item", "promotion", "rollout", "overoptimization"}
AVOIDED = re.compile(r"\bclass \w*(?:Manager|Utils|Helper)\b")


def words() -> list[str]:
    return re.findall(r"^\| \*\*(.+?)\*\*", (REPOSITORY / "docs/glossary.md").read_text(), re.M)


def test_every_glossary_word_is_used_in_the_product() -> None:
    text = "\n".join(path.read_text() for path in SOURCE.rglob("*.py")).lower()
    text = re.sub(r"[\s_-]+", " ", text)
    assert len(words()) > 30
    unused = {word for word in words() if word not in text}
    assert unused <= PLANNED


def test_no_class_has_a_name_that_says_nothing() -> None:
    found = [path.name for path in SOURCE.rglob("*.py") if AVOIDED.search(path.read_text())]
    assert found == []


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda p: str(p.relative_to(REPOSITORY)))
def test_links_lead_somewhere(path: Path) -> None:
    targets = re.findall(r"\]\((?!https?:|#)([^)#]+)", path.read_text())
    assert [target for target in targets if not (path.parent / target).exists()] == []


def test_architecture_names_every_stage_in_the_order_of_the_contract() -> None:
    contracts = tomllib.loads((REPOSITORY / "pyproject.toml").read_text())["tool"]["importlinter"]
    layers = next(c for c in contracts["contracts"] if c["id"] == "stage-order")["layers"]
    order = [name for name in reversed(layers) if not name.startswith("(")]
    table = (REPOSITORY / "ARCHITECTURE.md").read_text().split("## Inside a stage")[0]
    told = re.findall(r"^\| (`[^|]+`) \|", table, re.M)
    named = [name for cell in told for name in re.findall(r"`(\w+)`", cell)]
    assert [name for name in named if name in order] == order


def test_packages_are_one_docstring_at_their_root() -> None:
    # The client's root lists what its users import.
    roots = [path for path in SOURCE.glob("*/__init__.py") if path.parent.name != "client"]
    long = [str(path) for path in roots if len(path.read_text().splitlines()) > 5]
    assert long == []
