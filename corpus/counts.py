"""Counts the corpus: ``python -m corpus.counts`` writes the table into the corpus's README."""

import sys
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from corpus.articles import Article
from corpus.check import SPLITS
from corpus.compile import AFFAIR, HERE, read_affair

BEGIN, END = "<!-- counts -->\n", "<!-- end of counts -->\n"


def _article_counts(article: Article) -> Counter[str]:
    claims = article.claims
    counts = Counter({"articles": 1, "words": len(article.text.split()), "mentions": len(article.mentions)})
    counts["claims"] = len(claims)
    for claim in claims:
        form = claim.form[0] if claim.form else None
        counts.update([f"voice {claim.voice}", f"polarity {claim.polarity[0]}", f"force {claim.force[0]}"])
        counts.update([f"speech act {claim.speech_act[0]}"])
        counts.update([f"form {form}"] if form else [])
        counts.update(["nested"] if claim.nested_in else [])
        counts.update(["with a question"] if claim.question else [])
        counts.update(["optional"] if claim.optional else [])
        counts.update(["with a time"] if claim.said_at else [])
        if claim.speaker:
            counts.update([f"speaker by {claim.speaker.resolved_by[0]}"])
            counts.update(["speaker anonymous"] if claim.speaker.anonymous else [])
    counts.update(f"non-claim {non_claim.kind.replace('_', ' ')}" for non_claim in article.non_claims)
    counts.update([f"genre {article.genre.replace('_', ' ')}"])
    return counts


def count_split(folders: Iterable[Path]) -> Counter[str]:
    """Return how often each value of each field occurs in the affairs of the folders, by its preferred reading."""
    counts = Counter[str]()
    for folder in folders:
        affair = read_affair(folder)
        counts["affairs"] += 1
        counts["origins of several articles"] += len(affair.origins)
        for relation in affair.relations:
            pairs = len(relation.a) * len(relation.b) or len(relation.a) * (len(relation.a) - 1) // 2
            counts[f"relation {relation.kinds[0]}"] += pairs
        for path in sorted(folder.glob("*.json")):
            if path.name != AFFAIR:
                counts += _article_counts(Article.model_validate_json(path.read_bytes()))
    return counts


def table(root: Path = HERE) -> str:
    """Return the counts as a Markdown table: a row a value, a column a split."""
    columns = {split: count_split(path for path in (root / split).glob("*") if path.is_dir()) for split in SPLITS}
    every = sum(columns.values(), Counter[str]())
    first = ("affairs", "articles", "words", "mentions", "claims")
    rows = [*first, *sorted(set(every) - set(first))]
    lines = [f"| | {' | '.join(SPLITS)} | all |", "|---" * (len(SPLITS) + 2) + "|"]
    for row in rows:
        cells = (f"{columns[split][row]:,}" for split in SPLITS)
        lines.append(f"| {row} | {' | '.join(cells)} | {every[row]:,} |")
    return "\n".join(lines) + "\n"


def main() -> int:
    """Write the table between its marks in the README."""
    readme = HERE / "README.md"
    before, _, rest = readme.read_text(encoding="utf-8").partition(BEGIN)
    _, _, after = rest.partition(END)
    readme.write_text(f"{before}{BEGIN}{table()}{END}{after}", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
