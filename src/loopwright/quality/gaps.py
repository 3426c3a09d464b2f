"""Numbers of a database sequence that may still show: commits can come out of order. Pure."""

from collections.abc import Sequence

_WATCHED = 5000


class SequenceGaps:
    """Everything up to `last` was seen, except the gaps that are still waited for."""

    def __init__(self, last: int) -> None:
        self.last = last
        self._since: dict[int, float] = {}

    def start(self, seqs: Sequence[int], *, now: float) -> None:
        """Begin after these; only gaps among the newest numbers are waited for."""
        newest = max(seqs, default=self.last)
        self.last = max(self.last, newest - _WATCHED)
        self.seen([seq for seq in seqs if seq > self.last], now=now)

    def seen(self, seqs: Sequence[int], *, now: float) -> None:
        """Take up numbers that were read."""
        for seq in sorted(seqs):
            self._since.pop(seq, None)
            if seq <= self.last:
                continue
            for missing in range(max(self.last + 1, seq - _WATCHED), seq):
                self._since[missing] = now
            self.last = seq

    def waiting(self, *, now: float, seconds: float) -> list[int]:
        """Return the numbers that may still show; forget those missing for longer."""
        self._since = {seq: at for seq, at in self._since.items() if now - at <= seconds}
        return sorted(self._since)[-_WATCHED:]
