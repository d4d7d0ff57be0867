"""Relations: two statements go in, and how they stand to one another comes out, or nothing where they stand apart.

``statement`` is what is known of a claim, ``candidates`` tells which pairs are worth a look, ``judge`` decides them.
"""
