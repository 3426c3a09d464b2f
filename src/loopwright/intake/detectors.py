"""Detectors of personal data and secrets: a cheap pattern proposes, a library validates.

Each `find_*` returns findings with the canonical value (an email in lower case, a phone as
E.164, digits only), so that two spellings of one value get one placeholder.
"""

from __future__ import annotations

import ipaddress
import math
import re
from collections import Counter
from typing import NamedTuple

import phonenumbers
from stdnum import iban, luhn
from stdnum.us import ssn


class Found(NamedTuple):
    """One value found in a text: where it stands, its type, its canonical spelling."""

    start: int
    end: int
    kind: str
    value: str


# --- email ---------------------------------------------------------------------------------

_EMAIL = re.compile(
    r"(?<![\w.!#$%&'*+/=?^`{|}~-])[\w.!#$%&'*+/=?^`{|}~-]{1,64}@"
    r"(?:[^\W_](?:[\w-]{0,61}[^\W_])?\.){1,8}(?:[^\W\d_]{2,24}|xn--[a-z0-9-]{2,59})"
)


def find_emails(text: str) -> list[Found]:
    """Email addresses, international ones included."""
    return [Found(m.start(), m.end(), "EMAIL", m[0].lower()) for m in _EMAIL.finditer(text)]


# --- bank and card numbers -----------------------------------------------------------------

_CARD = re.compile(r"(?<![\w.])(?<!\d-)[2-6](?:[ \-]?[0-9]){11,22}(?!\w)")
_IBAN = re.compile(r"(?<![A-Za-z0-9])[A-Za-z]{2}[0-9]{2}(?:[ \-]?[A-Za-z0-9]){11,34}")
_SSN = re.compile(r"(?<![\w-])[0-9]{3}-[0-9]{2}-[0-9]{4}(?![\w-])")


def find_cards(text: str) -> list[Found]:
    """Payment cards: a known issuer prefix, its length and the Luhn check digit."""
    found = []
    for match in _CARD.finditer(text):
        for end in _ends(text, match, at_least=12):
            groups = re.split("[ -]", text[match.start() : end])
            digits = "".join(groups)
            if min(map(len, groups)) < 3:  # a list of small numbers
                continue
            if _issuer_fits(digits) and luhn.is_valid(digits):
                found.append(Found(match.start(), end, "CARD", digits))
                break
    return found


def _ends(text: str, match: re.Match[str], *, at_least: int) -> list[int]:
    """Where a value inside a greedy match may end, longest first: only between groups."""
    places = [
        i + 1
        for i in range(match.start(), match.end())
        if text[i].isalnum() and not (i + 1 < len(text) and text[i + 1].isalnum())
    ]
    return [i for i in reversed(places) if i - match.start() >= at_least]


def _issuer_fits(digits: str) -> bool:
    size, two, four = len(digits), int(digits[:2]), int(digits[:4])
    if digits[0] == "4":
        return size in (13, 16, 19)
    if 51 <= two <= 55 or 2221 <= four <= 2720:
        return size == 16
    if two in (34, 37):
        return size == 15
    if two in (30, 36, 38, 39):
        return size in (14, 16)
    if 3528 <= four <= 3589:
        return size == 16
    return (two == 50 or 56 <= two <= 69) and 12 <= size <= 19


def find_ibans(text: str) -> list[Found]:
    """IBANs, compact or in groups; a word behind one is not swallowed."""
    found = []
    for match in _IBAN.finditer(text):
        for end in _ends(text, match, at_least=15):
            value = iban.compact(text[match.start() : end].upper())
            if len(value) <= 34 and iban.is_valid(value):
                found.append(Found(match.start(), end, "IBAN", value))
                break
    return found


def find_ssns(text: str) -> list[Found]:
    """United States social security numbers in their usual 3-2-4 shape."""
    return [
        Found(m.start(), m.end(), "SSN", m[0]) for m in _SSN.finditer(text) if ssn.is_valid(m[0])
    ]


# --- network addresses ---------------------------------------------------------------------

_IPV4 = re.compile(r"(?<![\w.])(?:[0-9]{1,3}\.){3}[0-9]{1,3}(?!\.?\w)")
_IPV6 = re.compile(r"(?<![\w:.])[0-9A-Fa-f]{0,4}(?::[0-9A-Fa-f]{0,4}){2,7}(?![\w:])")
_VERSION_BEFORE = re.compile(r"(?:\bv|version|\bver\.?|release|section|chapter|§)\s*$", re.I)
_ADDRESS_BEFORE = re.compile(r"(?:\bip\b|addr|host|server|dns|ping|from|://|@)[^0-9]{0,12}$", re.I)


