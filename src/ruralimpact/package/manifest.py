"""The list of a package's files with their digests."""

import hashlib
import json
from pathlib import Path

from pydantic import ValidationError

from ruralimpact.errors import DataError
from ruralimpact.package.layout import MANIFEST, is_remade
from ruralimpact.schema.written import Written
from ruralimpact.survey.file_digest import file_digest


class Manifest(Written):
    """What a package holds.

    Attributes
    ----------
    study, version : str
        Of the study, and of the software that made it.
    data_included : bool
        Raw files and rows of units are in it.
    files : dict of str to str
        SHA-256 by path; all but the manifest itself.
    """

    study: str
    version: str
    data_included: bool
    files: dict[str, str]

    @property
    def digest(self) -> str:
        """The SHA-256 of the package: of all its files."""
        text = json.dumps(self.model_dump(), sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()


def digests_of(package: Path) -> dict[str, str]:
    """Return the digest of each file of a package, by its path with slashes."""
    names = (path.relative_to(package) for path in sorted(package.rglob("*")) if path.is_file())
    return {
        name.as_posix(): file_digest(package / name)
        for name in names
        if name != MANIFEST and not is_remade(name)
    }


def read_manifest(package: Path) -> Manifest:
    """Read the manifest of a package.

    Raises
    ------
    DataError
        The folder is no package.
    """
    path = package / MANIFEST
    try:
        return Manifest.model_validate_json(path.read_bytes())
    except FileNotFoundError:
        raise DataError(f"is no package: it has no {MANIFEST}.", file=package) from None
    except ValidationError:
        raise DataError("is no list of a package's files.", file=path) from None
