"""Reading YAML with the line of everything in it."""

from collections.abc import Iterator

import yaml

from loopwright.base.errors import InvalidInput

CODE = "invalid_project_file"
# What PyYAML's own constructors raise for values such as 2026-13-45 or !!bool x.
_BAD_VALUE = (ValueError, TypeError, KeyError, IndexError, AttributeError, OverflowError)


def parse_yaml(text: str, source: str) -> tuple[yaml.Node | None, object]:
    """Return the tree with its lines, and the value. Raises InvalidInput naming the line."""
    remedy = "Correct the YAML at that line; indentation uses spaces."
    try:
        return yaml.compose(text, Loader=yaml.SafeLoader), yaml.safe_load(text)
    except yaml.YAMLError as failure:
        mark = getattr(failure, "problem_mark", None)
        place = f"{source}:{mark.line + 1}" if mark else source
        problem = getattr(failure, "problem", None) or "not valid YAML"
        raise InvalidInput(f"{place}: {problem}.", remedy=remedy, code=CODE) from failure
    except RecursionError as failure:
        raise InvalidInput(
            f"{source}: the lists and mappings are nested too deeply.",
            remedy="Start from examples/support/project.yaml.",
            code=CODE,
        ) from failure
    except _BAD_VALUE as failure:
        raise InvalidInput(
            f"{source}: a date, number or tag cannot be read: {failure}.",
            remedy="Put the value in quotes if it is meant as text.",
            code=CODE,
        ) from failure


def repeated_keys(node: yaml.Node | None, seen: set[int]) -> Iterator[tuple[int, str]]:
    """Yield (line, key) for every key that its mapping holds already; YAML would keep the last."""
    if id(node) in seen:  # an alias, perhaps to a part that holds it
        return
    seen.add(id(node))
    if isinstance(node, yaml.MappingNode):
        known: set[str] = set()
        for key, value in node.value:
            name = str(key.value)
            if name in known:
                yield key.start_mark.line + 1, name
            known.add(name)
            yield from repeated_keys(value, seen)
    elif isinstance(node, yaml.SequenceNode):
        for part in node.value:
            yield from repeated_keys(part, seen)


def readable(text: str) -> str:
    """Return text that can be sent: a lone surrogate, which YAML can spell, is written out."""
    return text.encode("utf-8", "backslashreplace").decode()


def line_of(node: yaml.Node | None, path: tuple[str | int, ...]) -> int:
    """Return the line of the deepest part of `path` that the file holds."""
    line = 1
    for part in path:
        if isinstance(node, yaml.MappingNode):
            found = next(((k, v) for k, v in node.value if k.value == str(part)), None)
            if found is None:
                return line
            line, node = found[0].start_mark.line + 1, found[1]
        elif isinstance(node, yaml.SequenceNode) and isinstance(part, int):
            if part >= len(node.value):
                return line
            node = node.value[part]
            line = node.start_mark.line + 1
    return line
