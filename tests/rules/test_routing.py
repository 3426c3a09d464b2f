"""Assignment is sticky and monotone; a torn snapshot never replaces a good one."""

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loopwright.base.errors import InvalidInput
from loopwright.release.routing import (
    Arm,
    Candidate,
    RoutingReader,
    RoutingSnapshot,
    Target,
    as_json,
    assign,
    from_json,
    last_good,
    path_of,
    position_of,
    pseudonym_of,
    read_snapshot,
    shadow_in_force,
    share_in_force,
    write_snapshot,
)

STABLE = Target("pol_old", "http://127.0.0.1:1/v1", "old", system_prompt="Be brief.")
NEW = Target("pol_new", "http://127.0.0.1:2/v1", "new", decoding={"temperature": 0.2})


def routing(
    share: float, *, version: int = 1, salt: str = "salt", shadow: bool = False
) -> RoutingSnapshot:
    return RoutingSnapshot(
        project_id="demo",
        version=version,
        salt=salt,
        stable=STABLE,
        candidate=Candidate(NEW, "rel_1", share, lease_until=100.0),
        shadow=shadow,
        issued_at=0.0,
    )


shares = st.floats(0.0, 1.0)


@given(subject=st.text(), small=shares, large=shares, salt=st.text(max_size=20))
def test_growing_share_only_moves_subjects_to_the_candidate(
    subject: str, small: float, large: float, salt: str
) -> None:
    small, large = sorted((small, large))
    before = assign(routing(small, salt=salt), subject=subject, now=1.0)
    after = assign(routing(large, salt=salt), subject=subject, now=1.0)
    assert not (before.arm is Arm.CANDIDATE and after.arm is Arm.STABLE)
    assert before == assign(routing(small, salt=salt), subject=subject, now=50.0)


@given(subject=st.text(), salt=st.text(max_size=200))
def test_position_is_in_the_unit_interval(subject: str, salt: str) -> None:
    assert 0.0 <= position_of(salt, subject) < 1.0


def test_full_share_takes_everyone_and_zero_takes_nobody() -> None:
    subjects = [f"person-{number}" for number in range(500)]
    assert all(assign(routing(1.0), subject=s, now=1.0).arm is Arm.CANDIDATE for s in subjects)
    assert all(assign(routing(0.0), subject=s, now=1.0).arm is Arm.STABLE for s in subjects)


def test_observed_share_follows_the_wanted_one_and_salts_are_independent() -> None:
    subjects = [f"person-{number}" for number in range(20_000)]
    first = [position_of("a", s) < 0.1 for s in subjects]
    second = [position_of("b", s) < 0.1 for s in subjects]
    both = sum(a and b for a, b in zip(first, second, strict=True))
    assert sum(first) / len(subjects) == pytest.approx(0.1, abs=0.01)
    assert both / len(subjects) == pytest.approx(0.01, abs=0.004)


def test_expired_lease_returns_everyone_to_stable() -> None:
    snapshot = routing(1.0, shadow=True)
    assert share_in_force(snapshot, 99.9) == 1.0
    assert share_in_force(snapshot, 100.0) == 0.0
    assert assign(snapshot, subject="anyone", now=100.0).target == STABLE
    assert shadow_in_force(snapshot, 99.9)
    assert not shadow_in_force(snapshot, 100.0)


def test_without_a_subject_stable_answers_and_is_not_analysed() -> None:
    found = assign(routing(1.0), subject=None, now=1.0)
    assert (found.arm, found.analysed) == (Arm.STABLE, False)


def test_pseudonym_hides_the_subject_and_changes_with_the_salt() -> None:
    assert pseudonym_of("a", "ada@example.org") != pseudonym_of("b", "ada@example.org")
    assert "ada" not in pseudonym_of("a", "ada@example.org")


def test_wire_form_round_trips() -> None:
    assert from_json(as_json(routing(0.25, shadow=True))) == routing(0.25, shadow=True)
    with pytest.raises(InvalidInput, match="does not fit"):
        from_json({"project_id": "demo"})


def test_older_version_never_replaces_a_newer_one(tmp_path: Path) -> None:
    assert write_snapshot(tmp_path, routing(0.1, version=5))
    assert not write_snapshot(tmp_path, routing(0.9, version=4))
    assert not write_snapshot(tmp_path, routing(0.9, version=5))
    assert read_snapshot(path_of(tmp_path, "demo")) == routing(0.1, version=5)


@given(cut=st.integers(0, 400))
def test_any_torn_or_altered_file_is_refused(
    tmp_path_factory: pytest.TempPathFactory, cut: int
) -> None:
    folder = tmp_path_factory.mktemp("routing")
    write_snapshot(folder, routing(0.1))
    path = path_of(folder, "demo")
    content = path.read_bytes()
    path.write_bytes(content[: min(cut, len(content) - 1)])
    assert read_snapshot(path) is None
    altered = content.replace(b'"share":0.1', b'"share":0.9')
    assert altered != content
    path.write_bytes(altered)
    assert read_snapshot(path) is None


def test_reader_keeps_the_last_good_one(tmp_path: Path) -> None:
    reader = RoutingReader(tmp_path)
    assert reader.refresh() == []
    write_snapshot(tmp_path, routing(0.1, version=1))
    assert [s.version for s in reader.refresh()] == [1]
    path = path_of(tmp_path, "demo")
    whole = path.read_bytes()
    path.write_bytes(whole[:40])
    assert reader.refresh() == []
    assert reader.unreadable == 1
    path.unlink()
    assert reader.refresh() == []
    assert reader.get("demo") == routing(0.1, version=1)
    write_snapshot(tmp_path, replace(routing(0.3), version=2))
    assert [s.version for s in reader.refresh()] == [2]


def test_fresh_reader_falls_back_to_the_snapshot_before_a_torn_one(tmp_path: Path) -> None:
    write_snapshot(tmp_path, routing(0.1, version=1))
    write_snapshot(tmp_path, routing(0.2, version=2))
    path = path_of(tmp_path, "demo")
    path.write_bytes(path.read_bytes()[:-5])
    reader = RoutingReader(tmp_path)
    assert [s.version for s in reader.refresh()] == [1]
    assert last_good(tmp_path, "demo") == routing(0.1, version=1)
