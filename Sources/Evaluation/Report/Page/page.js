"use strict";

const report = JSON.parse(document.getElementById("report").textContent);
const element = (id) => document.getElementById(id);
const names = { threshold: "least probability", keep: "fraction kept" };
const slider = element("slider");
let dial = report.chosen.dial;
let index = report.chosen.index;

const tooFew = "too few";
const percent = (value) => (value == null ? tooFew : `${(100 * value).toFixed(1)} %`);
const plain = (digits) => (value) => (value == null ? tooFew : value.toFixed(digits));
const rows = [
  ["Judged as asked", "judgedAccuracy", percent],
  ["Fréchet distance", "frechetDistance", plain(3)],
  ["Precision", "precision", plain(3)],
  ["Recall", "recall", plain(3)],
  ["Density", "density", plain(3)],
  ["Coverage", "coverage", plain(3)],
].filter(([, key]) => report.judgesClasses || key !== "judgedAccuracy");

function make(tag, text, attributes = {}) {
  const made = document.createElement(tag);
  if (text != null) made.textContent = text;
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  return made;
}

/// A cell is a text, or a text and a remark on it.
function fillTable(table, lines) {
  table.tBodies[0].replaceChildren(...lines.map((cells) => {
    const row = make("tr");
    row.append(...cells.map((cell) => {
      const [text, remark] = [cell].flat();
      const made = make("td", text);
      if (remark) made.append(" ", make("small", remark));
      return made;
    }));
    return row;
  }));
}

// Pictures. All samples are in one picture, their nearest training images in another.

function setUpTiles() {
  const { width, height, columns } = report.sprite;
  const zoom = Math.max(1, Math.round(48 / width));
  const style = document.documentElement.style;
  style.setProperty("--tile-width", `${width * zoom}px`);
  style.setProperty("--tile-height", `${height * zoom}px`);
  style.setProperty("--sheet-width", `${columns * width * zoom}px`);
  return (picture, tag, extra = "") => {
    const x = (picture % columns) * width * zoom;
    const y = Math.floor(picture / columns) * height * zoom;
    return make(tag, null, {
      class: `tile ${extra}`, style: `background-position: -${x}px -${y}px`,
    });
  };
}

const makeTile = setUpTiles();
const describe = (sample) =>
  `asked for ${report.classes[sample.label]}, score ${sample.score.toPrecision(4)}, ` +
  (report.judgesClasses ? `judged ${report.classes[sample.judged]}, ` : "") +
  `nearest training image ${sample.nearest} at ` +
  `${sample.distance.toFixed(3)}`;

function sampleTile(picture) {
  const sample = report.samples[picture];
  const tile = makeTile(picture, "button");
  tile.type = "button";
  tile.title = describe(sample);
  tile.setAttribute("aria-label", `Sample ${sample.sample}: ${describe(sample)}`);
  tile.dataset.picture = picture;
  tile.dataset.sample = sample.sample;
  tile.addEventListener("click", () => showDetail(picture));
  return tile;
}

function showDetail(picture) {
  const detail = element("detail");
  const close = make("button", "Close", { type: "button" });
  close.addEventListener("click", hideDetail);
  detail.replaceChildren(
    makeTile(picture, "div"), makeTile(picture, "div", "nearest"),
    make("span", describe(report.samples[picture])), close);
  detail.hidden = false;
}

function hideDetail() { element("detail").hidden = true; }

/// One stop for the tabulator in each group; the arrow keys go on from there.
function walkWithArrows(group) {
  const shown = () => [...group.querySelectorAll("button")].filter((tile) => !tile.hidden);
  group.addEventListener("focusin", (event) => {
    for (const tile of group.querySelectorAll("button")) tile.tabIndex = -1;
    event.target.tabIndex = 0;
  });
  group.addEventListener("keydown", (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    const tiles = shown();
    const next = tiles[tiles.indexOf(document.activeElement) + step];
    if (!next) return;
    event.preventDefault();
    next.focus();
    showDetail(Number(next.dataset.picture));
  });
}

/// Makes sure that the tabulator has a tile to stop at.
function offerFirst(group) {
  const tiles = [...group.querySelectorAll("button")];
  const first = tiles.find((tile) => !tile.hidden);
  for (const tile of tiles) tile.tabIndex = tile === first ? 0 : -1;
}

function fillTiles() {
  element("gallery").replaceChildren(...report.gallery.map(sampleTile));
  for (const id of ["most", "least"]) {
    element(id).replaceChildren(...report[id].map(sampleTile));
  }
  element("closest").replaceChildren(...report.closest.map((picture) => {
    const pair = make("div", null, { class: "pair" });
    pair.append(sampleTile(picture), makeTile(picture, "div", "nearest"));
    return pair;
  }));
  for (const group of document.querySelectorAll(".tiles")) {
    walkWithArrows(group);
    offerFirst(group);
  }
}

// The dial.

const isKept = (tile) => report.samples[tile.dataset.picture].levels[dial] > index;

function showSamples(figures) {
  let shown = 0;
  for (const tile of element("gallery").children) {
    tile.hidden = !isKept(tile);
    if (!tile.hidden) shown += 1;
  }
  offerFirst(element("gallery"));
  for (const tile of document.querySelectorAll("#most .tile, #least .tile, #closest button")) {
    tile.classList.toggle("rejected", !isKept(tile));
  }
  element("shown").textContent =
    `${shown} of the ${report.gallery.length} pictured samples are kept. ` +
    "Select one to see its nearest training image.";
}

