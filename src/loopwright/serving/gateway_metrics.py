"""The gateway's own figures for Prometheus; no subject, no request and no text is a label."""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

from loopwright.serving.model import Exchange

BUCKETS = (0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92)


class GatewayMetrics:
    """One set of metrics per process."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self._requests = Counter(
            "loopwright_gateway_requests",
            "Ended requests by the arm to which they were assigned.",
            ["project", "arm", "outcome"],
            registry=self.registry,
        )
        self._seconds = Histogram(
            "loopwright_gateway_request_duration_seconds",
            "From the request to the end of its answer.",
            ["project", "arm"],
            buckets=BUCKETS,
            registry=self.registry,
        )
        self.refused = Counter(
            "loopwright_gateway_refused",
            "Requests that were wrong or not allowed.",
            ["code"],
            registry=self.registry,
        )
        self.capture_dropped = Gauge(
            "loopwright_gateway_capture_dropped",
            "Exchanges that could not be captured since the start.",
            registry=self.registry,
        )
        self.shadow_dropped = Gauge(
            "loopwright_gateway_shadow_dropped",
            "Shadow requests given up because the queue was full since the start.",
            registry=self.registry,
        )
        self.share = Gauge(
            "loopwright_gateway_candidate_share",
            "Share of subjects assigned to the candidate now.",
            ["project"],
            registry=self.registry,
        )

    def ended(self, exchange: Exchange) -> None:
        """Count one ended request."""
        labels = (exchange.project_id, exchange.arm)
        self._requests.labels(*labels, exchange.outcome.value).inc()
        if exchange.latency_ms is not None:
            self._seconds.labels(*labels).observe(exchange.latency_ms / 1000)
