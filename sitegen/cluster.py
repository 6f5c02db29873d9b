"""A Dask cluster as those who work off chunks: several machines on one shared folder.

The library, `distributed`, comes with `sitegen[dask]` and is imported only where a cluster is asked for.
"""

from __future__ import annotations

import contextlib
import logging
import os
import platform
import threading
import time
import warnings
from collections.abc import Callable
from concurrent.futures import BrokenExecutor, CancelledError, Executor, Future, InvalidStateError
from functools import lru_cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, ParamSpec, TypeVar

from sitegen import __version__
from sitegen.diagnostics import error
from sitegen.workers import Unavailable

if TYPE_CHECKING:
    from distributed import Client

P = ParamSpec("P")
T = TypeVar("T")

CHUNK = 128
"""Tasks that travel together: more than to a process, as each chunk costs some 3 ms on its way."""

PATIENCE = 5.0
"""Seconds in which the scheduler has to answer, and a first worker to be there."""

LOST = 30.0
"""Seconds without an answer, or without a worker, after which a build gives up."""


class Terms(NamedTuple):
    """What a worker has to agree with: how code is fingerprinted and what that comes to; a file in the shared folder.

    The file has a random name, so that a folder which only looks the same is told from the one that is meant.
    """

    fingerprint: Callable[[], bytes]
    code: bytes
    sign: str


def connect(address: str, store: Path, fingerprint: Callable[[], bytes]) -> tuple[Executor, int]:
    """The workers of a scheduler as an executor, and how many chunks they work off at once.

    `store` is the engine's folder, which all of them have to see; `fingerprint` gives the fingerprint of the code.
    Raises Unavailable where there is no such cluster, or one of its workers is not fit, and OSError.
    """
    try:
        import distributed
    except ImportError:
        message = "building on several machines needs the library distributed, which is not installed"
        raise Unavailable(error("no-cluster", message, help="install it: `pip install 'sitegen[dask]'`")) from None
    logging.getLogger("distributed").setLevel(logging.CRITICAL)  # what matters is told as a diagnostic
    try:
        with warnings.catch_warnings(action="ignore"):  # of other versions: what matters is in the fingerprint
            client = distributed.Client(address, timeout=PATIENCE, set_as_default=False)
    except (OSError, ValueError, TypeError, RuntimeError) as problem:  # the last ones: TLS that is not set up
        message = f"no Dask scheduler answers at {address} ({type(problem).__name__})"
        raise Unavailable(error("no-cluster", message, help="start it: `dask scheduler`")) from None
    cluster = Cluster(client, Terms(fingerprint, fingerprint(), str(store / f".{os.urandom(8).hex()}.new")))
    try:
        return cluster, cluster.check()
    except BaseException:
        cluster.shutdown()
        raise


