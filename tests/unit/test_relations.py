"""How two statements stand to one another, on invented sentences."""

import re
import time
from dataclasses import replace
from itertools import combinations

from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.comparison import RelationKind, RelationReason
from schemas.extraction import Force, MentionType, Polarity
from services.extract.relations.judge import relate
from services.extract.relations.statement import Statement
from tests.statements import named, statement

HOLM = named("Odra Holm", MentionType.PERSON)
VARLAND = named("Varland", MentionType.GPE)
RAIL = named("Calder Rail")
TARROW = named("Tarrow Bridge", MentionType.LOC)

CLOSES = "the Tarrow bridge will close for repairs in May"
LENT = "Calder Rail lent the city 40 million crowns for the bridge"

WORDS_OF_TRUTH = re.compile(r"\b(true|false|untrue|fake|lies?|hoax|debunked|disproved|fabricated)\b", re.IGNORECASE)


def kind(a: Statement, b: Statement) -> RelationKind | None:
    found = relate(a, b)
    return found.kind if found else None


def reasons(a: Statement, b: Statement) -> set[RelationReason]:
    found = relate(a, b)
    assert found is not None
    return {ground.reason for ground in found.reasons}


def test_same_proposition_in_two_articles_agrees() -> None:
    a = statement(CLOSES, speaker=HOLM)
    b = statement("the bridge at Tarrow is to close in May for repairs", article="b", speaker=HOLM)
    assert kind(a, b) is RelationKind.AGREES


def test_unrelated_statements_stand_apart() -> None:
    nurses = statement("nurses at the clinic asked for higher pay", article="b", speaker=HOLM)
    assert relate(statement(CLOSES, speaker=HOLM), nurses) is None


def test_denial_contradicts_what_is_affirmed() -> None:
    a = statement(CLOSES, speaker=HOLM)
    b = statement("the Tarrow bridge will not close for repairs in May", article="b", polarity=Polarity.DENIED)
    assert kind(a, b) is RelationKind.CONTRADICTS
    assert reasons(a, b) == {RelationReason.POLARITY}


def test_two_denials_of_one_thing_agree() -> None:
    a = statement("the Tarrow bridge will not close for repairs in May", speaker=HOLM, polarity=Polarity.DENIED)
    b = statement(CLOSES, article="b", speaker=HOLM, polarity=Polarity.DENIED, cue="denied")
    assert kind(a, b) is RelationKind.AGREES


def test_denied_refusal_is_no_contradiction_of_consent() -> None:
    a = statement("the council accepted the offer of Calder Rail", speaker=HOLM)
    b = statement(
        "the council rejected the offer of Calder Rail",
        article="b",
        speaker=HOLM,
        polarity=Polarity.DENIED,
        cue="denied",
    )
    assert kind(a, b) is not RelationKind.CONTRADICTS


def test_another_number_for_the_same_thing_contradicts() -> None:
    a = statement(LENT, speaker=HOLM)
    b = statement("Calder Rail lent the city 14 million crowns for the bridge", article="b", speaker=HOLM)
    assert kind(a, b) is RelationKind.CONTRADICTS
    assert reasons(a, b) == {RelationReason.OBJECT}


def test_another_sum_that_another_paid_is_another_thing() -> None:
    a = statement("Calder Rail lent the city 40 million crowns for the bridge", speaker=HOLM)
    own = statement("it lent the city 22 million crowns for its bridge", article="b", speaker=named("Pell Bank"))
    assert relate(a, own) is None
    denial = statement(LENT, article="c", speaker=HOLM, polarity=Polarity.DENIED, cue="denied")
    assert relate(denial, own) is None
    of_the_same = statement(
        "it lent the city 22 million crowns for its bridge", article="b", speaker=RAIL, entities=(RAIL,)
    )
    named_there = statement(
        "Calder Rail lent the city 40 million crowns for the bridge", speaker=HOLM, entities=(RAIL,)
    )
    assert kind(named_there, of_the_same) is RelationKind.CONTRADICTS
    nobodys = statement(
        "it was 22 million crowns that Calder Rail lent the city", article="b", speaker=named("Pell Bank")
    )
    assert kind(a, nobodys) is RelationKind.CONTRADICTS


def test_another_number_put_with_reserve_is_tension() -> None:
    a = statement(LENT, speaker=HOLM)
    other = "Calder Rail may have lent the city 14 million crowns for the bridge"
    b = statement(other, article="b", speaker=HOLM, force=Force.HEDGED)
    assert kind(a, b) is RelationKind.TENSION


def test_another_day_is_tension_of_time() -> None:
    a = statement("the Tarrow bridge will close on 4 May", speaker=HOLM)
    b = statement("the Tarrow bridge will close on 9 May", article="b", speaker=HOLM)
    assert kind(a, b) is RelationKind.TENSION
    assert reasons(a, b) == {RelationReason.TIME}


def test_reserve_is_tension_of_force() -> None:
    a = statement(CLOSES, speaker=HOLM)
    b = statement("the Tarrow bridge may close for repairs in May", article="b", speaker=HOLM, force=Force.HEDGED)
    assert kind(a, b) is RelationKind.TENSION
    assert reasons(a, b) == {RelationReason.FORCE}


def test_condition_is_tension_of_scope() -> None:
    a = statement(CLOSES, speaker=HOLM)
    b = statement(f"{CLOSES} if the river rises", article="b", speaker=HOLM, force=Force.CONDITIONAL)
    assert kind(a, b) is RelationKind.TENSION
    assert reasons(a, b) == {RelationReason.SCOPE}


