"""Results are replaced when all is there, and only where they differ."""

from pathlib import Path

from ruralimpact.publishing import publish, whole


def folders(root: Path) -> tuple[Path, Path]:
    return root / "resources" / "study", root / "results" / "study"


def make(source: Path, **contents: str) -> list[Path]:
    """Write files under the folder of the stages, as stages do: a new file each time."""
    source.mkdir(parents=True, exist_ok=True)
    paths = []
    for name, text in contents.items():
        path = source / f"{name}.txt"
        path.unlink(missing_ok=True)
        path.write_text(text, encoding="utf-8")
        paths.append(path)
    return paths


def texts(folder: Path) -> dict[str, str]:
    return {path.stem: path.read_text(encoding="utf-8") for path in sorted(folder.glob("*.txt"))}


def test_what_is_the_same_is_left_alone_and_what_is_gone_is_taken_away(tmp_path: Path) -> None:
    source, target = folders(tmp_path)
    publish(make(source, same="1", new="2", gone="3"), source, target)
    (target / "own.txt").write_text("a note of the user", encoding="utf-8")
    before = (target / "same.txt").stat().st_mtime_ns
    publish(make(source, same="1", new="4"), source, target)
    assert texts(target) == {"same": "1", "new": "4", "own": "a note of the user"}
    assert (target / "same.txt").stat().st_mtime_ns == before


def test_stages_and_results_do_not_touch_each_other(tmp_path: Path) -> None:
    source, target = folders(tmp_path)
    publish(make(source, table="1"), source, target)
    make(source, table="2")
    assert texts(target) == {"table": "1"}
    with (target / "table.txt").open("a", encoding="utf-8") as file:
        file.write(", edited by hand")
    assert texts(source) == {"table": "2"}


def test_a_result_that_is_missing_is_noticed(tmp_path: Path) -> None:
    source, target = folders(tmp_path)
    assert whole(source, target), "nothing was published yet"
    publish(make(source, table="1"), source, target)
    assert whole(source, target)
    (target / "table.txt").unlink()
    assert not whole(source, target)
