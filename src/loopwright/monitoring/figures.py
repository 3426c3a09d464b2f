"""The loop's figures for Prometheus; project, stage and arm are the only labels."""

from collections.abc import Iterable
from functools import partial

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from loopwright.infra.home import Home
from loopwright.monitoring import service, store
from loopwright.monitoring.model import FlowState, LoopReport
from loopwright.projects import service as projects


def prometheus_text(home: Home, *, now: float) -> bytes:
    """Return every project's figures, computed now from the facts."""
    outside = service.look_outside(home)
    reports: dict[str, LoopReport] = {}
    for project in home.db.read(projects.list_projects):
        reports[project.id] = home.db.read(
            partial(service.loop_report, project_id=project.id, outside=outside, now=now)
        )
    registry = CollectorRegistry()
    registry.register(_Loop(reports, home.db.read(store.requests_by_arm)))
    return generate_latest(registry)


class _Loop(Collector):
    def __init__(
        self, reports: dict[str, LoopReport], requests: list[tuple[str, str, int]]
    ) -> None:
        self._reports = reports
        self._requests = requests

    def collect(self) -> Iterable[Metric]:
        waiting = GaugeMetricFamily(
            "loopwright_stage_waiting", "Things that wait.", labels=["project", "stage"]
        )
        moving = GaugeMetricFamily(
            "loopwright_stage_moving", "Things under way.", labels=["project", "stage"]
        )
        stuck = GaugeMetricFamily(
            "loopwright_stage_stuck", "1 when the stage is stuck.", labels=["project", "stage"]
        )
        latency = GaugeMetricFamily(
            "loopwright_loop_latency_seconds",
            "Median time from a judgment to the first decision that used it.",
            labels=["project"],
        )
        requests = CounterMetricFamily(
            "loopwright_captured_requests", "Captured requests.", labels=["project", "arm"]
        )
        for project, report in self._reports.items():
            for stage in report.stages:
                labels = [project, stage.stage]
                waiting.add_metric(labels, stage.waiting)
                moving.add_metric(labels, stage.moving)
                stuck.add_metric(labels, float(stage.state is FlowState.STUCK))
            if report.latency.median is not None:
                latency.add_metric([project], report.latency.median)
        for project, arm, count in self._requests:
            requests.add_metric([project, arm], count)
        return [waiting, moving, stuck, latency, requests]