def test_another_place_is_tension_of_object_with_both_shown() -> None:
    holm, cliff = named("Holm Island", MentionType.LOC), named("Cliff Island", MentionType.LOC)
    a = statement("Varland is willing to trade Holm Island for peace", speaker=HOLM, entities=(VARLAND, holm))
    b = statement(
        "Varland is willing to trade Cliff Island for peace", article="b", speaker=HOLM, entities=(VARLAND, cliff)
    )
    found = relate(a, b)
    assert found is not None
    assert found.kind is RelationKind.TENSION
    shown = {*found.objects.own, *found.objects.other}
    assert found.objects.shared == ("Varland",)
    assert {"Holm Island", "Cliff Island"} <= shown


def test_another_place_where_the_words_differ_anyhow_is_no_tension() -> None:
    moor = named("Lower Moor", MentionType.LOC)
    text = "Police arrested 41 people on Wednesday after protesters blocked the only road to the mine"
    a = statement(f"{text} in Lower Moor", speaker=HOLM, entities=(VARLAND, moor))
    other = "Varland police arrest 41 people who blocked the road to the mine on the coast of Cliff Island"
    cliff = named("Cliff Island", MentionType.LOC)
    assert relate(a, statement(other, article="b", speaker=RAIL, entities=(VARLAND, cliff))) is None


def test_denial_of_next_to_nothing_contradicts_nothing() -> None:
    a = statement("closing the bridge", speaker=HOLM, entities=(TARROW,))
    whole, little = (
        statement(words, article="b", speaker=HOLM, entities=(TARROW,), polarity=Polarity.DENIED, cue="denied")
        for words in ("closing the Tarrow bridge", "closing it")
    )
    assert kind(a, whole) is RelationKind.CONTRADICTS
    assert relate(a, little) is None


def test_no_within_one_article_is_not_held_against_a_yes_there() -> None:
    a = statement(CLOSES, speaker=HOLM)
    assert (
        kind(a, statement(CLOSES, article="b", speaker=VARLAND, polarity=Polarity.DENIED)) is RelationKind.CONTRADICTS
    )
    inside = statement(CLOSES, speaker=VARLAND, polarity=Polarity.DENIED)
    behind = inside.claim.content.model_copy(update={"spans": ((len(CLOSES), 2 * len(CLOSES)),)})
    assert relate(a, replace(inside, claim=inside.claim.model_copy(update={"content": behind}))) is None


def test_another_day_where_the_words_differ_anyhow_is_no_tension() -> None:
    a = statement("the Tarrow bridge will close on 4 May", speaker=HOLM)
    other = "Odra Holm told reporters on 9 May that nobody would cross the Tarrow bridge while masons mend its piers"
    found = relate(a, statement(other, article="b", speaker=HOLM))
    assert found is None or RelationReason.TIME not in {ground.reason for ground in found.reasons}


def test_word_for_the_whole_alone_is_no_tension() -> None:
    a = statement(CLOSES, speaker=HOLM)
    assert kind(a, statement(f"{CLOSES} of its entire deck", article="b", speaker=HOLM)) is not RelationKind.TENSION


def test_hostile_content_is_related_in_bounded_time() -> None:
    a, b = statement("the details are a b " * 5_000), statement("the nature of the deal is secret", article="b")
    started = time.process_time()
    relate(a, b)
    assert time.process_time() - started < 5


def test_agreement_inside_one_article_is_not_shown() -> None:
    a, b = statement(CLOSES, speaker=HOLM), statement("the Tarrow bridge is to close in May for repairs", speaker=RAIL)
    assert relate(a, b) is None


def test_claim_and_its_nested_part_are_never_related() -> None:
    outer = statement("Calder Rail denied that the bridge will close", polarity=Polarity.AFFIRMED)
    inner = statement("Calder Rail denied that the bridge will", polarity=Polarity.DENIED)
    assert relate(outer, inner) is None


def test_party_that_says_no_to_one_body_twice_agrees() -> None:
    league = named("Northern League")
    a = statement("the Northern League's growth on its border", speaker=VARLAND, entities=(league,), cue="opposed")
    b = statement(
        "a seat for its neighbour in the Northern League",
        article="b",
        speaker=VARLAND,
        entities=(league,),
        polarity=Polarity.DENIED,
        cue="rejected",
    )
    assert kind(a, b) is RelationKind.AGREES


POOL = (
    statement(CLOSES, speaker=HOLM, entities=(TARROW,)),
    statement("the Tarrow bridge will not close in May", article="b", speaker=RAIL, polarity=Polarity.DENIED),
    statement("the Tarrow bridge may close in May", article="c", speaker=HOLM, force=Force.HEDGED),
    statement("the bridge at Tarrow closes for repairs on 4 May", article="d", entities=(TARROW,)),
    statement("Calder Rail lent the city 40 million crowns", article="a", speaker=RAIL, entities=(RAIL,)),
    statement("Calder Rail lent the city some 14 million crowns", article="b", speaker=HOLM, entities=(RAIL,)),
    statement("no", article="c", question="whether Calder Rail had lent the city money", polarity=Polarity.DENIED),
)


@given(st.sampled_from(POOL), st.sampled_from(POOL))
@settings(deadline=None)
def test_relation_is_the_same_from_both_sides(a: Statement, b: Statement) -> None:
    there, back = relate(a, b), relate(b, a)
    assert back == (there.inverse if there else None)
    assert relate(a, b) == there


def test_words_of_reasons_never_tell_what_is_true() -> None:
    found = [relate(a, b) for a, b in combinations(POOL, 2)]
    words = [ground.words for relation in found if relation for ground in relation.reasons]
    assert words
    assert not [one for one in words if WORDS_OF_TRUTH.search(one)]
