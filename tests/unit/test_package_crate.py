"""Metadata of a package name files as they are called, whatever characters their names have."""

from hashlib import sha256
from pathlib import Path

import pytest
from rocrate.rocrate import ROCrate

from ruralimpact.package.check import package_problems
from ruralimpact.package.layout import MANIFEST
from ruralimpact.package.manifest import Manifest

NAMES = ("farms (final) [2].csv", "ñandú.csv", "100%25.csv", "a&b'c$d#e+f;g,h=i.csv")


@pytest.mark.parametrize("name", NAMES)
def test_a_file_is_found_in_the_metadata(tmp_path: Path, name: str) -> None:
    package, digest = tmp_path / "package", sha256(b"1").hexdigest()
    (tmp_path / name).write_bytes(b"1")
    crate = ROCrate()
    crate.add_file(tmp_path / name, dest_path=f"data/{name}", properties={"sha256": digest})
    crate.write(package)
    listed = {f"data/{name}": digest, "data/other.csv": digest}
    manifest = Manifest(study="s", version="0", data_included=True, files=listed)
    (package / MANIFEST).write_text(manifest.model_dump_json(), encoding="utf-8")
    without_digest = [line for line in package_problems(package) if "with its digest" in line]
    assert without_digest == [
        "ro-crate-metadata.json: does not have data/other.csv with its digest"
    ]
