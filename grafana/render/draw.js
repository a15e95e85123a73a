// Draws `BOARD` (data.js, written by grafana/pictures.py): panels and the results of their queries. No Grafana, but its units,
// colours and places.
"use strict";

const DARK = BOARD.theme !== "light";
const PALETTE = ["#73bf69", "#f2cc0c", "#5794f2", "#ff780a", "#f2495c", "#b877d9", "#37872d", "#8ab8ff", "#ffa6b0", "#c8f2c2", "#a352cc", "#e0b400"];
const COLOURS = { green: "#73bf69", red: "#f2495c", orange: "#ff9830", blue: DARK ? "#5794f2" : "#1f60c4", text: "inherit", transparent: "transparent" };
if (!DARK) Object.assign(COLOURS, { green: "#37872d", red: "#d10e3c", orange: "#d9730d" });

// --- numbers as Grafana writes them -----------------------------------------------------------------------------------

function scaled(value, decimals, steps, words) {
  let place = 0;
  while (place < words.length - 1 && Math.abs(value) >= steps) { value /= steps; place += 1; }
  return rounded(value, decimals) + words[place];
}

function rounded(value, decimals) {
  if (decimals !== undefined) return value.toFixed(decimals);
  const size = Math.abs(value);
  if (size === 0 || Number.isInteger(value)) return String(value);
  const digits = size >= 100 ? 0 : size >= 10 ? 1 : size >= 1 ? 2 : Math.min(6, 2 - Math.floor(Math.log10(size)));
  return String(Number(value.toFixed(digits)));
}

function seconds(value, decimals) {
  const size = Math.abs(value);
  if (size === 0) return "0 s";
  if (size < 0.001) return rounded(value * 1e6, decimals) + " µs";
  if (size < 1) return rounded(value * 1e3, decimals) + " ms";
  if (size < 60) return rounded(value, decimals) + " s";
  if (size < 3600) return rounded(value / 60, decimals) + " min";
  if (size < 86400) return rounded(value / 3600, decimals) + " h";
  return rounded(value / 86400, decimals) + " d";
}

function written(value, unit, decimals) {
  if (value === null || value === undefined || Number.isNaN(value)) return "";
  switch (unit) {
    case "s": return seconds(value, decimals);
    case "percentunit": return rounded(value * 100, decimals ?? (value * 100 % 1 ? 1 : 0)) + "%";
    case "currencyUSD": return "$" + scaled(value, decimals, 1000, ["", "K", "M"]);
    case "reqps": return scaled(value, decimals, 1000, [" req/s", "K req/s"]);
    case "watt": return scaled(value, decimals, 1000, [" W", " kW"]);
    case "watth": return scaled(value, decimals, 1000, [" Wh", " kWh"]);
    case "bytes": return scaled(value, decimals ?? 0, 1024, [" B", " KiB", " MiB", " GiB"]);
    case "dateTimeAsIso": return new Date(value).toISOString().slice(0, 10);
    case "short": return scaled(value, decimals, 1000, ["", " K", " Mil"]);
  }
  return rounded(value, decimals) + (unit.startsWith("suffix:") ? unit.slice(7) : "");
}

// --- panels -----------------------------------------------------------------------------------------------------------

const made = (tag, name, text) => {
  const element = document.createElement(tag);
  if (name) element.className = name;
  if (text !== undefined) element.textContent = text;
  return element;
};
const last = (values) => values.filter((value) => value !== null).at(-1);
const mapping = (panel, value) => panel.mappings[0]?.options[String(value)];

function coloured(panel, value) {
  let colour = "text";
  for (const step of panel.thresholds.steps) if (step.value === null || value >= step.value) colour = step.color;
  return COLOURS[colour] ?? colour;
}

function stat(panel, body) {
  const box = made("div", "values");
  for (const one of panel.series) {
    const value = last(one.values);
    const shown = mapping(panel, value)?.text ?? written(value, panel.unit, panel.decimals);
    const named = one.name && panel.textMode !== "value";
    const element = made("div", "value", shown);
    const room = body.clientWidth / (named ? Math.min(panel.series.length, 4) : 1);
    element.style.fontSize = Math.max(12, Math.min(named ? 20 : 28, (room - 8) / (shown.length * 0.62))) + "px";
    element.style.color = coloured(panel, value);
    if (named) element.prepend(made("small", "", one.name));
    box.append(element);
  }
  if (!panel.series.length) box.append(made("div", "value", panel.noValue ?? "No data"));
  body.append(box);
}

