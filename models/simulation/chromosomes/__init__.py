"""Pictures of single chromosomes: patches of ink, painted from band tables or recombined from real crops.

``material`` is what both have in common. ``painting`` draws what ``courses`` tell of a chromosome along its axis, in
the look that ``stains`` give a cell. ``recombination`` draws the pieces that ``stock`` takes from a real cell, joined
by ``splicing``; ``crops`` reads libraries of such ``cells``, and ``straightening`` makes strips of their pictures. Both
end with ``finishing`` (by ``kernels``) and are laid by ``warping`` along ``axes``.
"""
