"""Pieces: what an encoder reads of each word."""

import json

from tokenizers import Tokenizer

STRAIGHT = str.maketrans({"“": '"', "”": '"', "„": '"', "«": '"', "»": '"', "‘": "'", "’": "'", "‚": "'", "`": "'"})  # noqa: RUF001
"""Quotation marks as the encoders saw most of them."""

PIECES_MAX = 6
"""Pieces of one word that are read: a longer word is a number or noise, and its first pieces tell as much."""

WORD_READ_CODE_POINTS = 128
"""Of one word; the first pieces lie in them, and tokenizers take time that grows faster than the word."""

KNOWN_MAX = 50_000
"""Words whose pieces are remembered: more than a language's frequent ones, some 15 MB."""

BERT_MARKS = ("[CLS]", "[SEP]", "[UNK]", "[PAD]", "[unused0]")


class Pieces:
    """The pieces of single words, so that no piece crosses a word's border and each word has one first piece.

    ``begin`` opens a cut that is to be read as public data sets are annotated, ``ours`` one by our own guidelines.
    A word glued to the one before it gets no metaspace (SentencePiece); WordPiece knows no such thing.
    """

    def __init__(self, description: str) -> None:
        """Read a ``tokenizer.json``."""
        parsed = json.loads(description)
        self._spaced = self._glued = _plain(description)
        unigram = parsed["model"]["type"] == "Unigram"
        if unigram:
            parsed["pre_tokenizer"]["prepend_scheme"] = "never"
            self._glued = _plain(json.dumps(parsed))
        names = ("<s>", "</s>", "<unk>", "<pad>", "<mask>") if unigram else BERT_MARKS
        self.begin, self.end, self.unknown, self.pad, self.ours = map(self._id, names)
        self._known: dict[tuple[str, bool], list[int]] = {}

    def _id(self, name: str) -> int:
        known = self._spaced.token_to_id(name)
        if known is None:
            raise ValueError(f"the tokenizer has no {name}")
        return known

    def of(self, word: str, *, glued: bool) -> list[int]:
        """Return the ids of a word's pieces, one at least."""
        word = word[:WORD_READ_CODE_POINTS]
        known = self._known.get((word, glued))
        if known is None:
            tokenizer = self._glued if glued else self._spaced
            encoded = tokenizer.encode(word.translate(STRAIGHT), add_special_tokens=False)
            if len(self._known) >= KNOWN_MAX:
                self._known.clear()
            known = self._known[word, glued] = encoded.ids[:PIECES_MAX] or [self.unknown]
        return known


def _plain(description: str) -> Tokenizer:
    tokenizer = Tokenizer.from_str(description)
    tokenizer.no_truncation()
    tokenizer.no_padding()
    return tokenizer
