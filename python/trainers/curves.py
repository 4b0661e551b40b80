"""Learning curves as SVG: small charts of equal width, one under the other. No plotting library."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from pathlib import Path

WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM = 640, 170, 52, 150, 28, 26
COLOURS = ("#1f6feb", "#d9480f", "#2b8a3e", "#862e9c")


def write(path: Path, rows: Sequence[Mapping[str, float | None]], charts: Mapping[str, Mapping[str, str]]) -> None:
    """Args:
        rows: One object a step, with ``step``.
        charts: Title -> {metric: label}.
    """
    drawn = [_chart(title, {label: [(row["step"], row.get(name)) for row in rows] for name, label in lines.items()}) for title, lines in charts.items()]
    body = "".join(f'<g transform="translate(0,{index * HEIGHT})">{chart}</g>' for index, chart in enumerate(drawn))
    path.write_text(
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT * len(drawn)}" font-family="system-ui, sans-serif" font-size="12" fill="#24292f">'
        f'<rect width="100%" height="100%" fill="#ffffff"/>{body}</svg>\n', encoding="utf-8")


def _chart(title: str, lines: Mapping[str, Sequence[tuple[float, float | None]]]) -> str:
    points = {label: [(x, y) for x, y in line if y is not None] for label, line in lines.items()}
    flat = [point for line in points.values() for point in line]
    if not flat:
        return f'<text x="{LEFT}" y="18" font-weight="600">{escape(title)}: no data</text>'
    (left, right), (low, high) = _range([x for x, _ in flat], 0), _range([y for _, y in flat], 0.05)
    at = lambda x, y: (LEFT + (x - left) / (right - left) * (WIDTH - LEFT - RIGHT), TOP + (high - y) / (high - low) * (HEIGHT - TOP - BOTTOM))
    parts = [f'<text x="{LEFT}" y="18" font-weight="600">{escape(title)}</text>']
    for y in (low, (low + high) / 2, high):
        (x0, y0), (x1, _) = at(left, y), at(right, y)
        parts.append(f'<line x1="{x0:.1f}" y1="{y0:.1f}" x2="{x1:.1f}" y2="{y0:.1f}" stroke="#d0d7de"/><text x="{x0 - 6:.1f}" y="{y0 + 4:.1f}" text-anchor="end">{y:.3g}</text>')
    for x in (left, right):
        parts.append(f'<text x="{at(x, low)[0]:.1f}" y="{HEIGHT - 8}" text-anchor="middle">{x:g}</text>')
    names = _spread([(at(*line[-1])[1], label) for label, line in points.items() if line])
    for colour, (label, line) in zip(COLOURS, points.items()):
        if line:
            path = " ".join(f"{x:.1f},{y:.1f}" for x, y in (at(*point) for point in line))
            parts.append(f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="1.5"/>'
                         f'<text x="{WIDTH - RIGHT + 8}" y="{names[label] + 4:.1f}" fill="{colour}">{escape(label)} {line[-1][1]:.3f}</text>')
    return "".join(parts)


def _spread(ends: Sequence[tuple[float, str]]) -> dict[str, float]:
    """Heights of the labels at the ends of their lines, moved apart so that none covers another."""
    heights, last = {}, float("-inf")
    for y, label in sorted(ends):
        last = heights[label] = max(y, last + 14)
    return heights


def _range(values: Sequence[float], margin: float) -> tuple[float, float]:
    low, high = min(values), max(values)
    pad = (high - low) * margin or (0.0 if high > low else 0.5)
    return low - pad, high + pad
