"""What an accessibility reviewer looks at on a page, and what a browser complains about."""

from __future__ import annotations

from dataclasses import dataclass, field

from playwright.async_api import Page

_PROBLEMS = r"""
() => {
  const problems = [];
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = 1;
  const pen = canvas.getContext("2d", { willReadFrequently: true });
  const rgba = (color) => {
    pen.clearRect(0, 0, 1, 1);
    pen.fillStyle = color;
    pen.fillRect(0, 0, 1, 1);
    const [r, g, b, a] = pen.getImageData(0, 0, 1, 1).data;
    return [r, g, b, a / 255];
  };
  const over = ([r, g, b, a], [R, G, B]) => [r * a + R * (1 - a), g * a + G * (1 - a), b * a + B * (1 - a), 1];
  const behind = (node) => {
    const layers = [];
    for (let at = node; at; at = at.parentElement) layers.push(rgba(getComputedStyle(at).backgroundColor));
    return layers.reverse().reduce((base, layer) => over(layer, base), [255, 255, 255, 1]);
  };
  const light = ([r, g, b]) => {
    const [R, G, B] = [r, g, b].map((v) => ((v /= 255) <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4));
    return 0.2126 * R + 0.7152 * G + 0.0722 * B;
  };
  const contrast = (one, two) => {
    const [low, high] = [light(one), light(two)].sort((a, b) => a - b);
    return (high + 0.05) / (low + 0.05);
  };
  const visible = (node) => node.checkVisibility({ visibilityProperty: true, opacityProperty: true }) &&
    node.getBoundingClientRect().width > 1;
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) {
    const node = texts.currentNode.parentElement;
    if (!texts.currentNode.data.trim() || !visible(node)) continue;
    const back = behind(node);
    const ratio = contrast(over(rgba(getComputedStyle(node).color), back), back);
    if (ratio < 4.5) problems.push(`contrast ${ratio.toFixed(2)}: ${texts.currentNode.data.trim()}`);
  }
  for (const node of document.querySelectorAll("button, a[href], input, textarea, [role=option]")) {
    if (!visible(node)) continue;
    const labelled = node.labels?.[0]?.textContent ?? "";
    const name = node.getAttribute("aria-label") || node.textContent || labelled || node.title;
    if (!name.trim()) problems.push(`no name: ${node.outerHTML.slice(0, 80)}`);
    const box = node.getBoundingClientRect();
    const inText = getComputedStyle(node).display.startsWith("inline") && node.closest("p");
    const skip = node.classList.contains("skip");
    if (!inText && !skip && (box.height < 38 || box.width < 38))
      problems.push(`small (${Math.round(box.width)}x${Math.round(box.height)}): ${name}`);
  }
  for (const image of document.querySelectorAll("img:not([alt])")) problems.push(`no alt: ${image.src}`);
  const ids = [...document.querySelectorAll("[id]")].map((node) => node.id);
  for (const id of new Set(ids.filter((id, at) => ids.indexOf(id) !== at))) problems.push(`two of #${id}`);
  const wide = document.documentElement.scrollWidth - innerWidth;
  if (wide > 0) problems.push(`wider than the window by ${wide}`);
  return problems;
}
"""


async def problems(page: Page) -> list[str]:
    """Texts that are too faint, controls without a name or too small for a thumb, and a page that is too wide."""
    return [str(problem) for problem in await page.evaluate(_PROBLEMS)]


@dataclass
class Complaints:
    """What the browser complained about, and where else it looked."""

    origin: str
    found: list[str] = field(default_factory=list)

    def watch(self, page: Page) -> None:
        """Listen to a page."""
        page.on("pageerror", lambda error: self.found.append(str(error)))
        page.on("console", lambda line: self._hear(line.type, line.text))
        page.on("request", lambda request: self._look(request.url))

    def _hear(self, kind: str, text: str) -> None:
        if kind == "error":
            self.found.append(text)

    def _look(self, url: str) -> None:
        if not url.startswith((self.origin, "blob:")):
            self.found.append(f"request to {url}")
