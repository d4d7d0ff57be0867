from services.offsets import Place


def test_place_pauses_past_25_dead_letters_of_the_last_50() -> None:
    place = Place(0, "", None).after([True] * 25, version="1", next_offset=25)
    assert place.paused_by_version is None
    assert place.after([True], version="1", next_offset=26) == Place(26, "d" * 26, "1")


def test_dead_letters_of_long_ago_do_not_count() -> None:
    place = Place(0, "d" * 25, None).after([False] * 26, version="1", next_offset=26)
    assert place.after([True] * 24, version="1", next_offset=50).paused_by_version is None


def test_room_ends_with_the_last_straw() -> None:
    assert Place(0, "", None).room([True] * 50) == 26
    assert Place(0, "d" * 20, None).room([False, True] * 10) == 12
    assert Place(0, "", None).room([False] * 50) == 50
