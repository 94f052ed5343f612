"""RO-Crate metadata of a package, through the library `rocrate`."""

import json
import mimetypes
from datetime import date, datetime
from pathlib import Path

from rocrate.model.contextentity import ContextEntity
from rocrate.rocrate import ROCrate

from ruralimpact import __version__
from ruralimpact.language import gettext, marked
from ruralimpact.package.layout import CRATE, MAIN_SCRIPT, RESULTS, SOFTWARE
from ruralimpact.package.manifest import digests_of
from ruralimpact.schema.study import Study

_AUTHOR = marked("for the author to fill in")


def write_crate(study: Study, package: Path, *, licence: str, on: date) -> None:
    """Write the metadata file.

    Parameters
    ----------
    study : Study
    package : path
        With all other files in place but the manifest.
    licence : str
        Of the data, in words.
    on : date
        When the package was made.
    """
    crate = ROCrate()
    crate.name = gettext("Replication package of {title}").format(title=study.title)
    crate.description = study.question or study.title
    crate.license = licence.replace("*", "")
    crate.datePublished = datetime(on.year, on.month, on.day)
    crate.root_dataset["author"] = gettext(_AUTHOR)
    if study.citation:
        crate.root_dataset["citation"] = study.citation
    software = crate.add(
        ContextEntity(
            crate,
            "#ruralimpact",
            properties={
                "@type": "SoftwareApplication",
                "name": "ruralimpact",
                "softwareVersion": __version__,
                "license": "MIT",
            },
        )
    )
    results = []
    for name, digest in digests_of(package).items():
        if name == str(CRATE):
            continue
        kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
        properties = {
            "sha256": digest,
            "contentSize": str((package / name).stat().st_size),
            "encodingFormat": kind,
        }
        if name == str(MAIN_SCRIPT):
            properties |= {"description": gettext("Makes every result anew and compares it")}
        entity = crate.add_file(package / name, dest_path=name, properties=properties)
        if Path(name).parts[0] == str(RESULTS):
            results.append(entity)
        if Path(name).parent == SOFTWARE and name.endswith(".whl"):
            software["installUrl"] = {"@id": entity.id}
    action = {"@type": "CreateAction", "name": gettext("The run that made the results")}
    made_by = crate.add(ContextEntity(crate, "#run", properties=action))
    made_by["instrument"], made_by["result"] = software, results
    text = json.dumps(crate.metadata.generate(), indent=1, ensure_ascii=False)
    (package / CRATE).write_text(f"{text}\n", encoding="utf-8")
