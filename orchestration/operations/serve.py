"""`firemark serve`: a Postgres server in the home, with the current release on it, until Ctrl-C.

Belongs here: publishing at the start and whenever `releases/current` changes, what is told. Does not belong here: the
server (`postgres_server`), publishing (`serving.outputs.postgres`).
"""

from __future__ import annotations

import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace

from ingestion.settings import Settings
from orchestration.operations import alerts
from orchestration.operations.loopback import HOST
from orchestration.operations.postgres_server import DATABASE, Server, running
from orchestration.operations.stopping import StoppedError, Stopping
from serving.outputs.output import Output
from serving.outputs.postgres import output_for
from serving.outputs.publishing import Publication, publish_release
from serving.releases.stored import current_release, require_release

READERS_FILE = "postgres.pgpass"  # below secrets/: a line a reader, as libpq reads it
_LOOK_SECONDS = 0.5
# To try, as bi_reader: what the first screen shows, one day of the past, what changes next.
QUERIES = (
    "select agency_name, score, grade, next_grade_change_on, next_grade from credit.agency_grades order by score desc",
    "select grade, count(*) from credit.agency_grades_as_of(date '{day}') group by grade order by grade",
    "select task_code, status, count(*) from supervision.rpt_tasks group by 1, 2 order by 1, 2",
)


@contextmanager
def _nothing(server: Server, stopping: Stopping) -> Iterator[subprocess.Popen[bytes]]:
    yield server.process


def serve(
    settings: Settings,
    port: int,
    audience: str,
    tell: Callable[[str], None],
    *,
    port_option: str = "--port (make: POSTGRES_PORT)",
    beside: Callable[[Server, Stopping], AbstractContextManager[subprocess.Popen[bytes]]] = _nothing,
) -> int:
    """Runs until Ctrl-C, SIGTERM or the end of the server; returns the exit code. `beside` runs another program over it,
    once the release is there."""
    require_release(settings)
    stopping = Stopping()
    try:
        with running(settings.postgres, settings.secrets / READERS_FILE, port, port_option=port_option) as server:
            stopping.check()
            settings = replace(settings, postgres_dsn=server.dsn(), postgres_dsn_file=None, postgres_audience=audience)
            output = output_of(server, audience)
            done = _publish(settings, output, tell)
            if not done.is_published:
                return 1
            with beside(server, stopping) as other:
                for line in _told(server, done.release_id):
                    tell(line)
                while not stopping.is_asked:
                    if any(process.poll() is not None for process in (server.process, other)):
                        tell(f"服务器已退出 a server ended; see {settings.postgres} and {settings.logs}")
                        return 1
                    current = current_release(settings)
                    if current is not None and current.name != done.release_id:
                        done = replace(_publish(settings, output, tell), release_id=current.name)
                    time.sleep(_LOOK_SECONDS)
                return 0
    except StoppedError:
        return 0
    finally:
        stopping.restore()


def output_of(server: Server, audience: str) -> Output:
    """What fills the server. Recorded under a name of its own: the servers of the bureau have their own record. A server
    for trying follows the current release back, too."""
    place = f"host={HOST} port={server.port} dbname={DATABASE}"  # not its socket, which may lie elsewhere each time
    return replace(output_for(audience, is_older_allowed=True), name=f"serve_{audience}", place=lambda _: place)


def _publish(settings: Settings, output: Output, tell: Callable[[str], None]) -> Publication:
    (done,) = publish_release(settings, [output])
    alerts.of_publications(settings.logs, [done])
    tell(f"{done.release_id} {'已推送 published' if done.is_published else '未推送 not published'}: {done.message}")
    return done


def _told(server: Server, release_id: str) -> list[str]:
    dsn = server.reader_dsn("bi_reader")
    queries = [query.format(day=release_id[:10]) for query in QUERIES]
    return [
        f"连接 DSN  {dsn}",
        "查询 try",
        *(f"  {query};" for query in queries),
        f'  psql "{dsn}" -c "{queries[0]}"',
        "按 Ctrl-C 停止 (Ctrl-C stops)",
    ]