def find_addresses(text: str) -> list[Found]:
    """IPv4 and IPv6 addresses; loopback, versions and section numbers are left alone."""
    found: list[Found] = []
    if text.count(".") >= 3:
        found += [f for m in _IPV4.finditer(text) if (f := _ipv4(text, m)) is not None]
    if text.count(":") >= 2:
        found += [f for m in _IPV6.finditer(text) if (f := _ipv6(m)) is not None]
    return found


def _ipv4(text: str, match: re.Match[str]) -> Found | None:
    try:
        address = ipaddress.IPv4Address(match[0])
    except ValueError:
        return None
    if address.is_loopback or address.is_unspecified or match[0] == "255.255.255.255":
        return None
    before = text[max(0, match.start() - 24) : match.start()]
    if _VERSION_BEFORE.search(before):
        return None
    if len(match[0]) == 7 and not _ADDRESS_BEFORE.search(before):  # 1.2.3.4: a section number
        return None
    return Found(match.start(), match.end(), "IP", str(address))


def _ipv6(match: re.Match[str]) -> Found | None:
    groups = [group for group in match[0].split(":") if group]
    if len(groups) < 3 or not any(char.isdigit() for char in match[0]):  # a::b is code
        return None
    try:
        address = ipaddress.IPv6Address(match[0])
    except ValueError:
        return None
    return Found(match.start(), match.end(), "IP", str(address))


# --- phone numbers -------------------------------------------------------------------------

_PHONE = re.compile(
    r"(?<![\w.,+])(?<!\d[-/])(?:\+|\()?[0-9](?:[\s().\-/–‑]{0,3}[0-9]){6,40}"
    r"(?:\s?(?:x|ext\.?)\s?[0-9]{1,6})?(?![\w])(?![-/.,]\d)"
)
_NORTH_AMERICAN = re.compile(
    r"(?:(?:\+|00)?1[\s.\-]?)?(?:\([2-9]\d{2}\)\s?|[2-9]\d{2}[\s.\-])[2-9]\d{2}[\s.\-]\d{4}"
)
_NORTH_AMERICAN_INSIDE = re.compile(rf"(?<![\d\-/.])(?:{_NORTH_AMERICAN.pattern})(?![\d\-/.])")
_DATE_LIKE = re.compile(r"\d{4}([-/. ])\d{1,2}\1\d{1,2}|\d{1,2}([-/. ])\d{1,2}\2\d{4}")
_PHONE_BEFORE = re.compile(
    r"(?:phone|\btel\b|telephone|\bcall|mobile|\bcell|\bfax|whatsapp|\bsms\b|\btext me|"
    r"contact|\bdial|reach me|number is)[^0-9]{0,20}$",
    re.IGNORECASE,
)
_REGIONS = ("US", "GB", "DE", "FR")


def find_phones(text: str) -> list[Found]:
    """Phone numbers: international, North American shape, or national with context."""
    found = []
    for match in _PHONE.finditer(text):
        value = _phone_value(text, match)
        if value is not None:
            found.append(Found(match.start(), match.end(), "PHONE", value))
        else:  # several numbers in a row make one greedy candidate
            found += [
                Found(match.start() + m.start(), match.start() + m.end(), "PHONE", _ten(m[0]))
                for m in _NORTH_AMERICAN_INSIDE.finditer(match[0])
            ]
    return found


def _ten(raw: str) -> str:
    return "+1" + "".join(char for char in raw if char.isdigit())[-10:]


def _phone_value(text: str, match: re.Match[str]) -> str | None:
    raw = re.sub(r"\s?(?:x|ext\.?)\s?[0-9]{1,6}$", "", match[0])
    if _DATE_LIKE.fullmatch(raw):
        return None
    digits = "".join(char for char in raw if char.isdigit())
    if raw.startswith("+") or (raw.startswith("00") and len(digits) >= 11):
        return _valid("+" + digits.removeprefix("00"), None)
    if _NORTH_AMERICAN.fullmatch(raw):
        return _ten(raw)
    if _PHONE_BEFORE.search(text[max(0, match.start() - 40) : match.start()]):
        if 7 <= len(digits) <= 8 and re.fullmatch(r"\d{3,4}[\s.\-]\d{4}", raw):
            return digits
        return next((v for region in _REGIONS if (v := _valid(digits, region))), None)
    groups = re.split(r"[\s().\-/–‑]+", raw.strip("()"))
    if digits[0] == "0" and len(digits) >= 10 and len(groups) >= 3 and _telephone_groups(groups):
        return next((v for region in _REGIONS if (v := _valid(digits, region))), None)
    return None


