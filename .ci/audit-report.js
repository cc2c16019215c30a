// Looks at a report the way a reader does: colours as computed, sizes as laid out. Leaves its verdict in a last element, id "audit".
(() => {
  const problems = [];

  // On a common screen the first section of a comparison shows its verdict, how sure it is, what would help and the gap.
  if (Math.abs(innerWidth - 1400) <= 20) {
    const parts = ".first .answer, .first .facts, .first svg.wide, .first > :first-child .standings tr:first-child";
    for (const part of document.querySelector("main > section")?.querySelectorAll(parts) ?? []) {
      const bottom = part.getBoundingClientRect().bottom + scrollY;
      if (bottom > 900) problems.push(`not on the first screen: ${part.textContent.trim().slice(0, 40)} ends at ${Math.round(bottom)}`);
    }
  }
  document.querySelectorAll("details").forEach((d) => (d.open = true));

  const parse = (colour) => {
    const n = colour.match(/[\d.]+/g).map(Number);
    return { rgb: n.slice(0, 3), alpha: n.length > 3 ? n[3] : 1 };
  };
  const luminance = (rgb) => {
    const [r, g, b] = rgb.map((c) => (c / 255 <= 0.04045 ? c / 255 / 12.92 : ((c / 255 + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const contrast = (a, b) => {
    const [low, high] = [luminance(a), luminance(b)].sort((x, y) => x - y);
    return (high + 0.05) / (low + 0.05);
  };
  const ground = (element) => {
    for (let e = element; e; e = e.parentElement) {
      const colour = parse(getComputedStyle(e).backgroundColor);
      if (colour.alpha > 0.99) return colour.rgb;
    }
    return [255, 255, 255];
  };

  let texts = 0;
  for (const element of document.querySelectorAll("body *")) {
    const ownText = [...element.childNodes].some((n) => n.nodeType === 3 && n.textContent.trim());
    if (!ownText || !element.getClientRects().length || element.tagName === "SCRIPT" || element.tagName === "title") continue;
    texts += 1;
    const style = getComputedStyle(element);
    const isDrawn = element instanceof SVGElement;
    const ratio = contrast(parse(isDrawn ? style.fill : style.color).rgb, ground(element));
    if (ratio < 4.5) problems.push(`contrast ${ratio.toFixed(2)}: ${element.textContent.trim().slice(0, 40)}`);
    if (element.getBoundingClientRect().height < 9) problems.push(`too small: ${element.textContent.trim().slice(0, 40)}`);
  }

  const room = document.documentElement.clientWidth;
  if (document.documentElement.scrollWidth > room) problems.push(`the page is wider than its window of ${room}`);

  let pictures = 0;
  for (const figure of document.querySelectorAll("figure")) {
    const shown = [...figure.querySelectorAll("svg")].filter((s) => s.getClientRects().length);
    pictures += shown.length;
    if (shown.length !== 1) problems.push(`${figure.id} shows ${shown.length} drawings`);
    if (!shown.every((s) => s.getAttribute("role") === "img" && s.getAttribute("aria-label"))) problems.push(`${figure.id} has no label`);
    if (!figure.querySelector("h3") || !figure.querySelector("table")) problems.push(`${figure.id} lacks a title or its numbers`);
  }
  if (!pictures) problems.push("no picture");
  for (const picture of document.querySelectorAll("svg, img")) {
    const label = picture.getAttribute("aria-label") || picture.getAttribute("alt");
    if (!label && picture.getAttribute("aria-hidden") !== "true") problems.push("a picture has no label");
  }

  for (const link of document.querySelectorAll("a[href]")) {
    const target = link.getAttribute("href");
    const isThere = target.startsWith("#") ? document.getElementById(decodeURIComponent(target.slice(1))) : /^https:\/\//.test(target);
    if (!isThere) problems.push(`the link ${target} leads nowhere`);
  }

  let level = 0;
  for (const heading of document.querySelectorAll("h1,h2,h3,h4,h5,h6")) {
    const next = Number(heading.tagName[1]);
    if (next > level + 1) problems.push(`heading out of order: ${heading.textContent}`);
    level = next;
  }

  const verdict = document.createElement("pre");
  verdict.id = "audit";
  verdict.textContent = problems.length ? problems.slice(0, 5).join("; ") : `sound: ${pictures} pictures, ${texts} texts in a window of ${room}`;
  document.body.append(verdict);
})();
