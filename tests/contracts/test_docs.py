"""The docs keep up with the program: every command, key, default, error, link and command line is checked.

Over 300 lines, since it is one noun: the docs.
"""

import ast
import inspect
import json
import re
import shlex
import textwrap
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

import pytest
import typer
from pydantic import BaseModel

from earlywarn import check, errors, score_run
from earlywarn.allocate.supports import OPTIONAL, REQUIRED
from earlywarn.audit.measures import MEASURES
from earlywarn.audit.subject import RECALL_GAIN, SAME_RISK_GAP
from earlywarn.candidates.catalogue import catalogue
from earlywarn.catalogue import contract_page
from earlywarn.changes.causes import Cause
from earlywarn.changes.compare import CHANGES
from earlywarn.changes.rows import COLUMNS
from earlywarn.cli.main import app
from earlywarn.columns import Status
from earlywarn.config.allocation import AllocationPlan
from earlywarn.config.audit import AuditPlan
from earlywarn.config.experiment import Experiment
from earlywarn.config.load import load_experiment, load_plan, load_policies, parse_experiment
from earlywarn.config.mitigation import Mitigation
from earlywarn.config.reading import Limits, Reading
from earlywarn.config.sections import Gate
from earlywarn.registry.store import PAPERS
from earlywarn.roster.across import ACROSS
from earlywarn.roster.alike import LOOK_ALIKE, ZERO_STRIPPED
from earlywarn.roster.clauses import cell_rules
from earlywarn.roster.judge import READERS
from earlywarn.roster.spells import CONFLICT, EXACT, RE_ENROLLED, TWO_RACES
from earlywarn.roster.unknown import NAME as UNKNOWN_CODE

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
PACKAGE = ROOT / "src" / "earlywarn"
EXPERIMENTS = ROOT / "experiments"
GUIDES = sorted(DOCS.glob("*.md"))
WITH_COMMANDS = [ROOT / "README.md", *GUIDES]
PAGES = sorted([*ROOT.glob("*.md"), *DOCS.rglob("*.md"), *EXPERIMENTS.glob("*.md"), *(ROOT / "models").glob("*.md")])
WORDS = DOCS / "words.md"  # which alone may hold the words that are never used, and says why
SPOKEN = [page for page in PAGES if page.parent != EXPERIMENTS and page != WORDS]

COMMAND_PAGES = (DOCS / "commands.md", DOCS / "commands-runs.md", DOCS / "commands-desk.md")
COMMANDS = typer.main.get_command(app).commands
WrongUse = typer.BadParameter.__base__  # typer gives its error of usage no public name

# A student is not named by what went wrong. "fail" is a verdict on a model, so only "failing" is looked for.
BANNED = re.compile(
    r"\bfailing\b|\bat[- ]risk\b|\bdrop-?outs?\b|\bde-?bias\w*|\b(?:un)?fair(?:er|est)? (?:model|algorithm)s?\b", re.I
)
NOT_SHOWN = PACKAGE / "roster" / "recognise.py"  # holds words that a district's headers may have
LONGEST = 220


def name_of(page: Path) -> str:
    return str(page.relative_to(ROOT))


