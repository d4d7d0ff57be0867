"""The reading of an article, without I/O: a pure function from text to claims.

In the order of the work: ``layout`` (paragraphs, sentences, quotations, what is no prose), ``model`` (what the learnt
reader marks), ``names``, ``attribution`` (who is said to have said what), ``speakers`` (who is meant), ``stance`` (how
it is put), ``statements`` (what the article says itself), ``sayings`` (when, and in answer to what). ``claims`` makes
claims of these, ``confidence`` says how sure they are, and ``article`` puts all together. ``language`` is what the
rooms share: words, closed lists, verbs of saying.
"""
