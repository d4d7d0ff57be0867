"""What was read of the five articles: claims in the terms of the set's rules, and the lines they meet."""

from collections.abc import Collection, Iterable, Mapping
from functools import cached_property
from typing import Any

from tests.acceptance.gold import Gold, Line, Pair

Words = Mapping[str, Any]


class Account:
    """Texts as stored and the claims served of them, by article; the lines are moved to where the texts have them."""

    def __init__(self, gold: Gold, texts: Mapping[str, str], claims: Iterable[Any]) -> None:
        self.gold, self.check, self.texts = gold, gold.check, texts
        self.claims = list(claims)
        self.lines: list[Line] = [
            gold.check.moved(line, gold.texts[line["article"]], texts[line["article"]])
            for line in gold.lines
            if line["article"] in texts
        ]
        self._by_id = {line["id"]: line for line in self.lines}

    @cached_property
    def got(self) -> dict[str, str]:
        """The claim of each line that is met, one claim for each line."""
        return dict(self.check.assign(self.lines, self.claims, self.texts))

    def line(self, name: str) -> Line:
        assert name in self._by_id, f"the article of {name} is not there"
        return self._by_id[name]

    def of(self, article: str) -> list[Any]:
        return [claim for claim in self.claims if claim.article == article]

    def meeting(self, name: str) -> set[str]:
        """Return the claims that meet a line."""
        assert name in self.got, f"{name} is not met"
        line = self.line(name)
        return {c.id for c in self.check.candidates(line, self.claims, self.lines, self.texts[line["article"]])}

    def meeting_any(self, names: Iterable[str]) -> set[str]:
        """Return the claims that meet one of the lines; some line must be met."""
        names = list(names)
        found = {claim for name in names if name in self.got for claim in self.meeting(name)}
        assert found, f"none of {names} is met"
        return found

    def finding(self, name: str) -> set[str]:
        """Return the claims that find a line, whatever their other fields are."""
        line = self.line(name)
        fits = self.check.speaker_fits
        return {claim.id for claim in self.of(line["article"]) if self.finds(claim, line) and fits(line, claim)}

    def finds(self, claim: Any, line: Line) -> bool:
        least = self.check.QUOTE_AT if self.check.is_quote(line) else self.check.CLAIM_AT
        return bool(self.check.fit(line, claim, self.quotes(line["article"])) >= least)

    def quotes(self, article: str) -> list[Line]:
        return [line for line in self.lines if line["article"] == article and self.check.is_quote(line)]

    def place(self, article: str, span: Pair) -> Pair:
        """Return where the span's words stand in the stored text."""
        found = self.check.place(self.gold.texts[article], span, self.texts[article])
        assert found is not None, f"the words of {article} {span} are not in the stored text"
        return [*found]

    def check_met_in(self, articles: Collection[str]) -> None:
        """Fail where nothing is met of one of the articles: what finds nothing has no faults either."""
        met = {self.line(name)["article"] for name in self.got}
        assert met >= set(articles), f"no quote or claim is met of {sorted({*articles} - met)}"


def adapt(check: Any, shown: Words, *, article: str, key: Any, nested_in: Any, aliases: Iterable[str] = ()) -> Any:
    """Return a claim of the rules' kind from one as `claimwire text` or the API shows it."""
    speaker = shown["speaker"] or {}
    names = [speaker[name] for name in ("name", "text") if speaker.get(name)]
    return check.Claim(
        id=key,
        article=article,
        content=_spans(shown["content"]),
        speaker=_spans(speaker),
        cue=_spans(shown["cue"]),
        question=_spans(shown["question"]),
        speaker_names=[*names, *aliases],
        anonymous=speaker.get("anonymous"),
        nested_in=nested_in,
        **{name: shown[name] for name in ("polarity", "force", "form", "voice")},
    )


def _spans(words: Words | None) -> list[Pair]:
    return [[*span] for span in words["spans"]] if words else []
