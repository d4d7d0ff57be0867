"""Relating: stored articles are compared with those stored before, and what they have in common is stored.

``leases`` take articles, ``neighbours`` find claims alike, ``comparing`` judges pairs in a worker, ``saving`` keeps
what was found, ``kinship`` does the same for the articles' origins; ``weaving`` builds the threads that changed, as
``threads`` says. ``withdrawal`` takes out what is gone, in the transaction of those who take it out, and ``renewal``
has articles compared anew whose entities became one or two.
"""
