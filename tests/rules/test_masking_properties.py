"""Masking properties: no value survives, and masking a masked text changes nothing."""

from __future__ import annotations

import random
import string

import phonenumbers
from hypothesis import example, given, settings
from hypothesis import strategies as st
from stdnum import luhn

from loopwright.intake.masking import MaskScope, mask_text

WORDS = st.text(alphabet=string.ascii_letters + " .,!?\n", max_size=40)
NOISE = st.text(
    alphabet=st.one_of(
        st.sampled_from("0123456789+-() .@:/[]_abcdefXYZ="), st.characters(codec="utf-8")
    ),
    max_size=120,
)
DIGITS = string.digits


@st.composite
def emails(draw: st.DrawFn) -> str:
    local = draw(st.from_regex(r"[a-z][a-z0-9._+-]{0,20}[a-z0-9]", fullmatch=True))
    domain = draw(st.from_regex(r"[a-z][a-z0-9-]{0,10}[a-z0-9]", fullmatch=True))
    return f"{local}@{domain}.{draw(st.sampled_from(['com', 'de', 'co.uk', 'museum']))}"


@st.composite
def phones(draw: st.DrawFn) -> str:
    region = draw(st.sampled_from(["US", "GB", "DE", "FR", "JP", "BR", "IN"]))
    number = phonenumbers.example_number(region)
    assert number is not None
    style = draw(
        st.sampled_from(
            [phonenumbers.PhoneNumberFormat.E164, phonenumbers.PhoneNumberFormat.INTERNATIONAL]
        )
    )
    return str(phonenumbers.format_number(number, style))


@st.composite
def cards(draw: st.DrawFn) -> str:
    body = draw(st.sampled_from(["4", "51", "2221", "6011"]))
    body += draw(st.text(alphabet=DIGITS, min_size=15 - len(body), max_size=15 - len(body)))
    number = body + luhn.calc_check_digit(body)
    separator = draw(st.sampled_from(["", " ", "-"]))
    return separator.join(number[i : i + 4] for i in range(0, 16, 4))


@st.composite
def ipv4(draw: st.DrawFn) -> str:
    first = draw(st.integers(11, 126))
    return ".".join(map(str, [first, *(draw(st.integers(0, 255)) for _ in range(3))]))


@st.composite
def keys(draw: st.DrawFn) -> str:
    seed = draw(st.integers(0, 10**9))
    body = "".join(random.Random(seed).choices(string.ascii_letters + DIGITS, k=40))
    return draw(st.sampled_from(["sk-", "ghp_", "glpat-", "hf_"])) + body


VALUES = st.one_of(emails(), phones(), cards(), ipv4(), keys())


@settings(deadline=None)
@given(before=WORDS, value=VALUES, after=WORDS)
def test_no_original_value_survives(before: str, value: str, after: str) -> None:
    masked = mask_text(f"{before}: {value} {after}")
    assert value not in masked.text
    assert sum(masked.counts.values()) >= 1


@settings(deadline=None)
@given(values=st.lists(VALUES, min_size=2, max_size=5))
def test_a_list_of_values_is_masked_whole(values: list[str]) -> None:
    masked = mask_text(", ".join(values))
    assert not [value for value in values if value in masked.text]


@settings(deadline=None)
@given(text=NOISE)
@example("a@b.com-x@c.de")
@example("[EMAIL_1]x@c.de[PHONE_2]")
@example("[EMAIL_999999]a@b.cc")
def test_masking_a_masked_text_changes_nothing(text: str) -> None:
    once = mask_text(text)
    again = mask_text(once.text)
    assert again.text == once.text
    assert again.counts == {}


@settings(deadline=None)
@given(first=NOISE, second=NOISE)
def test_a_scope_is_idempotent_over_its_texts(first: str, second: str) -> None:
    scope = MaskScope()
    once = [scope.mask(first).text, scope.mask(second).text]
    fresh = MaskScope()
    assert [fresh.mask(text).text for text in once] == once