def sections(text: str) -> dict[str, str]:
    """Give each heading of a page with the text below it, up to the next heading of any depth."""
    parts = re.split(r"^#+ (.+)$", without_blocks(text), flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def without_blocks(text: str) -> str:
    return re.sub(r"^```.*?^```$", "", text, flags=re.MULTILINE | re.DOTALL)


def blocks(text: str, *languages: str) -> list[str]:
    found = re.findall(r"^```(\w*)\n(.*?)^```$", text, flags=re.MULTILINE | re.DOTALL)
    return [content for language, content in found if language in languages]


def table_rows(section: str) -> list[list[str]]:
    """Give the cells of every row below a table's head."""
    lines = [line for line in section.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[2:]]


# ── commands ────────────────────────────────────────────────────────────────────────────────────────


def test_the_commands_page_has_every_command_and_no_other() -> None:
    headings = set(sections(command_pages()))
    titles = {"Commands", "What holds for every command", "Commands about score runs", "Commands of the desk"}
    assert headings == {*titles, *COMMANDS}


@pytest.mark.parametrize("command", COMMANDS)
def test_the_commands_page_has_every_option_and_no_other(command: str) -> None:
    section = sections(command_pages())[command]
    told = {option for row in table_rows(section) for option in re.findall(r"`(--[a-z-]+)`", row[0])}
    assert told == set(options_of(command))
    (usage,) = re.findall(rf"^    earlywarn {command}\b(.*)$", section, re.MULTILINE)
    assert re.findall(r"\b[A-Z_]{3,}\b", re.sub(r"\[--.*?\]|--\S+ \S+", "", usage)) == arguments_of(command)


@pytest.mark.parametrize("command", COMMANDS)
def test_the_commands_page_has_an_example_of_every_command(command: str) -> None:
    text = command_pages()
    assert any(line.startswith(f"earlywarn {command} ") for block in blocks(text, "sh") for line in block.splitlines())


def command_pages() -> str:
    return "\n".join(page.read_text("utf-8") for page in COMMAND_PAGES)


def options_of(command: str) -> list[str]:
    params = [param for param in COMMANDS[command].params if param.param_type_name == "option"]
    return [name for param in params for name in (*param.opts, *param.secondary_opts)]


def arguments_of(command: str) -> list[str]:
    params = [param for param in COMMANDS[command].params if param.param_type_name == "argument"]
    return [(param.metavar or param.name).upper() for param in params]


def earlywarn_lines(text: str) -> Iterator[list[str]]:
    """Give the arguments of every earlywarn command in a page's blocks of shell and crontab lines."""
    for block in blocks(text, "sh", "crontab"):
        for line in block.replace("\\\n", " ").splitlines():
            for part in re.split(r"&&|\|\||[;|]", line):
                yield from _arguments(shlex.split(part, comments=True))


def _arguments(words: list[str]) -> Iterator[list[str]]:
    place = next((i for i, word in enumerate(words) if Path(word).name == "earlywarn"), None)
    if place is not None:
        rest = words[place + 1 :]
        end = next((i for i, word in enumerate(rest) if re.match(r"\d?[<>]", word)), len(rest))
        yield rest[:end]


def refusal(arguments: list[str]) -> str:
    """Parse a command line without running it; give what is wrong with it, "" for nothing."""
    if arguments in (["--help"], ["--version"]):
        return ""
    if not arguments or arguments[0] not in COMMANDS:
        return f"no command in {arguments}"
    if "--help" in arguments:
        return "" if len(arguments) == 2 else f"more than --help in {arguments}"
    try:
        COMMANDS[arguments[0]].make_context(arguments[0], arguments[1:])
    except WrongUse as error:
        return str(error)
    return ""


@pytest.mark.parametrize("page", WITH_COMMANDS, ids=name_of)
def test_every_command_line_parses(page: Path) -> None:
    wrong = [(line, told) for line in earlywarn_lines(page.read_text("utf-8")) if (told := refusal(line))]
    assert wrong == []


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("earlywarn scoer roster.csv", "no command"),
        ("earlywarn score roster.csv --out x --as-off 2026-06-30", "No such option"),
        ("cd district && .venv/bin/earlywarn score roster.csv >> log 2>&1", "Missing parameter: out"),
        ("EARLYWARN_HOME=x earlywarn promote name one", "integer"),
    ],
)
def test_a_wrong_command_line_is_found(line: str, told: str) -> None:
    (arguments,) = earlywarn_lines(f"```sh\n{line}\n```\n")
    assert told in refusal(arguments)


