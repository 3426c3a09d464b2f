"""Calls of those who escalate items and of those who decide cases."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Any

from loopwright.client.results import at
from loopwright.client.transport import Json


class CaseCalls(ABC):
    """Cases, decisions and case studies."""

    @abstractmethod
    def get(self, path: str, **params: Any) -> Json:
        """GET any path of the API."""

    @abstractmethod
    def post(self, path: str, body: Any = None, *, repeatable: bool = False) -> Json:
        """POST to any path of the API."""

    def cases(
        self, project: str, *, state: str = "open", limit: int = 50, offset: int = 0
    ) -> list[Json]:
        """Return open cases, the most urgent first, or closed ones, the latest first."""
        page = self.get(at(project, "cases"), state=state, limit=limit, offset=offset)
        return list(page["cases"])

    def case(self, project: str, case_id: str) -> Json:
        """Return a case; `opened` is null until you decided it blind."""
        return self.get(at(project, "cases", case_id))

    def case_figures(self, project: str) -> Json:
        """Return how many cases are open and overdue, and how deciding goes."""
        return self.get(at(project, "cases", "figures"))

    def escalate(self, project: str, item_id: str, question: str) -> Json:
        """Ask somebody senior about an item; return the case's id and state."""
        path = at(project, "items", item_id, "escalate")
        return self.post(path, {"question": question}, repeatable=True)

    def claim_case(self, project: str, case_id: str | None = None) -> Json | None:
        """Take a case, or the next that fits; None when there is none."""
        found: Json | None = self.post(at(project, "cases", "claim"), {"case_id": case_id})["case"]
        return found

    def release_case(self, project: str, case_id: str) -> Json:
        """Give a case back undecided."""
        return self.post(at(project, "cases", case_id, "release"))

    def decide_blind(self, project: str, case_id: str, answer: Json) -> Json:
        """Decide before anything of others is shown; return the case with what others said."""
        path = at(project, "cases", case_id, "blind")
        return self.post(path, {"answer": answer}, repeatable=True)

    def ask_back(self, project: str, case_id: str, question: str) -> Json:
        """Hand a case back with a question to those who judged."""
        return self.post(at(project, "cases", case_id, "ask"), {"question": question})

    def pass_on_case(self, project: str, case_id: str, note: str) -> Json:
        """Pass a case on from senior to specialist."""
        return self.post(at(project, "cases", case_id, "pass-on"), {"note": note})

    def decide_case(
        self,
        project: str,
        case_id: str,
        answer: Json | None,
        rationale: str,
        *,
        lesson: str | None = None,
        criteria: Sequence[str] = (),
        gold: bool = False,
    ) -> Json:
        """Decide a case for good; `answer` None says that no answer is right."""
        body = {
            "answer": answer,
            "rationale": rationale,
            "lesson": lesson,
            "criteria": list(criteria),
            "gold": gold,
        }
        return self.post(at(project, "cases", case_id, "decide"), body)

    def reopen_case(self, project: str, case_id: str) -> Json:
        """Take your own decision up again; until you decide anew, its answer stands."""
        return self.post(at(project, "cases", case_id, "reopen"))

    def publish_case_study(
        self,
        project: str,
        case_id: str,
        *,
        title: str,
        why: str,
        criteria: Sequence[str] = (),
        check_asked: bool = True,
    ) -> Json:
        """Make a case study of a decided case, or the next version of the one it has."""
        body = {"title": title, "why": why, "criteria": list(criteria), "check_asked": check_asked}
        return self.post(at(project, "cases", case_id, "study"), body)

    def case_studies(self, project: str, *, retired: bool = False) -> list[Json]:
        """Return the case studies, the newest first."""
        return list(self.get(at(project, "case-studies"), retired=retired)["studies"])
