"""Masking: every kind is found in its usual spellings, ordinary numbers are left alone."""

from __future__ import annotations

import pytest

from loopwright.intake.masking import MaskScope, mask_text

FOUND = [
    ("write to john.doe+tag@example.co.uk now", "EMAIL"),
    ("Grüße an jürgen@müller.de", "EMAIL"),
    ("call +49 30 901820 today", "PHONE"),
    ("call (212) 555-0199 x12", "PHONE"),
    ("212.555.0199", "PHONE"),
    ("0044 20 7946 0958", "PHONE"),
    ("London 020 7946 0958", "PHONE"),
    ("mon portable 06 12 34 56 78", "PHONE"),
    ("my phone number is 2125550199", "PHONE"),
    ("card 4111 1111 1111 1111", "CARD"),
    ("card 4111-1111-1111-1111 123", "CARD"),
    ("amex 378282246310005.", "CARD"),
    ("DE89 3704 0044 0532 0130 00 and thanks", "IBAN"),
    ("gb82west12345698765432", "IBAN"),
    ("ssn 536-22-1234", "SSN"),
    ("from 192.168.1.77:8080", "IP"),
    ("server 8.8.8.8 is down", "IP"),
    ("fe80::1ff:fe23:4567:890a answered", "IP"),
    ("2001:db8:0:0:0:ff00:42:8329", "IP"),
    ("OPENAI sk-proj-abcdEFGH1234567890ab", "SECRET"),
    ("token ghp_abcdefghijklmnopqrstuvwxyz0123456789", "SECRET"),
    ("AKIAIOSFODNN7EXAMPLE", "SECRET"),
    ("api_key = 'zX9kQ2mP7vLs4TnB'", "SECRET"),
    ("password: hunter2xx9", "SECRET"),
    ("postgres://bob:hunter2@db/x", "SECRET"),
    ("Authorization: Bearer abc123DEF456ghi789", "SECRET"),
    ("-----BEGIN RSA PRIVATE KEY-----\nMIIE\n-----END RSA PRIVATE KEY-----", "SECRET"),
]

LEFT_ALONE = [
    "In 2024 we sold 1,234,567 units for 12.50 each.",
    "on 2021-03-04 at 12:30:45, or 04/03/2021, or 04.03.2021",
    "version 1.2.3.4 and v10.0.22.1 and section 3.2.1.4",
    "order 1234567890 of batch 20240131 at 1608650000123",
    "pi is 3.14159265358979 and e is 2.718281828459045",
    "std::vector<int> a::b; Foo::Bar::baz()",
    "0x1234abcd, 550e8400-e29b-41d4-a716-446655440000",
    "1 2 3 4 5 6 7 8 9 10 11 12 13 14 15",
    "01 02 03 04 05 came out",
    "isbn 978-3-16-148410-0 and page 123-456",
    "localhost is 127.0.0.1, any is 0.0.0.0",
    "the secret is to be patient, the key is practice",
    "tokens per second: 10000000000",
    "a tweet by @somebody at 5pm @ home",
    "4111 1111 1111 1112 fails the check digit",
    "12345678901234567890123456789012345678901234567890",
]


@pytest.mark.parametrize(("text", "kind"), FOUND)
def test_a_value_is_found_and_typed(text: str, kind: str) -> None:
    masked = mask_text(text)
    assert dict(masked.counts) == {kind: 1}, masked.text
    assert f"[{kind}_1]" in masked.text


@pytest.mark.parametrize("text", LEFT_ALONE)
def test_ordinary_text_is_left_alone(text: str) -> None:
    masked = mask_text(text)
    assert masked.text == text
    assert masked.counts == {}


def test_the_same_value_has_the_same_placeholder_within_an_item() -> None:
    scope = MaskScope()
    prompt = scope.mask("I am ann@example.com, not bob@example.com.")
    answer = scope.mask("Hello ANN@example.com! And carl@example.com?")
    assert prompt.text == "I am [EMAIL_1], not [EMAIL_2]."
    assert answer.text == "Hello [EMAIL_1]! And [EMAIL_3]?"
    assert dict(answer.counts) == {"EMAIL": 2}


def test_spellings_of_one_phone_share_a_placeholder() -> None:
    masked = mask_text("(212) 555-0199, again 212.555.0199 or +1 212 555 0199")
    assert masked.text == "[PHONE_1], again [PHONE_1] or [PHONE_1]"


def test_a_number_already_in_the_text_is_never_given_out_again() -> None:
    assert mask_text("[EMAIL_1] wrote to ann@example.com").text == "[EMAIL_1] wrote to [EMAIL_2]"
    scope = MaskScope(reserved_in=["before: [EMAIL_4]"])
    assert scope.mask("ann@example.com").text == "[EMAIL_5]"


def test_adjacent_values_do_not_hide_each_other() -> None:
    assert mask_text("a@b.com-x@c.de").text == "[EMAIL_1][EMAIL_2]"
    assert mask_text("212-555-0199 212-555-0198").text == "[PHONE_1] [PHONE_2]"


def test_names_known_from_the_record_are_masked() -> None:
    masked = MaskScope(known_names=["Ann Lee", "Ann"]).mask("Ann Lee met ANN; Anna did not.")
    assert masked.text == "[NAME_1] met [NAME_2]; Anna did not."


def test_an_empty_text_stays_empty() -> None:
    assert mask_text("").text == ""
