"""Selection: the members of an answer that a client asks for with ``fields``, so that the others are not sent."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, get_args

from fastapi import Depends, Query, Request
from pydantic import BaseModel
from starlette.responses import Response

from services.api.http.parameters import Selection
from services.api.http.problems import refuse
from services.api.http.responses import json_response


@dataclass(frozen=True)
class Chosen:
    """The names of the members that are wanted; None: all."""

    names: tuple[str, ...] | None = None

    def of(self, shown: Mapping[str, object]) -> Mapping[str, object]:
        """Return the wanted members of what is shown."""
        return shown if self.names is None else {name: shown[name] for name in self.names}

    def answer(self, shown: Mapping[str, object]) -> Response:
        """Return the response that shows the wanted members."""
        return json_response(self.of(shown))


def choose(request: Request, selection: Selection) -> Chosen:
    """Return what a request wants of the answer that its route declares; raises Invalid where it has no such member."""
    if selection.fields is None:
        return Chosen()
    names = tuple(dict.fromkeys(selection.fields.split(",")))
    answered: type[BaseModel] = request.scope["route"].response_model
    if not members(answered).issuperset(names):
        mistake = {"type": "fields", "loc": ("query", "fields"), "msg": "Must name members of the answer, by commas"}
        raise refuse([mistake])
    return Chosen(names)


def members(model: type[BaseModel]) -> frozenset[str]:
    """Return the names that may be chosen of an answer: of a list those of its items."""
    items = model.model_fields.get("items")
    return frozenset(model.model_fields if items is None else get_args(items.annotation)[0].model_fields)


async def _only(request: Request, selection: Annotated[Selection, Query()]) -> Chosen:
    return choose(request, selection)


Only = Annotated[Chosen, Depends(_only)]
"""For a route that shows one thing; it takes ``fields`` and no other parameter."""
