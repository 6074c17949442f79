"""Paths and settings; the only module that reads os.environ, and only when called.

Belongs here: the home directory's layout, the program's own folders, and settings from the environment. Does not belong
here: creating or reading any of these files.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

PROGRAM = Path(__file__).resolve().parents[1]  # the folder that holds the packages
DBT_PROJECT = PROGRAM / "dbt_project"

HOME_VARIABLE = "FIREMARK_HOME"
PERSON_KEY_VARIABLE = "FIREMARK_PERSON_KEY_FILE"
RULEBOOKS_VARIABLE = "FIREMARK_RULEBOOKS"
REGIME_VARIABLE = "FIREMARK_REGIME"
ENGINE_VARIABLE = "FIREMARK_ENGINE"
SPARK_MASTER_VARIABLE = "FIREMARK_SPARK_MASTER"
POSTGRES_DSN_VARIABLE = "FIREMARK_POSTGRES_DSN"
POSTGRES_DSN_FILE_VARIABLE = "FIREMARK_POSTGRES_DSN_FILE"
POSTGRES_AUDIENCE_VARIABLE = "FIREMARK_POSTGRES_AUDIENCE"
DEFAULT_HOME = "./var"
# For our Python processes that write to a log: the log is UTF-8, whatever the encoding of the terminal.
IN_UTF8 = {"PYTHONUTF8": "1", "PYTHONIOENCODING": "utf-8:backslashreplace"}
# Characters with a special meaning in the path of a database: `#` to dbt-duckdb, `?` and `%` to SQLAlchemy (Dagster's
# storage), the backslash to DuckDB.
_NOT_IN_A_HOME = "#?%\\"


class ConfigurationError(Exception):
    """Something other than the data is wrong (a key, a folder, an argument): nothing was built."""


def helper_environment() -> dict[str, str]:
    """The environment of a Python process of ours that this one starts."""
    return os.environ | IN_UTF8


@dataclass(frozen=True)
class Settings:
    """One home directory, and what the environment names: the file with the person key, the city's rulebook folder and
    its regime (None = those that come with the program), the Postgres server that gets each release, and for whom
    (None = no server), the engine that builds the models and Spark's master (None = DuckDB; all cores of this machine), and
    whether Spark has a spark-defaults.conf. A DSN may hold a password: it shows in no traceback."""

    home: Path
    person_key_source: Path | None = None
    rulebooks: Path | None = None
    regime_code: str | None = None
    postgres_dsn: str | None = field(default=None, repr=False)
    postgres_dsn_file: Path | None = None
    postgres_audience: str | None = None
    engine: str | None = None
    spark_master: str | None = None
    spark_defaults: bool = False

    @property
    def inbox(self) -> Path:
        """The folder of exports, unless another one is named."""
        return self.home / "inbox"

    @property
    def archive(self) -> Path:
        return self.home / "archive"

    @property
    def lake(self) -> Path:
        return self.home / "lake"

    @property
    def manifest(self) -> Path:
        return self.lake / "manifest.sqlite"

    @property
    def build(self) -> Path:
        return self.home / "build"

    @property
    def build_inputs(self) -> Path:
        return self.build / "inputs"

    @property
    def releases(self) -> Path:
        return self.home / "releases"

    @property
    def dagster(self) -> Path:
        return self.home / "dagster"

    @property
    def logs(self) -> Path:
        return self.home / "logs"

    @property
    def secrets(self) -> Path:
        return self.home / "secrets"

    @property
    def postgres(self) -> Path:
        """The files of the server that `firemark serve` runs."""
        return self.home / "postgres"

    @property
    def person_key(self) -> Path:
        return self.secrets / "person.key"


def load(home: Path | str | None = None, environment: Mapping[str, str] | None = None) -> Settings:
    """Settings for `home` (else FIREMARK_HOME, else ./var), with those from the environment.

    Raises ConfigurationError for a home with an unusable path.
    """
    environment = os.environ if environment is None else environment
    chosen = home if home is not None else environment.get(HOME_VARIABLE) or DEFAULT_HOME

    def named(variable: str) -> Path | None:
        if not environment.get(variable):
            return None
        path = Path(environment[variable]).absolute()
        _require_utf8(path, f"in {variable}", f", or name another one in {variable}")
        return path

    sparks_own = named("SPARK_CONF_DIR")
    return Settings(
        _usable_home(Path(chosen).absolute()),
        named(PERSON_KEY_VARIABLE),
        named(RULEBOOKS_VARIABLE),
        environment.get(REGIME_VARIABLE) or None,
        environment.get(POSTGRES_DSN_VARIABLE) or None,
        named(POSTGRES_DSN_FILE_VARIABLE),
        environment.get(POSTGRES_AUDIENCE_VARIABLE) or None,
        environment.get(ENGINE_VARIABLE) or None,
        environment.get(SPARK_MASTER_VARIABLE) or None,
        sparks_own is not None and (sparks_own / "spark-defaults.conf").is_file(),
    )


def java_program(environment: Mapping[str, str] | None = None) -> str | None:
    """The Java that Spark starts: in JAVA_HOME, else on the PATH; null = none."""
    environment = os.environ if environment is None else environment
    if environment.get("JAVA_HOME"):
        return shutil.which(str(Path(environment["JAVA_HOME"]) / "bin" / "java"))
    return shutil.which("java", path=environment.get("PATH"))


def _usable_home(path: Path) -> Path:
    _require_utf8(PROGRAM, "of the program", "")
    _require_utf8(path, "of the home", f", or name another one with --home or {HOME_VARIABLE}")
    found = next((char for char in str(path) if char in _NOT_IN_A_HOME), None)
    if found is not None:
        raise ConfigurationError(
            f"主目录路径中不能有字符 {found}，请换一个目录。The path of the home must not contain the character {found}, which has "
            f"a special meaning in the address of a database: {path}. Name another folder with --home or {HOME_VARIABLE}."
        )
    return path


def _require_utf8(path: Path, what: str, remedy: str) -> None:
    try:
        str(path).encode()
    except UnicodeEncodeError as error:
        shown = os.fsencode(path).decode("utf-8", "backslashreplace")
        raise ConfigurationError(
            f"路径不是 UTF-8 编码，请改名。The path {what} is not UTF-8: {shown}. Rename that folder{remedy}."
        ) from error


def settings_of(home: Settings | Path | str) -> Settings:
    """`home` itself if it is a Settings object, else the settings of that directory."""
    return home if isinstance(home, Settings) else load(home)
