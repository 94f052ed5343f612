"""Identifiers planted in a study of all raw formats: no byte that a run leaves or prints has one of them."""

import gzip
import re
import shutil
import subprocess
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import suppress
from io import BytesIO
from pathlib import Path
from subprocess import CompletedProcess

import pandas as pd
import pytest
import yaml
from planted_identifiers import PLANTED, write
from project import Project

from ruralimpact.cli import main
from ruralimpact.schema.codebook import COLUMNS

N = 120
# What is searched: everything in the project but the raw files, the configuration and the key.
NOT_SEARCHED = {"data", "config", "ids.key"}


# Columns that tell who somebody is, and the one answer that each file has.
TELLING = ("who", "tel", "place", "remark")
ANSWERS = {".csv": "income", ".dta": "age", ".sav": "arm", ".xlsx": "village", ".parquet": "land"}


def everyone() -> pd.DataFrame:
    """Return all producers, with identifiers told by their numbers."""
    rows = pd.Series(range(N))
    number = rows.astype(str).str.zfill(3)
    return pd.DataFrame(
        {
            "folio": "88" + number + "417LP",
            "who": "Juana Quispe"
            + number.map(lambda text: "abcdefghij"[int(text[-1])])
            + " Mamani",
            "tel": "+591 7" + number + "45 8",
            "place": "-16.4990" + number + " -68.1193" + number,
            "remark": "The wife of the mayor of Viacha answered in house " + number + " of her own",
            "income": (100 + (rows * 37) % 50 + 10 * (rows % 2)).astype(str),
            "age": (20 + (rows * 13) % 40).astype(str),
            "land": (1 + (rows * 7) % 9).astype(str),
            "village": "v" + (rows % 16).astype(str),
            "arm": (rows % 2).astype(str),
        }
    )


def cells(suffix: str) -> pd.DataFrame:
    """Return the columns of one file; those that tell are called after its format."""
    own = everyone()[["folio", *TELLING, ANSWERS[suffix]]]
    named = own.rename(columns={name: f"{name}_{suffix[1:]}" for name in TELLING})
    return named.assign(Juana_Quispe="1")


def planted() -> list[str]:
    own = everyone()
    columns = pd.concat([own[name] for name in ("folio", *TELLING)])
    return [*PLANTED, *columns, *own["folio"].str.lower()]


def write_study(root: Path) -> None:
    """Replace the example of a new project by a study of one file a format, joined."""
    folder, data = root / "config/studies/producers", root / "data/producers"
    for suffix in ANSWERS:
        write(data / f"visit{suffix}", cells(suffix))
    first, *others = [f"data/producers/visit{suffix}" for suffix in ANSWERS]
    joined = [{"name": Path(path).suffix[1:], "path": path, "by": ["folio"]} for path in others]
    study = {
        "title": "Producers",
        "question": "Did incomes rise?",
        "synthetic": False,
        "design": "cross_section",
        "citation": "Invented.",
        "sources": [
            {"name": "visit", "path": first, "id": "folio", "wave": "2024", "join": joined}
        ],
    }
    rows = [
        {"variable": "income", "type": "number", "role": "outcome", "unit": "Bs"},
        {"variable": "age", "type": "number", "role": "covariate", "timing": "pre"},
        {"variable": "land", "type": "number", "role": "covariate", "timing": "pre"},
        {"variable": "village", "type": "category", "role": "group"},
        {"variable": "arm", "type": "indicator", "role": "treatment"},
        *(
            {"variable": f"who_{name[1:]}", "type": "category", "role": "identifier"}
            for name in ANSWERS
        ),
    ]
    blank = {**dict.fromkeys(COLUMNS, ""), "source": "*"}
    files = {answer: suffix[1:] for suffix, answer in ANSWERS.items()}
    files |= {f"who_{suffix[1:]}": suffix[1:] for suffix in ANSWERS}
    raw = {name: name if file == "csv" else f"{file}.{name}" for name, file in files.items()}
    book = pd.DataFrame([{**blank, "raw_name": raw[row["variable"]], **row} for row in rows])
    contents = {
        "study": study,
        "strategies": [{"name": "near", "label": "Nearest", "method": "nearest"}],
        "exhibits": {"drop": ["forest", "love", "overlap", "sensitivity", "robustness"]},
    }
    for path in folder.iterdir():
        path.unlink()
    book.to_csv(folder / "codebook.csv", index=False)
    for name, content in contents.items():
        (folder / f"{name}.yaml").write_text(yaml.safe_dump(content), encoding="utf-8")