class Cluster(Executor):
    """The workers of a Dask scheduler: each agrees to the terms before it works, also one that comes later.

    Its futures raise BrokenExecutor where a chunk's worker was killed again and again, and Unavailable where the
    scheduler or all workers are lost.
    """

    def __init__(self, client: Client, terms: Terms):
        self._client = client
        self._terms = terms
        self._executor: Executor = client.get_executor(pure=False)
        self._closed = threading.Event()
        self._gone = threading.Event()
        self._due: set[Future[Any]] = set()
        threading.Thread(target=self._watch, daemon=True).start()

    def check(self) -> int:
        """How many workers there are. Raises Unavailable where there is none, or one is not fit, and OSError."""
        Path(self._terms.sign).touch()
        try:
            self._client.wait_for_workers(1, timeout=PATIENCE)
        except TimeoutError:
            message = "no worker has come to the Dask scheduler"
            raise Unavailable(error("no-cluster", message, help=f"start some: {START}")) from None
        try:
            same = self._client.run_on_scheduler(_own, self._terms.fingerprint) == self._terms.code
        except ImportError:
            same = False
        if not same:
            raise _unfit("the Dask scheduler", OTHER)
        answers: dict[str, object] = self._client.run(agree, self._terms, on_error="return")
        for address, answer in sorted(answers.items()):
            if isinstance(answer, Unavailable):
                raise answer
            if isinstance(answer, Exception):
                raise _unfit(address, f"{OTHER}: {answer}")
        return len(answers)

    def submit(self, function: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        """As every executor does."""
        from distributed.client import ClosedClientError

        due: Future[T] = Future()
        self._due.add(due)
        due.add_done_callback(self._due.discard)
        try:
            self._executor.submit(work_off, self._terms, function, *args, **kwargs).add_done_callback(
                partial(_pass_on, due)
            )
        except ClosedClientError:
            _fail(due, _lost())
        if self._gone.is_set():  # whoever told the others may not have seen this one
            _fail(due, _lost())
        return due

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Let go of the cluster; what is under way is cancelled."""
        self._closed.set()
        with contextlib.suppress(TimeoutError):
            self._client.close(timeout=PATIENCE)
        Path(self._terms.sign).unlink(missing_ok=True)

    def _watch(self) -> None:
        """Give up what is under way where for a while nobody has been there; a closed client alone may forget some."""
        seen = time.monotonic()
        while not self._closed.wait(1.0) and time.monotonic() - seen < LOST:
            with contextlib.suppress(Exception):  # whatever it is, it is no answer
                if self._client.nthreads(callback_timeout=PATIENCE):
                    seen = time.monotonic()
        self._gone.set()
        for due in tuple(self._due):
            _fail(due, _lost())
        with contextlib.suppress(TimeoutError):
            self._client.close(timeout=PATIENCE)


def _fail(due: Future[Any], problem: BaseException) -> None:
    """Let a future raise a problem, unless it has come to its end in the meantime."""
    with contextlib.suppress(InvalidStateError):
        due.set_exception(problem)


def _pass_on(due: Future[Any], future: Future[Any]) -> None:
    from distributed import KilledWorker

    try:
        result = future.result()
    except CancelledError:
        _fail(due, _lost())
    except KilledWorker as killed:
        _fail(due, BrokenExecutor(str(killed)))
    except BaseException as problem:  # noqa: BLE001 - what a task raises is for whoever waits for it
        _fail(due, problem)
    else:
        with contextlib.suppress(InvalidStateError):
            due.set_result(result)


# -- on the workers ----------------------------------------------------------------------------------------------------


def work_off(terms: Terms, function: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> T:
    """What a worker runs. Raises Unavailable, and what the function raises."""
    from distributed import get_worker

    agree(terms, get_worker())
    return function(*args, **kwargs)


def agree(terms: Terms, dask_worker: Any) -> None:
    """Raise Unavailable where this worker does not come up to the terms. Dask knows the argument by its name."""
    if _own(terms.fingerprint) != terms.code:
        raise _unfit(dask_worker.address, f"{OTHER} (sitegen {__version__}, Python {platform.python_version()})")
    if not os.path.exists(terms.sign):
        raise _unfit(dask_worker.address, "it does not see the site", "share its folder, under the same path")
    if not os.access(os.path.dirname(terms.sign), os.W_OK | os.X_OK):
        raise _unfit(dask_worker.address, "it may not write into the site's folder", "run it as the same user")
    if dask_worker.state.nthreads != 1:
        raise _unfit(dask_worker.address, "it works on several chunks at once in one Python", f"start it so: {START}")


@lru_cache(maxsize=1)
def _own(fingerprint: Callable[[], bytes]) -> bytes:
    """The fingerprint of this process's code: once, as the files may be others by the time of the next build."""
    return fingerprint()


START = "`dask worker --nworkers auto --nthreads 1`"

OTHER = "it has another sitegen, Python or libraries"


def _unfit(who: str, why: str, help: str = "install the same everywhere, and start it again") -> Unavailable:
    return Unavailable(error("unfit-worker", f"{who} cannot work on this site: {why}", help=help))


def _lost() -> Unavailable:
    message = "the Dask scheduler, or all of its workers, were lost in the middle of the build"
    return Unavailable(error("cluster-lost", message, help="start them and build again"))
