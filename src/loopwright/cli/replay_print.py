"""A replay's report for people: a short table, then what was counted and how."""

from loopwright.base.types import Json
from loopwright.cli.output import console, print_table

_LABELS = {
    "accuracy": "Right, with early exit",
    "accuracy_majority": "Right, majority of all votes",
    "accuracy_em": "Right, batch EM on all votes",
    "accuracy_dawid_skene": "Right, plain Dawid-Skene on all votes",
    "accuracy_all_votes": "Right, without early exit",
    "accuracy_over_majority": "Early exit minus majority",
    "accuracy_over_em": "Early exit minus batch EM",
    "saved_at_equal_accuracy": "Votes saved at the majority's accuracy",
    "saved_vs_em_at_equal_accuracy": "Votes saved at batch EM's accuracy",
    "ece": "Calibration error",
    "ece_uncalibrated": "Calibration error before calibration",
    "closed_error": "Wrong among items closed early",
    "alpha": "Agreement (Krippendorff's alpha)",
}
_PAIRS = {
    "accuracy": "Votes foretold, annotator-aware ratings",
    "accuracy_majority": "Votes foretold, majority of the others",
    "accuracy_bradley_terry": "Votes foretold, plain Bradley-Terry",
    "log_loss": "Log loss, annotator-aware ratings",
    "log_loss_bradley_terry": "Log loss, plain Bradley-Terry",
    "ece": "Calibration error",
    "alpha": "Agreement (Krippendorff's alpha)",
}
_COLUMNS = ("figure", "value", "95 % interval", "n")
_TOP = 10


def print_report(report: Json) -> None:
    """Print the table, the counts and the notes."""
    figures = report["figures"]
    names = _PAIRS if report["kind"] == "pairs" else _LABELS
    known = [key for key in names if figures.get(key, {}).get("value") is not None]
    rows = [_row(names[key], figures[key]) for key in known]
    print_table(f"Replay of {report['replay']}", _COLUMNS, rows)
    for line in (*_unknown(names, figures), *_counts(report)):
        console.print(line, highlight=False, markup=False)
    if report.get("ratings"):
        rated = [one for one in report["ratings"] if one["rating"]["value"] is not None]
        rows = [_row(one["source"], one["rating"]) for one in rated[:_TOP]]
        print_table("Ratings in logits, best first", ("side", *_COLUMNS[1:]), rows)
    for note in report["notes"]:
        console.print(f"- {note}", highlight=False, markup=False)
    console.print("How each figure was got: --json.", highlight=False)


def _unknown(names: dict[str, str], figures: Json) -> list[str]:
    """Return what is not known, once for each reason."""
    reasons: dict[str, list[str]] = {}
    for key, text in names.items():
        one = figures.get(key)
        if one is not None and one["value"] is None:
            reasons.setdefault(str(one["reason"]), []).append(text)
    return [f"Unknown, {reason}: {'; '.join(texts)}." for reason, texts in reasons.items()]


def _counts(report: Json) -> list[str]:
    figures, file = report["figures"], report["file"]
    used, total = figures["votes_used"], figures["votes_total"]
    share = f" ({1 - used / total:.0%} fewer)" if total else ""
    lines = [f"Votes used: {used:,} of {total:,}{share}."]
    if "hours" in file:
        lines.append(f"Hours of judging: {file['hours_used']:,} of {file['hours']:,}.")
    told = ("items", "annotators", "answers", "gold_items")
    counts = ", ".join(f"{name.replace('_', ' ')} {file[name]:,}" for name in told)
    return [*lines, f"{counts.capitalize()}; seed {report['seed']}."]


def _row(name: str, estimate: Json) -> tuple[str, str, str, str]:
    value, low, high = (estimate[key] for key in ("value", "low", "high"))
    interval = str(estimate["reason"] or "")
    if low is not None and high is not None:
        interval = f"{low:.3f} to {high:.3f}"
    return name, f"{value:.3f}", interval, f"{estimate['n']:,}"
