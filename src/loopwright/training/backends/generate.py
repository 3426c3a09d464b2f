"""Sampling from a policy: `python -m loopwright.training.backends.generate SPEC.json`.

Spec: policy, prompts (rows {id, prompt}), completions_per_prompt, temperature, top_p,
max_new_tokens, system_prompt, seed, batch; best_of with reward_model keeps the best of n draws.
Output rows: {prompt_id, index, text, tokens, finish, reward?}.
"""

from typing import Any

from loopwright.base.types import Json
from loopwright.training.backends.files import (
    Job,
    finish,
    messages,
    read_job,
    read_rows,
    report,
    write_rows,
)


def run(job: Job) -> None:
    """Sample batch by batch; finished batches are kept, so a restart goes on where it was."""
    import torch
    from transformers import set_seed

    from loopwright.training.backends.sampling import Decoding, Sampler

    torch.set_num_threads(job.count("threads", 1))
    decoding = Decoding(
        temperature=job.number("temperature", 1.0),
        top_p=job.number("top_p", 1.0),
        max_new_tokens=job.count("max_new_tokens", 96),
    )
    per_prompt = job.count("completions_per_prompt", 1)
    draws = max(1, job.count("best_of", 1))
    wanted = _wanted(job, per_prompt * draws)
    size = job.count("batch", 256)
    batches = [wanted[i : i + size] for i in range(0, len(wanted), size)]
    sampler = Sampler.load(job.input("policy"))
    parts = job.folder / "parts"
    rows: list[Json] = []
    for number, batch in enumerate(batches):
        part = parts / f"{number:05d}.jsonl"
        if not part.is_file():
            set_seed(job.seed * 100_003 + number)
            drawn = sampler.complete([w["messages"] for w in batch], decoding)
            write_rows(part, [_line(w, s) for w, s in zip(batch, drawn, strict=True)])
        rows += read_rows(part)
        report(job, step=number + 1, total=len(batches), metrics={"completions": len(rows)})
    if draws > 1:
        rows = _best(job, rows, wanted, draws)
    rows.sort(key=lambda r: (r["order"], r["index"]))
    out = job.outputs / "completions.jsonl"
    write_rows(out, [{k: v for k, v in r.items() if k != "order"} for r in rows])
    finish(job, outputs={"completions": out}, metrics=_metrics(rows))


def _wanted(job: Job, count: int) -> list[Json]:
    """One entry per completion to draw, ordered by prompt length to waste little padding."""
    system_prompt = job.spec.get("system_prompt") or ""
    entries = []
    for order, row in enumerate(read_rows(job.input("prompts"))):
        turns = messages(row.get("messages") or row["prompt"], system_prompt=system_prompt)
        key = row.get("id") or row.get("prompt_id") or str(order)
        entries += [
            {"prompt_id": key, "index": i, "order": order, "messages": turns} for i in range(count)
        ]
    return sorted(entries, key=lambda e: sum(len(m["content"]) for m in e["messages"]))


def _line(wanted: Json, sampled: Any) -> Json:
    return {
        "prompt_id": wanted["prompt_id"],
        "order": wanted["order"],
        "index": wanted["index"],
        "text": sampled.text,
        "tokens": sampled.tokens,
        "finish": sampled.finish,
    }


def _best(job: Job, rows: list[Json], wanted: list[Json], draws: int) -> list[Json]:
    """Keep the highest-reward completion of every `draws` in a row (best-of-n)."""
    from loopwright.training.backends.scoring import Scorer

    turns = {w["order"]: w["messages"] for w in wanted}
    scorer = Scorer.load(job.input("reward_model"))
    rewards = scorer.score([turns[r["order"]] for r in rows], [r["text"] for r in rows])
    groups: dict[tuple[int, int], Json] = {}
    for row, reward in zip(rows, rewards, strict=True):
        key = (row["order"], row["index"] // draws)
        if key not in groups or reward > groups[key]["reward"]:
            groups[key] = {**row, "index": key[1], "reward": round(reward, 6)}
    return list(groups.values())


def _metrics(rows: list[Json]) -> Json:
    words = [len(r["text"].split()) for r in rows]
    return {
        "completions": len(rows),
        "mean_words": sum(words) / len(words) if words else None,
        "cut_share": sum(r["finish"] == "length" for r in rows) / len(rows) if rows else None,
    }


if __name__ == "__main__":
    run(read_job())