def _telephone_groups(groups: list[str]) -> bool:
    # 01 02 03 04 05 may be anything; French mobiles start with 06 or 07.
    return len(groups[0]) >= 3 or groups[0] in ("06", "07")


def _valid(number: str, region: str | None) -> str | None:
    try:
        parsed = phonenumbers.parse(number, region)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_valid_number(parsed):
        return None
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)


# --- secrets -------------------------------------------------------------------------------

_PREFIXES: dict[str, str] = {
    "sk-": r"sk-(?:[A-Za-z0-9]+-)*[A-Za-z0-9_\-]{16,}",
    "sk_": r"[srp]k_(?:live|test)_[A-Za-z0-9]{10,}",
    "gh": r"gh[pousr]_[A-Za-z0-9]{20,}",
    "github_pat_": r"github_pat_[A-Za-z0-9_]{20,}",
    "glpat-": r"glpat-[A-Za-z0-9_\-]{16,}",
    "xox": r"xox[abeoprs]-[A-Za-z0-9\-]{10,}",
    "AKIA": r"AKIA[0-9A-Z]{16}",
    "ASIA": r"ASIA[0-9A-Z]{16}",
    "AIza": r"AIza[0-9A-Za-z_\-]{30,}",
    "ya29.": r"ya29\.[0-9A-Za-z_\-]{20,}",
    "hf_": r"hf_[A-Za-z0-9]{20,}",
    "npm_": r"npm_[A-Za-z0-9]{30,}",
    "pypi-": r"pypi-[A-Za-z0-9_\-]{30,}",
    "SG.": r"SG\.[A-Za-z0-9_\-]{16,}\.[A-Za-z0-9_\-]{16,}",
    "dop_v1_": r"dop_v1_[a-f0-9]{40,}",
    "shpat_": r"shpat_[A-Fa-f0-9]{20,}",
    "lw_": r"lw_[A-Za-z0-9_\-]{20,}",
    "eyJ": r"eyJ[A-Za-z0-9_\-]{8,}\.eyJ[A-Za-z0-9_\-]{8,}\.[A-Za-z0-9_\-]{8,}",
}
_PREFIXED = {
    prefix: re.compile(rf"(?<![A-Za-z0-9])(?:{pattern})") for prefix, pattern in _PREFIXES.items()
}
_PRIVATE_KEY = re.compile(
    r"-----BEGIN [A-Z0-9 ]*PRIVATE KEY-----.*?(?:-----END [A-Z0-9 ]*PRIVATE KEY-----|\Z)", re.S
)
_URL_PASSWORD = re.compile(r"(?<=://)([^\s:/@\[\]]{1,64}):([^\s/@\[\]]{1,128})(?=@)")
_KEYED = re.compile(
    r"(?:api[_ -]?key|secret|token|passw(?:or)?d|\bpwd|access[_ -]?key|private[_ -]?key|bearer)"
    r"[\w-]{0,24}[\"'`]?\s{0,3}(?::=|=>|=|:|\bis\b|\s)\s{0,3}(?:bearer\s{1,3})?[\"'`]?"
    r"([^\s\"'`,;<>()\[\]{}]{8,200})",
    re.IGNORECASE,
)
_KEY_WORDS = ("key", "secret", "token", "passw", "pwd", "bearer")


def find_secrets(text: str) -> list[Found]:
    """API keys by their public prefixes, private keys, and random strings named as secrets."""
    found: list[Found] = []
    if "PRIVATE KEY-----" in text:
        found += [Found(m.start(), m.end(), "SECRET", m[0]) for m in _PRIVATE_KEY.finditer(text)]
    for prefix, pattern in _PREFIXED.items():
        if prefix in text:
            found += [Found(m.start(), m.end(), "SECRET", m[0]) for m in pattern.finditer(text)]
    if "://" in text:
        found += [Found(m.start(2), m.end(2), "SECRET", m[2]) for m in _URL_PASSWORD.finditer(text)]
    lowered = text.lower()
    if any(word in lowered for word in _KEY_WORDS):
        found += [
            Found(m.start(1), m.start(1) + len(value), "SECRET", value)
            for m in _KEYED.finditer(text)
            if looks_random(value := m[1].rstrip(".!?:"))
        ]
    return found


def looks_random(token: str) -> bool:
    """True for a token with letters and digits and at least 3 bits of entropy a character.

    Entropy is Shannon's over the token's own characters; words, numbers and paths fail.
    """
    if len(token) < 8 or "://" in token:
        return False
    if not (any(c.isdigit() for c in token) and any(c.isalpha() for c in token)):
        return False
    size = len(token)
    bits = -sum(n / size * math.log2(n / size) for n in Counter(token).values())
    return bits >= min(3.0, math.log2(size) - 0.5)
