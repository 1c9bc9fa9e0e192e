"use strict";

const report = JSON.parse(document.getElementById("report").textContent);
const element = (id) => document.getElementById(id);
const names = { threshold: "least probability", keep: "fraction kept" };
let plane = 0;
let place = report.recommended.place;

const tooFew = "too few";
const percent = (value) => (value == null ? tooFew : `${(100 * value).toFixed(1)} %`);
const plain = (value) => (value == null ? tooFew : value.toFixed(3));
const rows = [
  ["Judged as asked", "judgedAccuracy", percent], ["Fréchet distance", "frechetDistance", plain],
  ["Precision", "precision", plain], ["Recall", "recall", plain],
  ["Density", "density", plain], ["Coverage", "coverage", plain],
].filter(([, key]) => report.judgesClasses || key !== "judgedAccuracy");

function make(tag, text, attributes = {}) {
  const made = document.createElement(tag);
  if (text != null) made.textContent = text;
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  return made;
}

const { namespaceURI } = document.querySelector("#map svg");

function makeShape(tag, attributes, text) {
  const made = document.createElementNS(namespaceURI, tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  if (text != null) made.textContent = text;
  return made;
}

const settingAt = ({ pool, dial, index }) => report.pools[pool].dials[dial].settings[index];
const commandAt = ({ pool, dial, index }) => report.pools[pool].dials[dial].commands[index];
const isSame = (one, other) =>
  one.pool === other.pool && one.dial === other.dial && one.index === other.index;

function nameOf(where) {
  const { setting, acceptance } = settingAt(where);
  const pool = report.pools[where.pool].name;
  return acceptance === 1 ? pool : `${pool}, ${names[setting.dial]} ${setting.value}`;
}

const drawsOf = (figures) =>
  figures.drawsPerKeptImage == null ? "some class has none" : figures.drawsPerKeptImage.toFixed(2);

function described(estimate, format) {
  if (estimate?.lower == null) return format(estimate?.value);
  return [format(estimate.value), `${format(estimate.lower)} – ${format(estimate.upper)}`];
}

/// A cell is a text, a text and a remark on it, or an element.
function makeRow(cells) {
  const row = make("tr");
  row.append(...cells.map((cell) => {
    if (cell instanceof Element) {
      const made = make("td");
      made.append(cell);
      return made;
    }
    const [text, remark] = [cell].flat();
    const made = make("td", text);
    if (remark) made.append(" ", make("small", remark));
    return made;
  }));
  return row;
}

// The plane.

const area = { left: 56, top: 14, width: 560, height: 360 };
const part = (value, ticks) =>
  Math.min(Math.max((value - ticks[0]) / (ticks[ticks.length - 1] - ticks[0]), 0), 1);
const toX = (value) => area.left + part(value, report.planes[plane].xTicks) * area.width;
const toY = (value) => area.top + (1 - part(value, report.planes[plane].yTicks)) * area.height;
const radiusOf = (where) =>
  Math.min(3 + 1.5 * Math.log2(Math.max(settingAt(where).drawsPerKeptImage ?? 1, 1)), 11);

function tickLabel(tick, ticks) {
  return tick.toFixed(Math.max(0, Math.ceil(-Math.log10(ticks[1] - ticks[0]) - 1e-9)));
}

function makeAxes({ xTicks, yTicks, xTitle, yTitle }) {
  const [right, bottom] = [area.left + area.width, area.top + area.height];
  const shapes = [];
  for (const tick of xTicks) {
    const x = toX(tick);
    shapes.push(
      makeShape("line", { class: "grid", x1: x, x2: x, y1: area.top, y2: bottom }),
      makeShape("text", { class: "tick", "text-anchor": "middle", x, y: bottom + 15 },
        tickLabel(tick, xTicks)));
  }
  for (const tick of yTicks) {
    const y = toY(tick);
    shapes.push(
      makeShape("line", { class: "grid", x1: area.left, x2: right, y1: y, y2: y }),
      makeShape("text", { class: "tick", "text-anchor": "end", x: area.left - 6, y, dy: 4 },
        tickLabel(tick, yTicks)));
  }
  shapes.push(
    makeShape("text", { "text-anchor": "middle", x: area.left + area.width / 2, y: bottom + 32 },
      xTitle),
    makeShape("text", { x: area.left + 4, y: area.top + 12 }, yTitle));
  return shapes;
}

function makePoint(point, isBest) {
  const circle = makeShape("circle", {
    class: isBest ? "frontier-point" : "plain-point", cx: toX(point.x.value), cy: toY(point.y.value),
    r: radiusOf(point), fill: report.pools[point.pool].color, role: "button",
    "aria-label": nameOf(point), "data-pool": point.pool, "data-dial": point.dial,
    "data-index": point.index,
  });
  if (isBest) circle.setAttribute("tabindex", 0);
  circle.append(makeShape("title", {}, nameOf(point)));
  circle.addEventListener("click", () => goTo(point));
  circle.addEventListener("keydown", (event) => {
    if (event.key === "Enter" || event.key === " ") { event.preventDefault(); goTo(point); }
  });
  return circle;
}

function makeInterval({ x, y }) {
  const shapes = [];
  if (x.lower != null) {
    shapes.push(makeShape("line", {
      class: "interval", x1: toX(x.lower), x2: toX(x.upper), y1: toY(y.value), y2: toY(y.value),
    }));
  }
  if (y.lower != null) {
    shapes.push(makeShape("line", {
      class: "interval", x1: toX(x.value), x2: toX(x.value), y1: toY(y.lower), y2: toY(y.upper),
    }));
  }
  return shapes;
}

function showPlane() {
  const shown = report.planes[plane];
  const best = shown.frontier.map((number) => shown.points[number]);
  const svg = makeShape("svg", {
    viewBox: `0 0 ${area.left + area.width + 20} ${area.top + area.height + 40}`,
    role: "group", "aria-label": shown.title,
  });
  svg.append(...makeAxes(shown));
  svg.append(makeShape("polyline", {
    class: "frontier-line",
    points: best.map(({ x, y }) => `${toX(x.value)},${toY(y.value)}`).join(" "),
  }));
  svg.append(...best.flatMap(makeInterval));
  const isBest = new Set(shown.frontier);
  shown.points.forEach((point, number) => {
    if (!isBest.has(number)) svg.append(makePoint(point, false));
  });
  svg.append(...best.map((point) => makePoint(point, true)));
  if (shown.ceiling) {
    const { x, y } = shown.ceiling;
    svg.append(...makeInterval(shown.ceiling), makeShape("text", {
      class: "ceiling", "text-anchor": "middle", x: toX(x.value), y: toY(y.value), dy: 6,
    }, "★"));
  }
  svg.append(makeShape("circle", { class: "here", id: "here", r: 0 }));
  element("map").replaceChildren(svg);
  element("x-title").textContent = shown.xTitle;
  element("y-title").textContent = shown.yTitle;
  element("frontier").tBodies[0].replaceChildren(...best.map((point) => {
    const button = make("button", nameOf(point), { type: "button" });
    button.addEventListener("click", () => goTo(point));
    const figures = settingAt(point);
    return makeRow([
      button, described(point.x, plain), described(point.y, plain), figures.kept, drawsOf(figures),
    ]);
  }));
}

// The setting shown.

function showFigures(figures) {
  const lines = rows.map(([name, key, format]) => [
    name, described(figures.quality[key], format),
    described(figures.unfilteredQuality[key], format),
    figures.ceiling ? described(figures.ceiling[key], format) : "none given",
  ]);
  lines.unshift(["Draws per kept image", drawsOf(figures), "1.00", ""]);
  element("figures").tBodies[0].replaceChildren(...lines.map(makeRow));
}

function showSamples() {
  const { samples, sprite, sheet } = report.sheets[place.pool];
  const zoom = Math.max(1, Math.round(48 / sprite.width));
  const style = document.documentElement.style;
  style.setProperty("--tile-width", `${sprite.width * zoom}px`);
  style.setProperty("--tile-height", `${sprite.height * zoom}px`);
  style.setProperty("--sheet-width", `${sprite.columns * sprite.width * zoom}px`);
  style.setProperty("--sheet", `url(${sheet})`);
  const tiles = samples.flatMap((sample, picture) => {
    if (sample.levels[place.dial] <= place.index) return [];
    const x = (picture % sprite.columns) * sprite.width * zoom;
    const y = Math.floor(picture / sprite.columns) * sprite.height * zoom;
    return [make("div", null, {
      class: "tile", role: "img", style: `background-position: -${x}px -${y}px`,
      "data-sample": sample.sample,
      title: `asked for ${report.classes[sample.label]}, score ${sample.score.toPrecision(4)}` +
        (report.judgesClasses ? `, judged ${report.classes[sample.judged]}` : ""),
    })];
  });
  element("gallery").replaceChildren(...tiles);
  element("shown").textContent =
    `${tiles.length} of the ${samples.length} pictured samples of this pool are kept.`;
}

function showPlace() {
  const figures = settingAt(place);
  const { candidates } = report.pools[place.pool];
  element("readout").textContent =
    `${nameOf(place)}: ${figures.kept} of ${candidates} kept (${percent(figures.acceptance)})`;
  element("command").textContent = commandAt(place);
  element("copy").textContent = "Copy the command";
  showFigures(figures);
  showSamples();
  const point = report.planes[plane].points.find((point) => isSame(point, place));
  const here = element("here");
  here.setAttribute("r", point ? radiusOf(place) + 3 : 0);
  here.setAttribute("cx", point ? toX(point.x.value) : 0);
  here.setAttribute("cy", point ? toY(point.y.value) : 0);
}

function goTo({ pool, dial, index }) {
  place = { pool, dial, index };
  showPlace();
  history.replaceState(null, "", `#${pool}-${dial}-${index}`);
}

function readFragment() {
  const match = /^#(\d+)-(\d+)-(\d+)$/.exec(location.hash);
  if (!match) return;
  const [pool, dial, index] = match.slice(1).map(Number);
  if (report.pools[pool]?.dials[dial]?.settings[index]) goTo({ pool, dial, index });
}

async function copyCommand() {
  await navigator.clipboard?.writeText(element("command").textContent);
  element("copy").textContent = "Copied";
}

function setUp() {
  const { recommended, qualityFirst } = report;
  element("summary").textContent = report.summary;
  element("reason").textContent =
    `Recommended: ${nameOf(recommended.place)}. ${recommended.reason} ` +
    `Quality first: ${nameOf(qualityFirst.place)}. ${qualityFirst.reason}`;
  element("notes").replaceChildren(...report.notes.map((note) => make("li", note)));
  element("pools").replaceChildren(...report.pools.map(({ name, color }) => {
    const line = make("li");
    line.append(make("i", null, { style: `background: ${color}` }), name);
    return line;
  }));
  report.planes.forEach(({ title }, number) =>
    element("plane").append(make("option", title, { value: number })));
  element("plane").addEventListener("change", (event) => {
    plane = Number(event.target.value);
    showPlane();
    showPlace();
  });
  element("recommended").addEventListener("click", () => goTo(recommended.place));
  element("quality-first").addEventListener("click", () => goTo(qualityFirst.place));
  element("plain").addEventListener("click", () =>
    goTo({ pool: report.plain, dial: 0, index: 0 }));
  element("copy").addEventListener("click", copyCommand);
  showPlane();
  showPlace();
  readFragment();
  addEventListener("hashchange", readFragment);
}

setUp();
