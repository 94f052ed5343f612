"""The installed package as a wheel, from a checkout or from where a wheel was installed.

No build backend is needed, which an installation does not have; the bytes depend on the contents only.
"""

import base64
import hashlib
import importlib.util
from collections.abc import Iterator
from importlib.metadata import distribution
from pathlib import Path

from ruralimpact import __version__
from ruralimpact.locations import shipped
from ruralimpact.package.archive import write_zip

# What is no module but needed by a run: `force-include` of pyproject.toml.
SHIPPED = (
    *("workflow", "profiles", "environment.yml", "requirements.lock"),
    *("docs/example", "docs/methods", "docs/es/methods"),
)
_MODULES = ("ruralimpact", "snakemake_logger_plugin_ruralimpact")
_WHEEL = "Wheel-Version: 1.0\nGenerator: ruralimpact\nRoot-Is-Purelib: true\nTag: py3-none-any\n"


def write_wheel(folder: Path) -> Path:
    """Write the wheel of the running version.

    Parameters
    ----------
    folder : path

    Returns
    -------
    path
    """
    name = f"ruralimpact-{__version__}"
    files = dict(sorted(_files(f"{name}.dist-info")))
    record = f"{name}.dist-info/RECORD"
    lines = [f"{path},sha256={_digest(content)},{len(content)}" for path, content in files.items()]
    files[record] = "".join(f"{line}\n" for line in [*lines, f"{record},,"]).encode()
    return write_zip(folder / f"{name}-py3-none-any.whl", files.items())


def _files(information: str) -> Iterator[tuple[str, bytes]]:
    for module in _MODULES:
        spec = importlib.util.find_spec(module)
        assert spec is not None and spec.origin is not None
        package = Path(spec.origin).parent
        for path in _contents(package):
            name = path.relative_to(package)
            if name.parts[0] != "_shipped":
                yield f"{module}/{name.as_posix()}", path.read_bytes()
    for top in SHIPPED:
        for path in _contents(shipped(top)):
            inside = path.relative_to(shipped()).as_posix()
            yield f"ruralimpact/_shipped/{inside}", path.read_bytes()
    yield f"{information}/WHEEL", _WHEEL.encode()
    for part in ("METADATA", "entry_points.txt"):
        text = distribution("ruralimpact").read_text(part)
        assert text is not None
        yield f"{information}/{part}", text.encode()
    yield f"{information}/licenses/LICENSE", licence().encode()


def licence() -> str:
    """Return the licence of the software."""
    text = distribution("ruralimpact").read_text("licenses/LICENSE")
    assert text is not None
    return text


def _contents(path: Path) -> Iterator[Path]:
    files = [path] if path.is_file() else sorted(path.rglob("*"))
    yield from (file for file in files if file.is_file() and "__pycache__" not in file.parts)


def _digest(content: bytes) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()
