"""What the demo reports: each round's figures with intervals, and what the gate decided."""

from collections.abc import Sequence

from loopwright.base.types import Json
from loopwright.cli.output import console, figure, print_table
from loopwright.client import Client
from loopwright.simulate.rubric_rate import hidden_rubric_win_rate

_TAKEN = (
    "judgments",
    "dataset",
    "policy",
    "parent_policy",
    "reward_model",
    "win_rate_vs_sft",
    "gate",
    "targeted_tasks_opened",
    "release",
    "seconds",
)


def cycle_round(client: Client, project: str, cycle: Json, *, number: int, seed: int) -> Json:
    """Return a round of the report: what the product measured, and the hidden rubric beside it."""
    result = cycle["result"]
    pairs = _answers(client, project, result["evaluations"]["vs_sft"])
    hidden = hidden_rubric_win_rate(pairs, seed=seed)
    return {
        "round": number,
        **{name: result[name] for name in _TAKEN},
        "hidden_rubric_win_rate_vs_sft": hidden,
    }


def _answers(client: Client, project: str, evaluation_id: str) -> list[Json]:
    """Return {prompt, candidate, baseline} of a comparison's held-out prompts."""
    return [
        {
            "prompt": "\n".join(message["content"] for message in pair["prompt"]),
            "candidate": pair["candidate"],
            "baseline": pair["baseline"],
        }
        for pair in client.evaluation(project, evaluation_id)["pairs"]
    ]


def full_report(rounds: Sequence[Json], *, loop: Json, seed: int, peak_memory_bytes: int) -> Json:
    """Return the whole report."""
    latency = loop["latency"]
    return {
        "seed": seed,
        "simulated": True,
        "peak_memory_bytes": peak_memory_bytes,
        "loop_latency_seconds": {name: latency.get(name) for name in ("median", "max", "n")},
        "rounds": list(rounds),
    }


def print_report(report: Json) -> None:
    """Write the report for people; everything in it is simulated and says so."""
    console.rule("Simulated annotators and traffic")
    rows = []
    for one in report["rounds"]:
        reward = one["reward_model"]
        rows += [
            (one["round"], "judgments", one["judgments"]),
            ("", "win rate against SFT, by annotators", figure(one["win_rate_vs_sft"])),
            ("", "the same by the hidden rubric", figure(one["hidden_rubric_win_rate_vs_sft"])),
            ("", "reward model on held-out pairs", figure(reward["old"])),
            ("", "on the new policy's own pairs", figure(reward["on_policy"])),
            ("", "right against wrong, same style", figure(reward["contrast"])),
            ("", "gate", one["gate"]["decision"]),
        ]
    print_table("What each round found", ("round", "figure", "value [95 % interval]"), rows)
    for one in report["rounds"]:
        console.print(f"Round {one['round']}: [bold]{one['gate']['decision']}[/bold]")
        for reason in one["gate"]["reasons"]:
            console.print(f"  {reason}", highlight=False)
        release = one["release"]
        console.print(
            f"  release: {release['outcome']} ({', '.join(release['stages']) or 'no stage'}); "
            f"targeted tasks opened: {one['targeted_tasks_opened']}"
        )
    latency = report["loop_latency_seconds"]
    if latency.get("median") is not None:
        console.print(
            f"Loop latency, judgment to decision: median {latency['median']:.0f} s, "
            f"longest {latency['max']:.0f} s."
        )
    console.print(f"Peak memory {report['peak_memory_bytes'] / 1024**3:.1f} GiB.")
