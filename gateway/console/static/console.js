// The console's one script. It asks this gateway alone, and puts in the page what the gateway made of its templates.

const one = (selector, from = document) => from.querySelector(selector);
const all = (selector, from = document) => [...from.querySelectorAll(selector)];

/** The part of another page that is shown within this one. */
async function part(path, options) {
  const answer = await fetch(path, { credentials: "same-origin", ...options });
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  return one("[data-part]", page) ?? one("#main", page);
}

// --- Live -------------------------------------------------------------------------------------------------------------

const watch = one("#watch");
if (watch) live(watch);

function live(bar) {
  const body = one("#trail tbody");
  const state = one("[data-state]"), said = one("[data-said]"), sample = one("[data-sample]"), pause = one("[data-pause]");
  const counts = [];
  let paused = false, waiting = [], last = 0, quiet = 0;

  const source = new EventSource(bar.dataset.events);
  source.onopen = () => tell();
  source.onmessage = (event) => {
    const { rows, came, shown } = JSON.parse(event.data);
    counts.push([performance.now(), came, shown]);
    waiting.push(rows);
    if (waiting.length > 40) waiting.shift();
    if (!paused) put();
    tell();
  };
  source.onerror = () => {
    const over = source.readyState === EventSource.CLOSED;
    state.textContent = over ? "Not connected. Load the page again." : "Not connected; trying again …";
  };

  pause.addEventListener("click", () => {
    paused = !paused;
    pause.setAttribute("aria-pressed", String(paused));
    pause.textContent = paused ? "Go on" : "Pause";
    if (!paused) put();
    tell();
  });
  for (const radio of all("[name=which]")) {
    radio.addEventListener("change", () => { one("#trail").dataset.which = radio.value; });
    if (radio.checked) one("#trail").dataset.which = radio.value;
  }
  setInterval(tell, 1000);

  function put() {
    if (!waiting.length) return;
    const made = document.createElement("template");
    made.innerHTML = waiting.reverse().join("");
    waiting = [];
    body.prepend(made.content);
    while (body.rows.length > 200) body.deleteRow(-1);
    one("[data-empty]").hidden = true;
  }

  function tell() {
    if (source.readyState !== EventSource.OPEN) return;
    const now = performance.now();
    while (counts.length && now - counts[0][0] > 5000) counts.shift();
    const came = counts.reduce((sum, [, number]) => sum + number, 0);
    const shown = counts.reduce((sum, [, , number]) => sum + number, 0);
    const rate = (came / 5).toFixed(came < 50 ? 1 : 0);
    state.textContent = paused ? "Paused." : came ? `${rate} requests a second.` : "Watching. Nothing at the moment.";
    sample.hidden = came <= shown;
    if (came > shown) sample.textContent = `More comes than anybody can read: ${Math.round((100 * shown) / came)} % is shown, what was kept back or went wrong first.`;
    quiet += came ? 1 : 0;
    if (now - last > 10000 && came) {
      last = now;
      said.textContent = `${came} request${came === 1 ? "" : "s"} in the last five seconds.`;
    }
  }
}

document.addEventListener("click", async (event) => {
  const link = event.target.closest("[data-story]"), dialog = one("#story");
  if (!link || !dialog || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  const told = one("[data-part]", dialog);
  told.replaceChildren(await part(link.href));
  if (!dialog.open) dialog.showModal();
  const shown = dialog.dataset.shown = link.href;
  while (one("[data-again]", told) && dialog.open && dialog.dataset.shown === shown) { // the record writes in batches
    await new Promise((then) => setTimeout(then, 700));
    told.replaceChildren(await part(link.href));
  }
});

// --- Try a text -------------------------------------------------------------------------------------------------------

const attempt = one("#try");
attempt?.addEventListener("submit", async (event) => {
  event.preventDefault();
  const text = one("#text").value, button = one("button", attempt), result = one("#result"), said = one("[data-said]");
  button.disabled = true;
  try {
    result.replaceChildren(await part(attempt.action, { method: "POST", body: new URLSearchParams(new FormData(attempt)) }));
    paint(text, result);
    said.textContent = one(".verdict, .notice", result)?.textContent ?? "";
  } catch {
    said.textContent = "The gateway did not answer.";
  }
  button.disabled = false;
});

/** Show the text, which the gateway does not send back, with what was found in it. */
function paint(text, result) {
  const echo = one("[data-echo]", result);
  if (!echo) return;
  let request = null;
  try { request = JSON.parse(text); } catch { /* a sentence */ }
  const places = new Map();
  for (const span of all("[data-place]", result)) {
    const { place } = span.dataset;
    const value = request === null ? (place === "messages[0].content" ? text : undefined) : at(request, place) ?? (place === "messages[0].content" ? text : undefined);
    if (typeof value !== "string") continue;
    if (!places.has(place)) places.set(place, [value, []]);
    places.get(place)[1].push(span.dataset);
  }
  for (const [place, [value, spans]] of places) {
    if (places.size > 1) echo.append(Object.assign(document.createElement("h4"), { textContent: place }));
    const letters = [...value];
    let done = 0;
    for (const { start, end, kind, direct } of spans.sort((a, b) => a.start - b.start)) {
      if (start < done) continue;
      const mark = document.createElement("mark");
      mark.dataset.direct = direct;
      mark.append(letters.slice(start, end).join(""), Object.assign(document.createElement("small"), { textContent: kind }));
      echo.append(letters.slice(done, start).join(""), mark);
      done = Number(end);
    }
    echo.append(letters.slice(done).join(""), "\n");
  }
  echo.hidden = places.size === 0;
}

/** The value at a place such as `messages[0].content`. */
function at(tree, place) {
  return place.split(/[.[\]]+/).filter(Boolean).reduce((value, step) => value?.[step], tree);
}

// --- Copying ----------------------------------------------------------------------------------------------------------

for (const button of all("[data-copy]")) {
  button.addEventListener("click", async () => {
    const text = one("pre", button.parentElement).textContent;
    try {
      await navigator.clipboard.writeText(text);
      button.textContent = "Copied";
    } catch {
      getSelection().selectAllChildren(one("pre", button.parentElement));
      button.textContent = "Selected";
    }
    setTimeout(() => { button.textContent = "Copy"; }, 2000);
  });
}
