"""What stands beside an article is dropped by its tag and its name; the frame of the article never."""

from typing import Any

import pytest
from lxml import html

from services.ingest.cleaning.chaff import drop_chaff
from services.ingest.cleaning.mending import join_bodies, show_posts
from services.ingest.cleaning.shown import BYLINES_MAX, find_shown

WORDS = "The harbour of Skarne will close in November, the port authority said."
LATER = "The ferry will leave from the old pier until March."
ARTICLE = f"<p>{WORDS}</p>" * 5


def parsed(body: str) -> Any:
    return html.document_fromstring(f"<html><body>{body}</body></html>")


def left(body: str) -> str:
    tree = parsed(body)
    drop_chaff(tree)
    return str(tree.text_content())


@pytest.mark.parametrize(
    "beside",
    [
        "<nav>x</nav>",
        "<script>x</script>",
        "<figure><figcaption>x</figcaption></figure>",
        '<div class="related-posts">x</div>',
        '<div class="m-RelatedBox">x</div>',
        '<ul id="most-read">x</ul>',
        '<section class="Newsletter--inline">x</section>',
        '<p class="leadMediaCaption">x</p>',
        '<span class="tooltip">x</span>',
        '<p><a href="/">Ten x that came ashore</a></p>',
        '<p>» <a href="/">Ten x that came ashore</a></p>',
    ],
)
def test_addition_is_dropped_and_its_tail_stays(beside: str) -> None:
    assert left(f"{ARTICLE}{beside}tail") == WORDS * 5 + "tail"


@pytest.mark.parametrize(
    "name", ["modal-enabled", "share", "unrelated", "prelated", "shareholders", "relatedness", "mapping"]
)
def test_frame_of_the_article_is_never_dropped(name: str) -> None:
    assert left(f'<div class="{name}">{ARTICLE}</div>') == WORDS * 5


@pytest.mark.parametrize("name", ["related", "recommended", "promo"])
def test_list_that_reads_on_is_of_the_article(name: str) -> None:
    body = f"<p>{WORDS} {LATER}</p>"
    assert left(f'{ARTICLE * 2}<div class="{name}">{body}</div>') == WORDS * 10 + f"{WORDS} {LATER}"
    assert left(f'{ARTICLE * 2}<div class="{name} comments">{body}</div>') == WORDS * 10
    assert left(f'{ARTICLE * 2}<div class="{name}"><p>Ten x that came ashore.</p></div>') == WORDS * 10


@pytest.mark.parametrize("name", ["recommendation", "unrecommended"])
def test_name_that_merely_holds_a_word_drops_nothing(name: str) -> None:
    assert left(f'{ARTICLE}<div class="{name}">{LATER}</div>') == WORDS * 5 + LATER


def test_speaker_in_the_footer_of_a_quotation_stays() -> None:
    said = "<blockquote>“Ice.”<footer>Ilse Brandt</footer></blockquote>"
    assert left(f"{ARTICLE}{said}<footer>x</footer>") == WORDS * 5 + "“Ice.”Ilse Brandt"


def test_paragraph_that_is_a_linked_sentence_stays() -> None:
    assert left(f'{ARTICLE}<p><a href="/">{WORDS}</a></p>') == WORDS * 6


def test_page_of_linked_lines_keeps_them() -> None:
    assert left('<p><a href="/">Ten gulls</a></p>' * 3) == "Ten gulls" * 3


def test_parts_of_a_body_are_joined_in_one_article_only() -> None:
    part = '<div class="article__body"><p>{}</p></div>'
    tree = parsed(f"<article>{part.format(1)}<b>x</b>{part.format(2)}</article><article>{part.format(3)}</article>")
    join_bodies(tree)
    assert [body.text_content() for body in tree.find_class("article__body")] == ["12", "2", "3"]


def test_what_is_said_between_parts_of_a_body_stays_there() -> None:
    part = '<div class="row"><div class="article__body"><p>{}</p></div></div>'
    heard = '<blockquote>q</blockquote><h2>h</h2><ul><li><a href="/">x</a></li></ul>'
    between = f"{heard}<div>x</div><div><p>{WORDS * 2}</p></div>"
    tree = parsed(f"<article>{part.format(1)}{between}{part.format(2)}</article>")
    join_bodies(tree)
    assert tree.find_class("article__body")[0].text_content() == f"1qh{WORDS * 2}2"


def test_quoted_post_is_no_longer_an_embedding() -> None:
    tree = parsed('<div class="embed"><blockquote class="twitter-tweet"><p>x</p></blockquote></div>')
    show_posts(tree)
    assert [element.get("class") for element in tree.iter("div", "blockquote")] == [None, None]


def test_dates_are_told_above_and_below_the_headline() -> None:
    shown = find_shown(
        parsed(
            '<p>May 1, 2024</p><h1>x</h1><time datetime="2024-05-02">x</time><p>Updated <span>May 3, 2024</span></p>'
            f"<p>{WORDS} It was May 4, 2024.</p>"
        )
    )
    assert shown.has_headline
    assert shown.before == (("May 1, 2024", False),)
    assert shown.after == (("2024-05-02", False), ("May 3, 2024", True))


def test_bylines_of_many_others_are_none_of_the_article() -> None:
    named = [f'<a rel="author">Ann Lee {n}</a>' for n in range(BYLINES_MAX + 1)]
    assert find_shown(parsed(f"<p>{''.join(named)}</p>")).bylines == ()
    assert find_shown(parsed(f"<p>{named[0]}</p>")).bylines == ("Ann Lee 0",)
