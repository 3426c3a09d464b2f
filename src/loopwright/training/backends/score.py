"""Reward-model scores: `python -m loopwright.training.backends.score SPEC.json`.

Spec: reward_model, pairs (rows {id, prompt, chosen, rejected} or {id, prompt, completions: []}),
batch. Output rows: {id, scores: [...], margin?} with margin = first score minus second.
"""

from loopwright.base.types import Json
from loopwright.training.backends.files import (
    Job,
    answer_text,
    finish,
    messages,
    read_job,
    read_rows,
    report,
    write_rows,
)


def run(job: Job) -> None:
    """Score every completion of every row."""
    import torch

    from loopwright.training.backends.scoring import Scorer

    torch.set_num_threads(job.count("threads", 1))
    rows = read_rows(job.input("pairs"))
    texts = [_texts(r) for r in rows]
    prompts = [
        messages(r["prompt"]) for r, answers in zip(rows, texts, strict=True) for _ in answers
    ]
    scorer = Scorer.load(job.input("reward_model"), batch=job.count("batch", 128))
    flat = iter(scorer.score(prompts, [a for answers in texts for a in answers]))
    lines: list[Json] = []
    for number, (row, answers) in enumerate(zip(rows, texts, strict=True)):
        scores = [round(next(flat), 6) for _ in answers]
        line: Json = {"id": row.get("id") or row.get("item_id") or str(number), "scores": scores}
        if len(scores) == 2:
            line["margin"] = round(scores[0] - scores[1], 6)
        lines.append(line)
    out = job.outputs / "scores.jsonl"
    write_rows(out, lines)
    report(job, step=1, total=1, metrics={"rows": len(lines)})
    finish(job, outputs={"scores": out}, metrics={"rows": len(lines), "completions": len(prompts)})


def _texts(row: Json) -> list[str]:
    if "completions" in row:
        return [answer_text(c) for c in row["completions"]]
    return [answer_text(row["chosen"]), answer_text(row["rejected"])]


if __name__ == "__main__":
    run(read_job())
