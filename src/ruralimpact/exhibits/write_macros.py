r"""Numbers of a study as LaTeX: ``\ri{study.analysis.strategy.outcome.percent}`` prints one."""

from ruralimpact.exhibits.document import FindingsDocument
from ruralimpact.exhibits.write_latex import escape

_MACRO = r"""\DeclareRobustCommand{\ri}[1]{\ifcsname ri@#1\endcsname\csname ri@#1\endcsname
\else\textbf{??}\PackageError{ruralimpact}{No number is called '#1'}{See findings.json.}\fi}"""


def latex_macros(document: FindingsDocument) -> str:
    r"""Return a file for ``\input`` that knows each finding of a study by its identifier, as printed.

    Parameters
    ----------
    document : FindingsDocument
        Findings with their identifiers.
    """
    lines = [
        f"% Numbers of the study {document.study.name}, as printed; units are in findings.json"
    ]
    if document.study.synthetic:
        lines.append("% Synthetic stand-in: no number here describes real producers")
    lines.append(_MACRO)
    for finding in document.findings.values():
        name = rf"\csname ri@{finding.identifier}\endcsname"
        lines.append(rf"\expandafter\def{name}{{{escape(finding.text)}}}")
    return "\n".join(lines) + "\n"