function lines(panel, body) {
  const legend = made("div", "legend");
  const height = body.clientHeight - 30;
  const times = BOARD.times;
  const stacked = panel.stack;
  let below = new Array(times.length).fill(0);
  const drawn = panel.series.map((one) => {
    if (!stacked) return one.values;
    below = below.map((sum, place) => sum + (one.values[place] ?? 0));
    return [...below];
  });
  const format = (value) => written(value, panel.unit);
  const axis = { stroke: DARK ? "#8e9097" : "#6b7079", grid: { stroke: DARK ? "#2b2e34" : "#ececee", width: 1 }, ticks: { show: false }, font: '10px "DejaVu Sans"' };
  const most = Math.max(...drawn.flat().filter((value) => value !== null), panel.line ?? 0);
  const top = most > 0 ? most : 1;
  const series = panel.series.map((one, place) => {
    const colour = PALETTE[place % PALETTE.length];
    const entry = made("span", "", one.name);
    const mark = made("i");
    mark.style.background = colour;
    entry.prepend(mark);
    legend.append(entry);
    return { stroke: colour, width: stacked ? 1 : 1.5, fill: colour + (stacked ? "55" : "14"), points: { show: false } };
  });
  const options = {
    width: body.clientWidth, height, legend: { show: false }, cursor: { show: false }, padding: [8, 22, 0, 0],
    scales: { x: { time: true }, y: { range: [Math.min(0, ...drawn.flat().filter((value) => value !== null)), top * 1.08] } },
    axes: [{ ...axis, size: 22, space: 70, values: (_, splits) => splits.map((at) => new Date(at * 1000).toISOString().slice(11, 19)) },
           { ...axis, size: 62, space: 26, values: (_, splits) => splits.map(format) }],
    series: [{}, ...series],
    // What is stacked is painted from above, so that each shows its own part.
    bands: stacked ? drawn.slice(1).map((_, place) => ({ series: [place + 2, place + 1] })) : undefined,
    hooks: { draw: [(plot) => {
      if (panel.line === null) return;
      const y = plot.valToPos(panel.line, "y", true);
      plot.ctx.save();
      plot.ctx.strokeStyle = COLOURS.red;
      plot.ctx.setLineDash([6, 4]);
      plot.ctx.beginPath();
      plot.ctx.moveTo(plot.bbox.left, y);
      plot.ctx.lineTo(plot.bbox.left + plot.bbox.width, y);
      plot.ctx.stroke();
      plot.ctx.restore();
    }] },
  };
  new uPlot(options, [times, ...drawn], body);
  body.append(legend);
}

function bars(panel, body) {
  const box = made("div", "bars");
  const values = panel.series.map((one) => last(one.values));
  const most = panel.unit === "percentunit" ? 1 : Math.max(...values, 1e-9);
  const room = Math.floor(body.clientHeight / 17);
  for (const [place, one] of panel.series.slice(0, room).entries()) {
    const track = made("b");
    const bar = made("i");
    bar.style.width = (100 * values[place]) / most + "%";
    track.append(bar);
    box.append(made("span", "", one.name), track, made("span", "", written(values[place], panel.unit, panel.decimals)));
  }
  body.append(box);
}

function states(panel, body) {
  const box = made("div", "states");
  const room = (body.clientHeight - 22) / Math.max(panel.series.length, 1);
  if (room < 19) Object.assign(box.style, { gap: "2px 8px", lineHeight: "1", fontSize: Math.min(10.5, room - 3) + "px" });
  for (const one of panel.series) {
    const band = made("div", "band");
    for (const value of one.values) {
      const part = made("div");
      part.style.flex = "1";
      part.style.background = value === null ? "transparent" : COLOURS[mapping(panel, value)?.color] ?? COLOURS.blue;
      band.append(part);
    }
    band.style.height = Math.min(15, room - 4) + "px";
    box.append(made("span", "", one.name), band);
  }
  const legend = made("div", "legend");
  for (const { text, color } of Object.values(panel.mappings[0].options)) {
    const entry = made("span", "", text);
    const mark = made("i");
    mark.style.background = COLOURS[color];
    entry.prepend(mark);
    legend.append(entry);
  }
  body.append(box, legend);
}

function table(panel, body) {
  const element = made("table");
  const head = made("tr");
  for (const column of panel.columns) head.append(made("th", column.number ? "number" : "", column.title));
  element.append(head);
  for (const row of panel.rows) {
    const line = made("tr");
    row.forEach((value, place) => {
      const { number, unit, decimals } = panel.columns[place];
      line.append(made("td", number ? "number" : "", number ? written(value, unit, decimals ?? panel.decimals) : value));
    });
    element.append(line);
  }
  body.append(element);
}

const DRAWN = { stat, timeseries: lines, bargauge: bars, "state-timeline": states, table };

document.documentElement.dataset.theme = BOARD.theme;
document.getElementById("title").append(BOARD.title, made("small", "", BOARD.note));
const board = document.getElementById("board");
for (const panel of BOARD.panels) {
  const { x, y, w, h } = panel.place;
  const box = made("div", panel.type === "row" ? "row" : "panel", panel.type === "row" ? panel.title : undefined);
  if (panel.type !== "row") box.style.gridColumn = `${x + 1} / span ${w}`;
  box.style.gridRow = `${y + 1} / span ${h}`;
  board.append(box);
  if (panel.type === "row") continue;
  box.append(made("div", "title", panel.title));
  const body = box.appendChild(made("div", "body"));
  if (panel.type !== "stat" && panel.type !== "table" && !panel.series.length) body.append(made("div", "empty", panel.noValue ?? "No data"));
  else DRAWN[panel.type](panel, body);
}