def test_command_lines_are_found_in_readme_and_guides() -> None:
    found = {arguments[0] for page in WITH_COMMANDS for arguments in earlywarn_lines(page.read_text("utf-8"))}
    assert set(COMMANDS) <= found


@pytest.mark.parametrize("page", WITH_COMMANDS, ids=name_of)
def test_every_command_named_in_a_sentence_is_one(page: Path) -> None:
    named = re.findall(r"`earlywarn ([a-z][a-z-]*)\b[^`\n]*`", without_blocks(page.read_text("utf-8")))
    assert set(named) <= set(COMMANDS)


@pytest.mark.parametrize("page", WITH_COMMANDS, ids=name_of)
def test_every_make_target_named_is_in_the_makefile(page: Path) -> None:
    text = page.read_text("utf-8")
    inline = re.findall(r"`make ([a-z]+)`", without_blocks(text))
    lines = [line for block in blocks(text, "sh") for line in block.splitlines()]
    targets = set(re.findall(r"^([a-z][a-z-]*):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
    assert {*inline, *re.findall(r"^make +([a-z]+)", "\n".join(lines), re.MULTILINE)} <= targets


# ── the config ──────────────────────────────────────────────────────────────────────────────────────


def config_sections(model: type[BaseModel], path: str = "") -> Iterator[tuple[str, type[BaseModel]]]:
    """Walk the models of a TOML; gives each as its page heads it, such as ``[[gate.rules]]``."""
    for name, field in model.model_fields.items():
        inner = model_in(field.annotation)
        if inner is not None:
            place = f"{path}{name}"
            key = f"{place}.NAME" if "dict" in str(field.annotation) else place
            yield (f"`[[{key}]]`" if "tuple" in str(field.annotation) else f"`[{key}]`"), inner
            yield from config_sections(inner, f"{place}.")


def model_in(annotation: Any) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next((found for inner in get_args(annotation) if (found := model_in(inner))), None)


MITIGATION_SECTIONS = {"`[mitigation]`": Mitigation}
READING_SECTIONS = {"`[roster.reading]`": Reading, "`[roster.reading.limits]`": Limits}
ELSEWHERE = MITIGATION_SECTIONS | READING_SECTIONS
EXPERIMENT_SECTIONS = {"Top of the file": Experiment} | {
    head: model for head, model in config_sections(Experiment) if head not in ELSEWHERE
}
# What the two kinds of TOML share stands on the experiment's pages alone.
AUDIT_SECTIONS = {"Top of the file": AuditPlan} | {
    head: model
    for head, model in config_sections(AuditPlan)
    if model not in (*EXPERIMENT_SECTIONS.values(), *ELSEWHERE.values())
}
CONFIG_PAGES = {
    "config.md": (EXPERIMENT_SECTIONS, {"The experiment TOML"}),
    "mitigation.md": (
        MITIGATION_SECTIONS,
        {"Mitigation", "What is tried", "What is told", "To take a list on purpose"},
    ),
    "files.md": (
        READING_SECTIONS,
        {
            "Files: what is read, guessed and refused",
            "Formats",
            "A folder of parts",
            "What is guessed",
            "Cells of a workbook",
            "What is refused",
            "The fuzzer",
        },
    ),
    "audit-config.md": (AUDIT_SECTIONS, {"The audit TOML", "The two files", "An example"}),
    "allocate-config.md": (
        {"Top of the file": AllocationPlan, **dict(config_sections(AllocationPlan))},
        {"The policies TOML", "What a policy may be", "An example"},
    ),
}
SECTIONS = [(page, head) for page, (models, _) in CONFIG_PAGES.items() for head in models]


def config_rows(page: str, heading: str) -> dict[str, list[str]]:
    """Give each key of a section's table with its other cells; a row may name several keys."""
    section = sections((DOCS / page).read_text("utf-8"))[heading]
    rows = table_rows(section)
    return {key: row[1:] for row in rows for key in re.findall(r"`(\w+)`", row[0])}


@pytest.mark.parametrize("page", CONFIG_PAGES)
def test_a_config_page_has_every_section_and_no_other(page: str) -> None:
    models, besides = CONFIG_PAGES[page]
    assert sorted(sections((DOCS / page).read_text("utf-8"))) == sorted([*models, *besides])


@pytest.mark.parametrize(("page", "heading"), SECTIONS)
def test_a_config_page_has_every_key_and_no_other(page: str, heading: str) -> None:
    assert sorted(config_rows(page, heading)) == sorted(CONFIG_PAGES[page][0][heading].model_fields)


@pytest.mark.parametrize(("page", "heading"), SECTIONS)
def test_a_config_page_tells_the_true_defaults(page: str, heading: str) -> None:
    told = {key: cells[1] for key, cells in config_rows(page, heading).items()}
    fields = CONFIG_PAGES[page][0][heading].model_fields
    assert told == {key: default_words(field) for key, field in fields.items()}


def default_words(field: Any) -> str:
    """Give what the page must say of a default; those of a section stand in its own table."""
    if field.is_required():
        return "required"
    value = field.get_default(call_default_factory=True)
    if value is None:
        return "none"
    return "see below" if model_in(field.annotation) else f"`{json.dumps(value)}`"  # here TOML writes as JSON does


EXCERPTS = [
    tomllib.loads(block)
    for page in ("config.md", "mitigation.md")
    for block in blocks((DOCS / page).read_text("utf-8"), "toml")
]


@pytest.mark.parametrize("excerpt", EXCERPTS, ids=lambda excerpt: ", ".join(excerpt))
def test_an_excerpt_on_the_config_page_is_accepted(excerpt: dict[str, Any]) -> None:
    raw = tomllib.loads((PACKAGE / "demo.toml").read_text("utf-8"))
    Experiment.model_validate(merge(raw, excerpt))


def test_the_rules_on_the_config_page_are_the_defaults() -> None:
    (rules,) = (excerpt["gate"]["rules"] for excerpt in EXCERPTS if "gate" in excerpt)
    assert Gate(rules=rules).rules == Gate().rules


def test_the_example_on_the_audits_page_is_accepted(tmp_path: Path) -> None:
    (example,) = blocks((DOCS / "audit-config.md").read_text("utf-8"), "toml")
    path = tmp_path / "audit.toml"
    path.write_text(example, encoding="utf-8")
    assert load_plan(path) != AuditPlan()


def test_the_example_on_the_policies_page_is_accepted(tmp_path: Path) -> None:
    (example,) = blocks((DOCS / "allocate-config.md").read_text("utf-8"), "toml")
    path = tmp_path / "policies.toml"
    path.write_text(example, encoding="utf-8")
    assert len(load_policies(path).policies) == 4


def test_the_page_of_seats_names_every_column_of_the_table() -> None:
    text = (DOCS / "allocate.md").read_text("utf-8")
    assert [column for column in (*REQUIRED, *OPTIONAL) if f"| `{column}` |" not in text] == []


def merge(raw: dict[str, Any], more: dict[str, Any]) -> dict[str, Any]:
    both = {key: merge(raw[key], more[key]) for key in more if isinstance(raw.get(key), dict)}
    return raw | more | both


# ── errors, words, and what else the guides must name ───────────────────────────────────────────────

EXCEPTIONS = {name: kind for name, kind in inspect.getmembers(errors, inspect.isclass) if issubclass(kind, Exception)}


def test_the_errors_page_has_every_exception_and_no_other() -> None:
    headings = set(sections((DOCS / "errors.md").read_text("utf-8"))) - {"Errors"}
    assert headings == {f"`{name}`" for name in EXCEPTIONS}


@pytest.mark.parametrize("name", EXCEPTIONS)
def test_the_errors_page_tells_the_true_exit_code(name: str) -> None:
    section = sections((DOCS / "errors.md").read_text("utf-8"))[f"`{name}`"]
    assert re.findall(r"^Exit code (\d+)\b", section, re.MULTILINE) == [str(EXCEPTIONS[name].exit_code)]


def test_the_errors_page_shows_the_tree_of_the_module() -> None:
    tree = blocks((DOCS / "errors.md").read_text("utf-8"), "text")[0]
    assert textwrap.indent(tree, "    ") in str(errors.__doc__)


def test_the_data_scientists_page_names_every_measure_candidate_and_paper() -> None:
    text = (DOCS / "data-scientist.md").read_text("utf-8")
    demo = parse_experiment((PACKAGE / "demo.toml").read_bytes(), "demo.toml")
    measures = [*(measure.name for measure in MEASURES), SAME_RISK_GAP, RECALL_GAIN]
    wanted = [*measures, *(candidate.name for candidate in catalogue(demo)), *PAPERS]
    assert [name for name in wanted if f"`{name}`" not in text] == []


@pytest.mark.parametrize("schema", ("audit", "verdict"))
def test_the_audit_records_page_names_every_field_of_the_schemas(schema: str) -> None:
    text = (DOCS / "audit-record.md").read_text("utf-8")
    fields = set(properties(json.loads((PACKAGE / "report" / f"{schema}.schema.json").read_text("utf-8"))))
    assert len(fields) > 20
    assert sorted(name for name in fields if f"`{name}`" not in text) == []


def properties(schema: Any) -> Iterator[str]:
    """Give the name of every property in a schema, its definitions included."""
    if isinstance(schema, dict):
        yield from schema.get("properties", {})
        for part in schema.values():
            yield from properties(part)
    elif isinstance(schema, list):
        for part in schema:
            yield from properties(part)


def test_the_data_teams_page_names_every_file_and_every_fate_of_a_row() -> None:
    text = (DOCS / "data-team.md").read_text("utf-8")
    files = [score_run.MANIFEST, score_run.SCORES, score_run.GROUPS, score_run.INPUTS]
    files += [score_run.FLAGS, score_run.QUARANTINE, score_run.SUMMARY, CHANGES]
    assert [name for name in files if f"| `{name}` |" not in text] == []
    assert [fate for fate in (*Status, "merged", "quarantined") if f"| {fate} |" not in text] == []


def test_the_page_of_changes_names_every_column_and_every_cause() -> None:
    text = (DOCS / "changes.md").read_text("utf-8")
    assert [column for column in COLUMNS if f"`{column}`" not in text] == []
    single = [cause for cause in Cause if cause and cause not in (5, 6, 7)]
    assert [cause.words for cause in single if cause.words not in text] == []


def test_the_contract_page_is_made_from_the_catalogue() -> None:
    assert (DOCS / "contract.md").read_text("utf-8") == contract_page()


def test_the_roster_page_names_every_rule_and_every_file_of_a_check() -> None:
    text = (DOCS / "roster.md").read_text("utf-8")
    # Scores, outcomes and flags belong to the audit of a scores file.
    names = {name for name, _ in cell_rules() if not re.search("score|outcome|flag", name)}
    names |= {rule.name for rule in ACROSS} | {*READERS.values(), EXACT, RE_ENROLLED, TWO_RACES, CONFLICT}
    names |= {UNKNOWN_CODE, ZERO_STRIPPED, LOOK_ALIKE}
    names |= {check.PAGE, check.RECORD, check.CORRECTIONS, check.PROFILE, check.QUARANTINE}
    assert len(names) > 25
    assert sorted(name for name in names if f"`{name}`" not in text) == []


def test_no_page_is_too_long_for_its_reader() -> None:
    long = {name_of(page): count for page in GUIDES if (count := len(page.read_text("utf-8").splitlines())) > LONGEST}
    assert long == {}


def test_the_index_leads_to_every_guide() -> None:
    index = (DOCS / "README.md").read_text("utf-8")
    assert [page.name for page in GUIDES if page.name != "README.md" and f"({page.name})" not in index] == []


# ── links ───────────────────────────────────────────────────────────────────────────────────────────


def links(page: Path) -> list[str]:
    text = re.sub(r"`[^`\n]*`", "", without_blocks(page.read_text("utf-8")))
    return [link for link in re.findall(r"\]\(([^)\s]+)\)", text) if "://" not in link]


def anchors(page: Path) -> set[str]:
    """Give the headings of a page as links spell them."""
    return {re.sub(r"[^\w\- ]", "", head.lower()).replace(" ", "-") for head in sections(page.read_text("utf-8"))}


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_every_link_between_pages_leads_somewhere(page: Path) -> None:
    broken = []
    for link in links(page):
        path, _, anchor = link.partition("#")
        target = (page.parent / path).resolve() if path else page
        if not target.exists() or (anchor and target.suffix == ".md" and anchor not in anchors(target)):
            broken.append(link)
    assert broken == []


def test_links_are_found() -> None:
    assert len(links(DOCS / "README.md")) > len(GUIDES) - 2


# ── words that are never used ───────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("page", SPOKEN, ids=name_of)
def test_no_page_labels_a_student(page: Path) -> None:
    # Where a link leads is the name of a file: that of experiment 0003 was given.
    assert BANNED.findall(re.sub(r"\]\([^)\s]+\)", "]", page.read_text("utf-8"))) == []


def test_the_words_page_tells_which_words_are_never_used() -> None:
    assert {"failing", "at-risk", "dropout", "debiased", "fair model"} <= set(BANNED.findall(WORDS.read_text("utf-8")))


def test_no_template_or_message_labels_a_student() -> None:
    templates = [path for path in PACKAGE.rglob("*") if path.suffix in {".j2", ".toml", ".css"}]
    assert templates
    found = [(path.name, word) for path in templates for word in BANNED.findall(path.read_text("utf-8"))]
    found += [(path.name, word) for path, text in shown_texts() for word in BANNED.findall(text)]
    assert found == []


def shown_texts() -> Iterator[tuple[Path, str]]:
    """Give every text of the program; of the docstrings only those that become help."""
    for path in sorted(PACKAGE.rglob("*.py")):
        if path != NOT_SHOWN:
            tree = ast.parse(path.read_text("utf-8"))
            hidden = set() if path.name == "main.py" else docstrings(tree)
            for node in ast.walk(tree):
                if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in hidden:
                    yield path, node.value


def docstrings(tree: ast.Module) -> set[int]:
    """Give the texts that stand alone as a statement."""
    return {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}


def test_a_label_in_a_message_would_be_found() -> None:
    assert any("what to do" in text for _, text in shown_texts())
    for words in ("failing students", "an at-risk student", "a dropout", "the debiased list", "a fair model"):
        assert BANNED.search(words)


# ── experiments ─────────────────────────────────────────────────────────────────────────────────────


def test_every_experiment_has_its_page_and_every_page_its_experiment() -> None:
    tomls, pages = ({path.stem for path in EXPERIMENTS.glob(f"*.{kind}")} for kind in ("toml", "md"))
    assert tomls
    assert tomls <= pages
    for page in pages - tomls:  # one that trains no model of its own names the module that prints its figures
        (module,) = re.findall(
            r"`python -m experiments\.(\w+)`", (EXPERIMENTS / f"{page}.md").read_text(encoding="utf-8")
        )
        assert (EXPERIMENTS / f"{module}.py").exists()


@pytest.mark.parametrize("path", sorted(EXPERIMENTS.glob("*.toml")), ids=name_of)
def test_every_experiment_parses_and_is_numbered(path: Path) -> None:
    experiment = load_experiment(path)
    assert re.fullmatch(rf"\d{{4}}-{re.escape(experiment.name)}", path.stem)
