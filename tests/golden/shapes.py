"""Shapes: forty pages as publishers lay them out, of invented news; ``flotsam`` marks what is no part of an article."""

import json

HEADLINE = "Harbour of Skarne to close for the winter"
LEAD = "The harbour of Skarne will close in November, the port authority said on Monday, a month sooner than last year."
SAID = "“We cannot keep the channel free of ice,” Ilse Brandt, the harbour master, told the council on Monday evening."
FERRY = (
    "The ferry to Tarrow will leave from the old pier until March, and its fares will not rise, the company promised."
)
DOUBT = "Two councillors doubted the figures and asked for the ice reports of the past ten years to be made public."
LAST = "The council will vote on the plan next week, and the fishermen of the north quay have asked to be heard first."
BODY = (LEAD, SAID, FERRY, DOUBT, LAST)
FLOTSAM = "Flotsam: ten gulls that you will not believe are real, and what they ate when nobody was looking at them"


def p(*lines: str, name: str = "") -> str:
    """Return the lines as paragraphs."""
    return "".join(f"<p{f' class={name!r}' if name else ''}>{line}</p>\n" for line in lines)


def div(inner: str, name: str = "", tag: str = "div") -> str:
    """Return an element with a class."""
    return f"<{tag}{f' class={name!r}' if name else ''}>{inner}</{tag}>\n"


def linked(kind: str = "NewsArticle", /, **fields: object) -> str:
    """Return JSON-LD of a news article, or of another type."""
    node = {"@context": "https://schema.org", "@type": kind, **fields}
    return f'<script type="application/ld+json">{json.dumps(node, ensure_ascii=False)}</script>'


def meta(name: str, content: str) -> str:
    """Return a meta element."""
    return f'<meta property="{name}" content="{content}">'


def page(body: str, head: str = "", *, html: str = 'lang="en"', title: str = f"{HEADLINE} | The Skarne Post") -> str:
    """Return a page with the frame that most have: a bar, a footer, scripts."""
    frame = div("<a href=/>Flotsam home</a> <a href=/x>Flotsam sport</a>", tag="nav")
    foot = div("<p>Flotsam and company, all rights reserved.</p>", tag="footer")
    script = "<script>var flotsam = 'The ferry <p>flotsam</p> will';</script>"
    heads = f"<head><title>{title}</title>{head}</head>"
    return f"<!doctype html><html {html}>{heads}<body>{frame}{body}{foot}{script}</body></html>"


def article(inner: str, head: str = "", **kwargs: str) -> str:
    """Return a page whose article stands in an ``article`` element under its headline."""
    return page(div(f"<h1>{HEADLINE}</h1>{inner}", tag="article"), head, **kwargs)


def teasers(tag: str = "h3") -> str:
    """Return five titles of other articles."""
    return "".join(f'<{tag}><a href="/{n}">Flotsam number {n} has come ashore at last</a></{tag}>' for n in range(5))


POST = "".join(
    f'<div class="post"><h2>{time}</h2>{p(line)}</div>'
    for time, line in zip(("18:40", "18:15", "17:50"), BODY[:3], strict=True)
)
ARABIC = "قال مدير الميناء يوم الاثنين إن الميناء سيغلق أبوابه في شهر نوفمبر بسبب الجليد الذي يغطي القناة في كل شتاء."
TABLE = (
    "<table><tr><th>Month</th><th>Days of ice</th></tr><tr><td>January</td><td>24</td></tr>"
    "<tr><td>February</td><td>27</td></tr></table>"
)
QUOTE = (
    "<blockquote><p>The channel was closed for forty days, and nobody in the town had been told of it.</p></blockquote>"
)
TWEET = (
    '<div class="embed"><blockquote class="twitter-tweet"><p>The harbour closes in November. We will run the'
    " ferry from the old pier.</p>&mdash; Tarrow Ferries (@tarrowferries)</blockquote></div>"
)

