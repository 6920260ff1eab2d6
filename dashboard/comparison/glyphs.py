"""An interval as a small drawing for the cell of a table, with what the thesis printed. SVG as a data URL."""

from __future__ import annotations

import base64
import math

OURS, THESIS = "#178a88", "#d97800"  # readable on the light and on the dark background
_LINE = "#8a94a0"
_WIDTH, _HEIGHT, _MARGIN = 128, 32, 7  # as the cell of a table shows it, so that nothing is cut off


def interval(figure: float, low: float, high: float, printed: float | None) -> str:
    """A figure as a dot on a line from 0 to 1, its interval as a bar, and what the thesis printed as a hollow diamond.

    Args:
        figure: 0..1; not a number where it is not defined, and then nothing but the line is drawn.
        low: of the interval.
        high: of the interval.
        printed: by the thesis; ``None`` where it printed nothing.
    """
    parts = [f'<path d="M{_x(0)} 0H{_x(1)}" stroke="{_LINE}" stroke-width="1" opacity="0.6"/>']
    parts += [f'<path d="M{_x(at)}-4V4" stroke="{_LINE}" stroke-width="1" opacity="0.6"/>' for at in (0, 0.5, 1)]
    if not math.isnan(low) and not math.isnan(high):
        parts.append(f'<path d="M{_x(low)} 0H{_x(high)}" stroke="{OURS}" stroke-width="5" opacity="0.55"/>')
    if not math.isnan(figure):
        parts.append(f'<circle cx="{_x(figure)}" r="4.500" fill="{OURS}"/>')
    if printed is not None:
        diamond = f'<path d="M0-6.500 5.500 0 0 6.500-5.500 0Z" fill="none" stroke="{THESIS}" stroke-width="2"/>'
        parts.append(f'<g transform="translate({_x(printed)})">{diamond}</g>')
    svg = (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{2 * _WIDTH}" height="{2 * _HEIGHT}" '
        f'viewBox="0 {-_HEIGHT // 2} {_WIDTH} {_HEIGHT}">{"".join(parts)}</svg>'
    )
    return "data:image/svg+xml;base64," + base64.b64encode(svg.encode()).decode("ascii")


def _x(share: float) -> float:
    return round(_MARGIN + share * (_WIDTH - 2 * _MARGIN), 1)
