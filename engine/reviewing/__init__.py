"""What people do with verdicts; the rules of it are ``engine.reviews``.

They work through the ``reading_list`` in ``reading_order``, or what a ``reading_filter`` leaves of it, ask for
``heat_maps``, make ``corrections`` of what was read, and take ``decisions`` with ``signatures``. Those of its cells
make the ``case_results``.
"""
