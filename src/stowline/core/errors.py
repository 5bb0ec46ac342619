"""Refusals: answers with a sentence, told apart from defects.

A `Refused` reaches a person as `{"error": code, "say": sentence, "where": field}` or as a page. Everything else that
escapes a handler is a defect and is logged as one.
"""


class Refused(Exception):
    """The request cannot be done, and here is why.

    `say` is a sentence for the person who asked; `code` a stable word for machines; `status` the HTTP status (4xx);
    `where` the field or row the sentence is about.
    """

    def __init__(self, say: str, *, code: str = "refused", status: int = 422, where: str | None = None) -> None:
        super().__init__(say)
        self.say = say
        self.code = code
        self.status = status
        self.where = where


class NotFound(Refused):
    """Nothing stands under that name (404)."""

    def __init__(self, say: str, *, where: str | None = None) -> None:
        super().__init__(say, code="not_found", status=404, where=where)


class Conflict(Refused):
    """The world moved on since the asker last looked (409)."""

    def __init__(self, say: str, *, code: str = "conflict", where: str | None = None) -> None:
        super().__init__(say, code=code, status=409, where=where)


class BadRequest(Refused):
    """The request itself cannot be read (400)."""

    def __init__(self, say: str, *, where: str | None = None) -> None:
        super().__init__(say, code="bad_request", status=400, where=where)
