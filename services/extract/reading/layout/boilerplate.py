"""Boilerplate: how sentences begin in which a page speaks to its readers, or says how it goes on."""

# ruff: noqa: RUF001  (the marks that newspapers print)
import re


def any_of(*patterns: str, flags: re.RegexFlag = re.IGNORECASE) -> re.Pattern[str]:
    """Return one pattern that matches where any of ``patterns`` does."""
    return re.compile("|".join(f"(?:{pattern})" for pattern in patterns), flags)


_THIS = r"(?:this|the) (?:breaking |developing |live )?(?:news )?"
_PAGE = r"(?:story|article|page|blog|report|post|piece)"

_READERS = (
    r"(?:please )?(?:sign up|subscribe|log in|register|donate|become a (?:member|subscriber))\b",
    r"(?:please )?download (?:our|the) app\b",
    r"(?:please )?(?:like and )?follow (?:us|him|her|them|me|[\w ’'.]{1,40} on)\b",
    r"join (?:us|our|the conversation)\b",
    r"(?:also )?(?:click|tap) (?:here|on|the|to)\b",
    r"read (?:more|also|next|the (?:rest|full|whole|original))\b",
    r"(?:see|hear|watch) (?:also|more)\b",
    r"share (?:this|on|via|your)\b",
    r"(?:let us know|tell us|have your say|what do you think|leave (?:a|your) comment|get in touch)\b",
    r"(?:you can )?(?:e-?mail|write to|contact|reach) (?:us|me|(?:him|her) directly|the (?:author|writer|editor))\b",
    r"(?:ring|phone|call|text|e-?mail|message) (?:us\b|\w+ (?:to|on) \d)",
    r"(?:ring|phone|call|text|e-?mail|message) [\w ’']{1,30}(?:newsdesk|newsroom|hotline|tip ?line)",
    r"(?:vote|comment|take part) (?:(?:on|in) our\b|below|now\b)",
    r"(?:do you have|have you got|got) (?:a|any|an) (?:story|news|tip|information|view|question)\b",
    r"if [\w ’']{1,40}, (?:ring|call|dial|phone) \d+",
    r"(?:support|back) (?:our|independent|quality) (?:journalism|newsroom|reporting|work)\b",
    r"(?:many )?(?:thanks|thank you) for your (?:company|time|support|interest)\b",
    r"(?:thanks|thank you) for (?:joining|reading|staying|following|watching|listening)\b",
)
_PAGES = (
    rf"{_THIS}{_PAGE} is (?:\w+ ){{0,2}}(?:updated|developing|closed|live)\b",
    rf"{_THIS}{_PAGE} (?:will be|may be|has been) updated\b",
    r"this is a (?:breaking|developing)\b",
    r"(?:more (?:to|details?) (?:come|follow)|check back|stay (?:tuned|with)|come back)\b",
    r"more (?:on this|stories|coverage)\b",
    r"turn to page \d|(?:continued|see) (?:on|from) page",
    r"(?:the|our) next (?:bulletin|programme|program|edition|newsletter) (?:is|will|goes)\b",
    r"and now (?:for )?the (?:weather|sport)\b",
    r"(?:the )?comments are (?:now )?(?:open|closed|off)\b",
    rf"(?:an earlier|a previous|the original) version of this {_PAGE}",
    r"(?:related|recommended|you (?:may|might) also (?:like|enjoy))(?: [\w ]{1,20})?[:.]?\Z",
    r"(?:related|read more|more on this|recommended): ",
    r"(?:ends?|advertisement|sponsored|[#*\s]+|-+ ?30 ?-+|(?:tags?|topics?):.*|filed under.*)\Z",
)
_RELEASES = (
    r"(?:for|not for|under) (?:immediate |general )?(?:release|publication|distribution)\b.{0,40}\Z",
    r"embargoed (?:until|till)\b",
    r"about (?:the )?[^\W\d_][^:]{1,60}: ",
    r"(?:press|media) (?:office|contact|information|relations|enquiries|release|statement)(?: no\.? ?\S+| ?:.*)?\Z",
    r"(?:contacts?|enquiries|inquiries|notes? to editors?)\b ?(?:[:,]|\Z)",
    r"(?:for )?(?:further|more) (?:information|details)\b ?(?:[:,]|\Z)",
)

BOILERPLATE = any_of(*_READERS, *_PAGES, *_RELEASES)
"""Matched at the start of a sentence."""