SHAPES: dict[str, str] = {
    "plain": article(p(*BODY)),
    "json_ld": article(
        p(*BODY),
        linked(
            headline=HEADLINE,
            author=[{"@type": "Person", "name": "Marta Klein"}, {"@type": "Organization", "name": "Flotsam Desk"}],
            datePublished="2026-10-05T18:00:00+02:00",
            dateModified="2026-10-06T08:30:00+02:00",
            publisher={"@type": "Organization", "name": "The Skarne Post"},
            articleSection="Harbour",
        ),
    ),
    "dates_of_others": article(
        p(*BODY),
        linked("VideoObject", name="Flotsam", datePublished="2024-02-01")
        + linked(headline="Flotsam of the year", datePublished="2023-01-01", author="Flotsam")
        + linked(headline=HEADLINE, datePublished="2026-10-05T18:00:00+02:00", author="Marta Klein")
        + linked("WebPage", datePublished="2020-01-01")
        + linked(
            "ItemList",
            itemListElement=[
                {"@type": "ListItem", "item": {"@type": "NewsArticle", "datePublished": f"2025-03-0{day}"}}
                for day in range(1, 4)
            ],
        ),
    ),
    "date_of_a_video": article(
        p("Published: 5 October 2026", *BODY),
        linked(headline=HEADLINE)
        + linked("VideoObject", name="Flotsam", datePublished="2024-02-01")
        + linked("VideoObject", name="Flotsam", datePublished="2024-02-03").replace("{", "{,"),
    ),
    "metas": article(
        p(*BODY),
        meta("og:title", HEADLINE)
        + meta("article:published_time", "2026-10-05T16:00:00Z")
        + meta("author", "Marta Klein and Jonas Berg")
        + meta("og:site_name", "The Skarne Post")
        + meta("article:section", "Harbour"),
    ),
    "microdata": page(
        f'<div itemscope itemtype="https://schema.org/NewsArticle"><h1 itemprop="headline">{HEADLINE}</h1>'
        '<span itemprop="author">Marta Klein</span><span itemprop="datePublished">5 October 2026</span>'
        f'<div itemprop="articleBody">{p(*BODY)}</div></div>'
    ),
    "shown_byline": article(
        '<a rel="author" href="/mk">Marta Klein</a><time datetime="2026-10-05">Monday</time>' + p(*BODY)
    ),
    "live_blog": article(POST, linked(headline=HEADLINE).replace("NewsArticle", "LiveBlogPosting")),
    "list": article(
        p(LEAD) + "<ol><li>The old pier is used until March</li><li>Fares stay as they are</li></ol>" + p(*BODY[1:])
    ),
    "subheads": article(
        p(LEAD, SAID) + "<h2>Ferries from the old pier</h2>" + p(FERRY) + "<h2>Doubts</h2>" + p(DOUBT, LAST)
    ),
    "interview": article(
        p(LEAD)
        + p(*(f"<strong>{q}</strong>" for q in ("Will the harbour open before March?",)))
        + p("We cannot promise that. The ice decides, and last year it stayed until the second week of April.")
        + p(
            "<strong>Who pays for the ferry?</strong>",
            "The company does. The town has paid for the pier, and that is enough.",
        )
        + p(LAST)
    ),
    "wire_copy": article(
        p(
            f"SKARNE (Reuters) - {LEAD}",
            *BODY[1:],
            "(Reporting by Marta Klein; Editing by Jonas Berg)",
            "© 2026 Reuters. All rights reserved.",
        )
    ),
    "dateline_ap": article(p(f"SKARNE (AP) — {LEAD}", *BODY[1:])),
    "paywalled": article(
        p(*BODY[:4]) + div("<p>Subscribe to continue reading the flotsam</p>", "offer"),
        linked(isAccessibleForFree=False),
    ),
    "paywall_stub": article(
        p(LEAD) + p("Already a subscriber? Log in to read the flotsam."), linked(isAccessibleForFree=False)
    ),
    "cookie_wall": page(
        p(*(["We and our 40 partners use cookies. Accept all, or manage options for your privacy choices."] * 5))
    ),
    "soft_404": page(
        "<h1>Page not found</h1>" + p("Sorry, the page you asked for could not be found. " * 6), title="Page not found"
    ),
    "amp": article(p(*BODY), '<link rel="canonical" href="/harbour.html">', html='amp lang="en"'),
    "table": article(p(LEAD, SAID) + TABLE + p(FERRY, DOUBT, LAST)),
    "layout_tables": page(f"<table><tr><td><h1>{HEADLINE}</h1>{p(*BODY)}</td></tr></table>"),
    "right_to_left": page(
        f"<article><h1>ميناء سكارن</h1>{p(*[f'{ARABIC} ({n})' for n in (1, 2, 3)])}</article>",
        html='lang="ar" dir="rtl"',
    ),
    "no_paragraphs": page(div(f"<h1>{HEADLINE}</h1>{'<br><br>'.join(BODY)}", "article-body")),
    "all_in_divs": page(div("".join(div(line) for line in BODY), "story-body")),
    "nested_sections": page(div("".join(div(p(line), tag="section") for line in BODY), tag="main")),
    "quotes": article(p(LEAD) + QUOTE + p(*BODY[1:])),
    "pull_quote": article(
        p(LEAD, SAID)
        + '<aside class="pullquote">Flotsam: “We cannot keep the channel free”</aside>'
        + p(FERRY, DOUBT, LAST)
    ),
    "tweet": article(p(LEAD, SAID) + TWEET + p(FERRY, DOUBT, LAST)),
    "captions": article(
        "<figure><img src=a.jpg><figcaption>Flotsam on the quay. Photo: Omar Lund</figcaption></figure>"
        + p(LEAD, SAID)
        + '<p class="image-caption">Flotsam in the channel</p><div class="leadMediaCaption">Flotsam again</div>'
        + p(FERRY, DOUBT, LAST)
    ),
    "related_box": article(p(LEAD, SAID) + div(teasers(), "related-articles") + p(FERRY, DOUBT, LAST)),
    "related_lines": article(
        p(
            LEAD,
            SAID,
            "Read more: flotsam is back",
            '<a href="/x">Flotsam has come ashore at last</a>',
            FERRY,
            "RELATED: Flotsam",
            DOUBT,
            LAST,
        )
    ),
    "teasers_at_the_end": article(p(*BODY) + teasers()),
    "newsletter": article(
        p(LEAD, SAID)
        + div("<h3>Flotsam weekly</h3><p>Get the flotsam delivered to your inbox.</p>", "Newsletter-box")
        + p("Sign up here for our flotsam newsletter.", FERRY, DOUBT, LAST)
    ),
    "share_bar": article(div("<a>Flotsam on Facebook</a><span>Flotsam by mail</span>", "share-bar") + p(*BODY)),
    "comments": article(p(*BODY)).replace(
        "<footer", '<section class="comments"><p>flotsam!! first</p><p>flotsam indeed</p></section><footer', 1
    ),
    "cut_by_adverts": article(
        div(p(LEAD, SAID), "article__body")
        + div("<p>Flotsam for sale</p>", "advert")
        + div(p(FERRY, DOUBT, LAST), "article__body")
    ),
    "quoted_between_parts": article(
        div(p(LEAD), "article__body")
        + f"<blockquote>{p(SAID)}</blockquote>"
        + div(p(FERRY), "article__body")
        + "<h2>Ice on the channel</h2>"
        + "<ul><li><a href=/1>Flotsam number 1</a></li><li><a href=/2>Flotsam number 2</a></li></ul>"
        + div(p(DOUBT, LAST), "article__body")
    ),
    "speaker_in_a_footer": article(
        p(LEAD)
        + "<blockquote><p>“We cannot keep it free of ice.”</p><footer>Ilse Brandt, harbour master</footer></blockquote>"
        + p(FERRY, DOUBT, LAST)
    ),
    "hidden_pop_up": article(
        p(
            LEAD,
            'Ilse Brandt<span class="tooltip">Flotsam about Ilse Brandt</span> told the council that the ice decides.',
            *BODY[2:],
        )
    ),
    "disclosure": article(
        p(*BODY, "This article was translated with the help of artificial intelligence and checked by an editor.")
        + p("Correction: An earlier version of this article named the wrong pier.")
    ),
    "dated_lines": article(p("Published: 5 October 2026", *BODY, "Last updated: October 6, 2026 8:30 am")),
    "signed_off": article(
        p(*BODY, "Follow Marta Klein on Twitter: @flotsam", "desk@flotsam.example", "Copyright 2026 Flotsam Press")
    ),
    "inline_markup": article(
        p(LEAD.replace("port authority", '<a href="/pa"><b>port</b> authority</a>'), SAID, *BODY[2:])
    ),
    "quotation_elements": article(
        p(LEAD, "<q>The ice decides</q>, said Ilse Brandt, <q>and nobody else</q>.", *BODY[2:])
    ),
    "broken_markup": (
        f"<html><title>{HEADLINE}</title><body><div class=entry-content><p>{'<p>'.join(BODY)}<div><b></p></i>"
    ),
    "entities": article(p(LEAD.replace("Monday", "Monday&nbsp;&mdash; at 6&#8239;p.m. &#0;"), *BODY[1:])),
    "infinite_scroll": article(p(*BODY)).replace(
        "<footer", f'<div class="infinite-scroll">{p(FLOTSAM * 3)}</div><footer', 1
    ),
}