function described(estimate, format) {
  if (estimate?.lower == null) return format(estimate?.value);
  return [format(estimate.value), `${format(estimate.lower)} – ${format(estimate.upper)}`];
}

function showFigures(figures) {
  const lines = rows.map(([name, key, format]) => [
    name, described(figures.quality[key], format),
    described(figures.unfilteredQuality[key], format),
    figures.ceiling ? described(figures.ceiling[key], format) : "none given",
  ]);
  const empty = figures.classes.filter((line) => line.drawn > 0 && line.kept === 0);
  const draws = figures.drawsPerKeptImage == null
    ? `none kept of ${empty.map((line) => line.name).join(", ")}`
    : figures.drawsPerKeptImage.toFixed(2);
  lines.unshift(
    ["Acceptance", percent(figures.acceptance), "100 %", ""],
    ["Draws per kept image", draws, "1.00", ""]);
  fillTable(element("figures"), lines);
  fillTable(element("classes"), figures.classes.map((line) => [
    line.name, line.drawn, line.kept, line.drawn ? percent(line.kept / line.drawn) : "none drawn",
    line.kept ? (line.drawn / line.kept).toFixed(2) : "none kept",
    !report.judgesClasses ? "–" : line.kept ? percent(line.judgedAccuracy) : "none kept",
  ]));
}

function moveMarkers(figures) {
  for (const plot of document.querySelectorAll(".curves svg")) {
    const x = Number(plot.dataset.left) + (1 - figures.acceptance) * Number(plot.dataset.width);
    const marker = plot.querySelector(".marker");
    marker.setAttribute("x1", x);
    marker.setAttribute("x2", x);
  }
}

function show() {
  const { dial: name, settings, commands } = report.dials[dial];
  const figures = settings[index];
  slider.max = settings.length - 1;
  slider.value = index;
  const setting = `${names[name]} ${figures.setting.value}`;
  slider.setAttribute("aria-valuetext", `${setting}, ${figures.kept} kept`);
  element("readout").textContent =
    `${setting}: ${figures.kept} of ${report.candidates} kept (${percent(figures.acceptance)})`;
  element("command").textContent = commands[index];
  element("copy").textContent = "Copy the command";
  element(name).checked = true;
  showSamples(figures);
  showFigures(figures);
  moveMarkers(figures);
}

function turnTo(newDial, newIndex) {
  dial = newDial;
  index = Math.min(Math.max(newIndex, 0), report.dials[dial].settings.length - 1);
  show();
  history.replaceState(null, "", `#${report.dials[dial].dial}-${index}`);
}

/// The setting whose acceptance comes nearest to that of the setting shown.
function nearestSetting(other) {
  const wanted = report.dials[dial].settings[index].acceptance;
  const distances = report.dials[other].settings.map((line) => Math.abs(line.acceptance - wanted));
  return distances.indexOf(Math.min(...distances));
}

function readFragment() {
  const match = /^#(threshold|keep)-(\d+)$/.exec(location.hash);
  const found = match ? report.dials.findIndex((line) => line.dial === match[1]) : -1;
  if (found >= 0) turnTo(found, Number(match[2]));
}

async function copyCommand() {
  await navigator.clipboard?.writeText(element("command").textContent);
  element("copy").textContent = "Copied";
}

function settingName({ dial, index }) {
  const line = report.dials[dial];
  return `${names[line.dial]} ${line.settings[index].setting.value}`;
}

function describeChoice() {
  const rule = `Recommended: ${settingName(report.recommended)}. ${report.recommended.reason}`;
  return report.isOverridden
    ? `Chosen by hand: ${settingName(report.chosen)}. ${rule}` : rule;
}

function setUp() {
  element("summary").textContent = report.summary;
  element("reason").textContent = describeChoice();
  element("notes").replaceChildren(...report.notes.map((note) => make("li", note)));
  report.dials.forEach((line, number) => {
    const label = make("label", ` ${names[line.dial]}`);
    const radio = make("input", null, { type: "radio", name: "dial", id: line.dial });
    radio.addEventListener("change", () => turnTo(number, nearestSetting(number)));
    label.prepend(radio);
    element("dials").append(label);
  });
  slider.addEventListener("input", () => turnTo(dial, Number(slider.value)));
  element("chosen").textContent = report.isOverridden ? "The chosen one" : "The recommended one";
  element("chosen").addEventListener(
    "click", () => turnTo(report.chosen.dial, report.chosen.index));
  element("copy").addEventListener("click", copyCommand);
  if (report.accuracyScores.length > 0) {
    element("accuracy").hidden = false;
    element("conditions").textContent = report.accuracyConditions;
    fillTable(element("accuracy").querySelector("table"), report.accuracyScores.map(
      (line) => [line.name, line.samples, described(line.accuracy, percent)]));
  }
  fillTiles();
  show();
  readFragment();
  addEventListener("hashchange", readFragment);
  addEventListener("keydown", (event) => { if (event.key === "Escape") hideDetail(); });
}

setUp();
