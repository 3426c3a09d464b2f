"""The gate before a release: evidence in, verdict out; pure.

Any failed check refuses, whatever the others say: no weight can buy a hard limit back. What is
missing or unclear holds, and the sentence says what is missing. Only all passed checks ship.
"""

from loopwright.release.model import (
    CheckResult,
    Decision,
    GateCheck,
    GateEvidence,
    GateLimits,
    GateVerdict,
)
from loopwright.stats.estimate import Estimate

ACCURACY_NAMES = {
    "contrast": "Accuracy of the reward model on contrast pairs",
    "on_policy": "Accuracy of the reward model on the candidate's own answers",
    "old": "Accuracy of the reward model on held-out old pairs",
}


def decide_gate(evidence: GateEvidence, gates: GateLimits) -> GateVerdict:
    """Return the verdict on a candidate: ship, refuse or hold, with reasons and figures."""
    checks = (
        _win_rate(evidence, gates),
        *_accuracies(evidence, gates),
        *_hard_limits(evidence, gates),
    )
    failed = [check for check in checks if check.result is CheckResult.FAILED]
    unknown = [check for check in checks if check.result is CheckResult.UNKNOWN]
    if failed:
        decision, deciding = Decision.REFUSE, [*failed, *unknown]
    elif unknown:
        decision, deciding = Decision.HOLD, unknown
    else:
        decision, deciding = Decision.SHIP, list(checks)
    return GateVerdict(decision, tuple(check.sentence for check in deciding), checks)


def _win_rate(evidence: GateEvidence, gates: GateLimits) -> GateCheck:
    found, limit = evidence.win_rate, gates.win_rate_low
    missing = []
    if evidence.raters < gates.min_raters:
        missing.append(_more(gates.min_raters - evidence.raters, "annotator"))
    if evidence.judgments < gates.min_judgments:
        missing.append(_more(gates.min_judgments - evidence.judgments, "judgment"))
    have = f"{_count(evidence.judgments, 'judgment')} by {_count(evidence.raters, 'annotator')}"
    if missing:
        result = CheckResult.UNKNOWN
        sentence = f"The win rate needs {' and '.join(missing)}: there are {have}."
    elif found.low is None or found.high is None or found.value is None:
        result = CheckResult.UNKNOWN
        sentence = f"The win rate is not known: {found.reason or 'no interval'} ({have})."
    elif found.low > limit:
        result = CheckResult.PASSED
        sentence = (
            f"Annotators prefer the candidate: win rate {_range(found)} from {have}, "
            f"above {limit:.2f}."
        )
    elif found.high < limit:
        result = CheckResult.FAILED
        sentence = (
            f"Annotators prefer the current version: win rate {_range(found)} from {have}, "
            f"below {limit:.2f}."
        )
    else:
        result = CheckResult.UNKNOWN
        sentence = (
            f"The win rate is not clear yet: {_range(found)} from {have}; its lower end must be "
            f"above {limit:.2f}."
        )
    return _check("win_rate", result, sentence, estimate=found, limit=limit)


def _accuracies(evidence: GateEvidence, gates: GateLimits) -> list[GateCheck]:
    demanded = {
        "contrast": gates.contrast_accuracy_low,
        "on_policy": gates.on_policy_accuracy_low,
    }
    return [
        _accuracy(name, evidence.accuracies.get(name), limit)
        for name, limit in demanded.items()
        if limit is not None
    ]


def _accuracy(name: str, found: Estimate | None, limit: float) -> GateCheck:
    what = ACCURACY_NAMES[name]
    if found is None or found.value is None or found.low is None or found.high is None:
        reason = (found and found.reason) or "it was not measured"
        result, sentence = CheckResult.UNKNOWN, f"{what} is not known: {reason}."
    elif found.low >= limit:
        result = CheckResult.PASSED
        sentence = f"{what} is {_range(found)} (n = {found.n}), at least {limit:.2f}."
    elif found.high < limit:
        result = CheckResult.FAILED
        sentence = (
            f"{what} is {_range(found)} (n = {found.n}), below {limit:.2f}: the reward model "
            "likes answers that people call wrong."
        )
    else:
        result = CheckResult.UNKNOWN
        sentence = (
            f"{what} is not clear yet: {_range(found)} (n = {found.n}); its lower end must be at "
            f"least {limit:.2f}."
        )
    return _check(f"{name}_accuracy", result, sentence, estimate=found, limit=limit)


def _hard_limits(evidence: GateEvidence, gates: GateLimits) -> list[GateCheck]:
    checks = []
    if gates.max_length_ratio is not None:
        checks.append(
            _at_most(
                "length_ratio",
                "Length of the candidate's answers, relative to the current version's",
                evidence.length_ratio,
                gates.max_length_ratio,
            )
        )
    if gates.max_canned_share is not None:
        found = evidence.canned_share.get("candidate")
        named = dict(evidence.canned_share) if found is not None else {"candidate": None}
        named.pop("stable", None)
        for name, share in named.items():
            what = f"Share of canned answers ({name.replace('_', ' ')})"
            checks.append(_at_most(f"canned_share:{name}", what, share, gates.max_canned_share))
    if gates.min_distinct_share is not None:
        checks.append(_distinct(evidence.distinct_share, gates.min_distinct_share))
    return checks


def _at_most(name: str, what: str, found: Estimate | None, limit: float) -> GateCheck:
    if found is None or found.value is None:
        reason = (found and found.reason) or "it was not measured"
        result, sentence = CheckResult.UNKNOWN, f"{what} is not known: {reason}."
    elif found.value > limit:
        result = CheckResult.FAILED
        sentence = (
            f"{what} is {_range(found)} (n = {found.n}), over the hard limit of {limit:.2f}, "
            "which no other figure outweighs."
        )
    else:
        result = CheckResult.PASSED
        sentence = f"{what} is {_range(found)} (n = {found.n}), within {limit:.2f}."
    return _check(name, result, sentence, estimate=found, limit=limit, hard=True)


def _distinct(found: Estimate | None, limit: float) -> GateCheck:
    what = "Share of distinct answers"
    if found is None or found.value is None:
        result, sentence = CheckResult.UNKNOWN, f"{what} is not known: it was not measured."
    elif found.value < limit:
        result = CheckResult.FAILED
        sentence = f"{what} is {_range(found)} (n = {found.n}), under the hard limit {limit:.2f}."
    else:
        result = CheckResult.PASSED
        sentence = f"{what} is {_range(found)} (n = {found.n}), at least {limit:.2f}."
    return _check("distinct_share", result, sentence, estimate=found, limit=limit, hard=True)


def _check(
    name: str,
    result: CheckResult,
    sentence: str,
    *,
    estimate: Estimate | None,
    limit: float,
    hard: bool = False,
) -> GateCheck:
    return GateCheck(
        name=name,
        result=result,
        sentence=sentence,
        hard=hard,
        estimate=None if estimate is None else estimate.as_dict(),
        limit=limit,
    )


def _range(found: Estimate) -> str:
    if found.low is None or found.high is None:
        return f"{found.value:.2f}"
    return f"{found.value:.2f} ({found.low:.2f} to {found.high:.2f})"


def _more(number: int, noun: str) -> str:
    return f"{number} more {noun}{'' if number == 1 else 's'}"


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"
