"""Ends the threads of DBOS when the server stops: a thread left behind keeps the process alive.

A run that finds its workflow taken over (cancelled and resumed meanwhile, say) waits for the other
run's result, and asks the database for it for ever, even after the database is gone. Nothing
public ends that wait, so this reaches into the pinned version of DBOS; the tests hold it to that.
"""

import time
from typing import Any, NoReturn

from dbos import DBOS
from dbos._dbos import _get_dbos_instance


class Interrupted(BaseException):
    """The step must end now without a result: the server stops, or the work was cancelled.

    Not an Exception on purpose: DBOS stores exceptions as the step's outcome and would repeat
    them for ever; this leaves the step open, to be done again on resume.
    """


def end_threads(*, seconds: float) -> int:
    """End the waits of this process's workflow threads; return how many threads remain.

    Waits for them up to `seconds`. Call it once no step is under way, before DBOS is destroyed:
    the threads look at the database until then.
    """
    instance: DBOS = _get_dbos_instance()
    executor, database = instance._executor_field, instance._sys_db_field
    if executor is None or database is None:
        return 0
    database.check_workflow_result = _interrupt  # type: ignore[method-assign]
    executor.shutdown(wait=False, cancel_futures=True)
    end = time.monotonic() + seconds
    threads = list(executor._threads)
    for thread in threads:
        thread.join(timeout=max(0.0, end - time.monotonic()))
    return sum(thread.is_alive() for thread in threads)


def _interrupt(*_given: Any, **_named: Any) -> NoReturn:
    raise Interrupted
