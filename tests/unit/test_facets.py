from itertools import combinations

from schemas.events import Arrival
from schemas.extraction import Force, Form, Polarity, Voice
from schemas.tables import ARTICLE_FACETS, CLAIM_FACETS


def test_no_value_is_of_two_facets_or_a_language() -> None:
    facets = [{str(value) for value in facet} for facet in (Voice, Form, Polarity, Force, Arrival)]
    assert not any(one & other for one, other in combinations(facets, 2))
    assert not any(len(value) <= 3 for facet in facets for value in facet)


def test_facets_are_the_columns_that_are_filtered() -> None:
    assert CLAIM_FACETS == "(ARRAY[voice, form, polarity, force, arrival, language])"
    assert ARTICLE_FACETS == "(ARRAY[arrival, language])"
