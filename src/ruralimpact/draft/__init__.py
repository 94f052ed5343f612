"""A first draft of a study from the files that a survey firm delivered.

What the files show is proposed with the evidence; what they cannot show is marked `?`, and neither
`check` nor `run` goes on while one stands.
"""

from ruralimpact.draft.project import write_draft
from ruralimpact.draft.study import DraftStudy, draft_study

__all__ = ["DraftStudy", "draft_study", "write_draft"]