def texts_of(path: Path) -> list[str]:
    """Return what is written in a file: of packed formats, what is in them."""
    content = path.read_bytes()
    if path.suffix == ".pdf":
        return [*_pages(path), *(part.decode("latin-1") for part in (content, *_streams(content)))]
    if path.suffix == ".parquet":
        return [content.decode("utf-8", "ignore"), pd.read_parquet(path).to_csv()]
    if path.suffix == ".gz":
        content = gzip.decompress(content)
    if zipfile.is_zipfile(BytesIO(content)):
        content = b"".join(_unpacked(content))
    return [content.decode("utf-8", "ignore"), content.decode("utf-16-le", "ignore")]


def _pages(path: Path) -> list[str]:
    if not shutil.which("pdftotext"):
        return []
    call = ["pdftotext", str(path), "-"]
    return [subprocess.run(call, capture_output=True, text=True, check=True).stdout]


def _streams(content: bytes) -> Iterator[bytes]:
    """Yield what is compressed in a PDF file, such as what it says of itself."""
    for part in re.findall(rb"stream\r?\n(.*?)\r?\nendstream", content, flags=re.DOTALL):
        with suppress(zlib.error):
            yield zlib.decompress(part)


def _unpacked(content: bytes) -> Iterator[bytes]:
    """Yield what is in an archive, and in archives in it: a package holds workbooks."""
    with zipfile.ZipFile(BytesIO(content)) as packed:
        for name in packed.namelist():
            inner = packed.read(name)
            yield name.encode()
            yield from _unpacked(inner) if zipfile.is_zipfile(BytesIO(inner)) else [inner]


def refuse_planted(root: Path, shown: CompletedProcess[str]) -> None:
    texts = {"the terminal": [shown.stdout, shown.stderr]}
    for path in sorted(root.rglob("*")):
        name = str(path.relative_to(root))
        if path.is_file() and name.split("/")[0] not in NOT_SEARCHED:
            texts[name] = [*texts_of(path), name]
    by_stem: dict[str, list[str]] = {}
    for item in planted():
        by_stem.setdefault(item[:5], []).append(item)
    for name, own in texts.items():
        stems = [stem for stem in by_stem if any(stem in text for text in own)]
        hits = [
            item for stem in stems for item in by_stem[stem] if any(item in text for text in own)
        ]
        assert not hits, f"{hits[:3]} in {name}"
    assert len(texts) > 30 or shown.returncode


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> tuple[Project, CompletedProcess[str]]:
    """Return a new project with the study after its run, and what the run printed."""
    root = tmp_path_factory.mktemp("planted") / "identifiers"
    assert main(["new", str(root)]) == 0
    write_study(root)
    project = Project(root)
    return project, project.run()


def test_no_run_leaves_an_identifier(ran: tuple[Project, CompletedProcess[str]]) -> None:
    project, shown = ran
    assert shown.returncode == 0, shown.stdout + shown.stderr
    assert (project.root / "results/producers/report.html").exists()
    refuse_planted(project.root, shown)


@pytest.mark.long
@pytest.mark.parametrize(
    "command", [("trace", "matched/near/income/estimate"), ("package", "producers")]
)
def test_no_copy_that_leaves_has_an_identifier(
    ran: tuple[Project, CompletedProcess[str]], command: tuple[str, str]
) -> None:
    project, _ = ran
    shown = project.command(*command)
    assert shown.returncode == 0, shown.stderr
    refuse_planted(project.root, shown)


@pytest.mark.long
def test_a_run_that_an_identifier_stops_does_not_quote_it(
    ran: tuple[Project, CompletedProcess[str]],
) -> None:
    """The last one: the files of the project are wrong after it."""
    project, _ = ran
    own = cells(".csv")
    folios = [own["folio"].iloc[1], *own["folio"].iloc[1:]]
    write(project.root / "data/producers/visit.csv", own.assign(folio=folios))
    shown = project.run()
    assert shown.returncode == 1
    assert "error: file data/producers/visit.csv" in shown.stdout + shown.stderr
    refuse_planted(project.root, shown)
