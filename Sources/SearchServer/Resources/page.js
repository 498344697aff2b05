"use strict";

const $ = (id) => document.getElementById(id);
const form = $("form"), grid = $("grid"), large = $("large"), sentence = $("sentence");
const filters = ["minus", "in", "after", "before", "camera", "orientation", "sort"];
const pageLength = 60;

// What is asked for: `like` is a picture's number, `picture` one that was dropped here and lives as long as the page.
const state = { like: null, picture: null, all: false };
let leastRelevance = 0.2, hits = [], total = 0, isAtEnd = true, isLoading = false, request = null, shown = -1;

// From the address to the form and back: a search can be shared, and the browser's buttons work.
function readAddress() {
  const values = new URLSearchParams(location.search);
  sentence.value = values.get("q") ?? "";
  for (const name of filters) form.elements[name].value = values.get(name) ?? "";
  state.like = values.get("like");
  state.all = values.get("all") === "1";
  state.picture = null;
}

function values() {
  const values = new URLSearchParams();
  for (const name of ["q", ...filters]) {
    const value = form.elements[name].value.trim();
    if (value && form.elements[name].validity.valid) values.set(name, value);
  }
  if (state.like) values.set("like", state.like);
  if (state.all) values.set("all", "1");
  return values;
}

function writeAddress(isNew) {
  const text = values().toString();
  const address = text ? "?" + text : location.pathname;
  if (address === (location.search || location.pathname)) return;
  history[isNew ? "pushState" : "replaceState"](null, "", address);
}

// Searching: the latest request alone counts.
let pause = 0;
function soon() {
  clearTimeout(pause);
  state.all = false;
  pause = setTimeout(() => { writeAddress(false); search(); }, 250);
}

function now(isNew = true) {
  clearTimeout(pause);
  writeAddress(isNew);
  search();
}

async function search() {
  request?.abort();
  [hits, total, isAtEnd, isLoading] = [[], 0, true, false];
  showForm();
  showSentences();
  const asks = values();
  const isAsked = asks.has("q") || state.like || state.picture;
  $("start").hidden = Boolean(isAsked);
  $("nothing").hidden = true;
  if (!isAsked) {
    grid.replaceChildren();
    tell(asks.size > 0 ? "Filters alone find nothing: say what the pictures show." : "");
    return;
  }
  isAtEnd = false;
  await more(true);
}

async function more(isFirst) {
  if (isAtEnd || isLoading) return;
  isLoading = true;
  const own = request = new AbortController();
  const asks = values();
  const slow = setTimeout(() => { if (isFirst && own === request) tell("Searching…"); }, 400);
  asks.set("offset", hits.length);
  asks.set("count", pageLength);
  try {
    const answer = await ask(asks, own.signal);
    if (own !== request) return;
    if (isFirst) { grid.replaceChildren(); scrollTo(0, 0); }
    const first = hits.length;
    hits.push(...answer.hits);
    total = answer.count;
    leastRelevance = answer.leastRelevance ?? leastRelevance;
    isAtEnd = answer.hits.length < pageLength;
    grid.append(...answer.hits.map((hit, place) => tile(hit, first + place)));
    const some = answer.mayHaveMore ? `more than ${count(total)}` : count(total);
    // Without a belief nothing is left out.
    const isNearest = asks.has("q") && !answer.hits.some((hit) => Number.isFinite(hit.relevance)) && answer.hits.length;
    const found = state.all ? "Down to the last, the nearest first"
      : isNearest ? `${count(answer.searchedCount)} pictures, the nearest first, whether they match or not`
      : !asks.has("q") ? `${count(answer.searchedCount)} pictures, those most alike first`
      : `${some} of ${count(answer.searchedCount)} pictures`;
    tell([hits.length ? found : "", ...answer.notes].filter(Boolean).join(" · "));
    $("nothing").hidden = hits.length > 0;
    $("nearest").hidden = answer.searchedCount === 0;
    $("among").textContent = answer.searchedCount === 0
      ? "No picture passes the filters." : `None of ${count(answer.searchedCount)} pictures seems to show that.`;
  } catch (error) {
    if (own !== request || error.name === "AbortError") return;
    isAtEnd = true;
    if (isFirst) grid.replaceChildren();
    tell(error.message, true);
  } finally {
    clearTimeout(slow);
    if (own === request) isLoading = false;
  }
  // A wide screen may not be full yet.
  if (own === request && !isAtEnd && $("end").getBoundingClientRect().top < innerHeight + 800) more(false);
}

async function ask(asks, signal) {
  for (let attempt = 0; ; attempt += 1) {
    let response;
    try {
      response = state.picture
        ? await fetch("/api/search/picture?" + asks, { method: "POST", body: state.picture, signal })
        : await fetch("/api/search?" + asks, { signal });
    } catch (error) {
      throw error.name === "AbortError" ? error : new Error("The server does not answer. Does `ascl serve` run?");
    }
    if (response.ok) return response.json();
    if (response.status === 503 && attempt < 3) {
      await new Promise((done) => setTimeout(done, 1000 * Number(response.headers.get("Retry-After") ?? 1)));
      if (signal.aborted) throw new DOMException("", "AbortError");
      continue;
    }
    const text = await response.json().then((body) => body.error, () => null);
    throw new Error(text ?? `The server answers ${response.status}.`);
  }
}

function tell(text, isWrong = false) {
  $("told").textContent = text;
  $("told").classList.toggle("wrong", isWrong);
}

const count = (number) => number.toLocaleString();
const nameOf = (picture) => picture.path.split("/").pop();
const belief = (relevance) =>
  relevance >= 0.8 ? "surely" : relevance >= 0.5 ? "probably" : relevance >= leastRelevance ? "perhaps" : "hardly";
const percent = (relevance) => `${(100 * relevance).toFixed(relevance < 0.0995 ? 1 : 0)} %`;

function make(name, properties, ...children) {
  const element = Object.assign(document.createElement(name), properties);
  element.append(...children);
  return element;
}

function tile(hit, place) {
  const { picture, relevance } = hit;
  const hasBelief = relevance !== undefined && relevance !== null;
  const image = make("img", { loading: "lazy", decoding: "async", alt: nameOf(picture) });
  image.src = `/api/pictures/${picture.id}/thumbnail?side=320`;
  const show = make("button", { type: "button", className: "show" }, image);
  show.setAttribute("aria-label", nameOf(picture) + (hasBelief ? `, ${belief(relevance)}` : ""));
  show.title = nameOf(picture) + (hasBelief ? `: ${percent(relevance)} sure that it shows this` : "");
  show.addEventListener("click", () => open(place));
  const alike = make("button", { type: "button", className: "alike", tabIndex: -1 },
    make("span", { textContent: "more " }), "like this");
  alike.setAttribute("aria-label", `More like ${nameOf(picture)}`);
  alike.addEventListener("click", () => likeThis(picture.id));
  const item = make("li", {}, show);
  if (hasBelief) {
    item.append(make("span", { className: "belief", textContent: belief(relevance), ariaHidden: "true" }));
  }
  item.append(alike);
  const ratio = picture.width && picture.height ? picture.width / picture.height : 1;
  item.style.setProperty("--ratio", Math.min(3, Math.max(0.5, ratio)).toFixed(3));
  return item;
}

// Pictures as questions.
function likeThis(id) {
  if (large.open) large.close();
  Object.assign(state, { like: String(id), picture: null, all: false });
  sentence.value = "";
  now();
  sentence.focus({ preventScroll: true });
}

function likeFile(file) {
  if (!file) return;
  if (file.size > 20 * 1024 * 1024) return tell("A picture to search by may have at most 20 MB.", true);
  if (large.open) large.close();
  Object.assign(state, { like: null, picture: file, all: false });
  now();
}

let ownAddress = null;
function showForm() {
  const active = filters.filter((name) => form.elements[name].value.trim()).length;
  $("active").hidden = active === 0;
  $("active").textContent = active;
  $("more").ariaLabel = active ? `Filters, ${active} set` : "Filters";
  if (ownAddress) URL.revokeObjectURL(ownAddress);
  ownAddress = state.picture ? URL.createObjectURL(state.picture) : null;
  $("like").hidden = !state.like && !state.picture;
  if (ownAddress) {
    $("like-picture").src = ownAddress;
    $("like-text").textContent = `Like ${state.picture.name || "the pasted picture"}`;
  } else if (state.like) {
    $("like-picture").src = `/api/pictures/${encodeURIComponent(state.like)}/thumbnail?side=320`;
    $("like-text").textContent = "Like this picture";
  }
  const words = sentence.value.trim();
  document.title = words ? `${words} · Pictures` : "Pictures";
  sentence.placeholder = $("like").hidden ? "What do the pictures show?" : "… and what should be different?";
}

// The sentences that fit the picture that is asked with, where the index has any.
let hasCaptions = false, fitted = null;
async function showSentences() {
  const own = state.picture ?? state.like;
  if (!hasCaptions || own === fitted) return;
  fitted = own;
  $("sentences").replaceChildren();
  $("sentences").hidden = true;
  if (!own) return;
  const answer = await (state.picture
    ? fetch("/api/search/picture/captions?count=5", { method: "POST", body: own })
    : fetch(`/api/pictures/${encodeURIComponent(own)}/captions?count=5`)
  ).then((response) => response.ok ? response.json() : null, () => null);
  if (!answer || own !== fitted) return;
  $("sentences").append(...answer.hits.map(({ text, isOwn }) => make("li",
    { textContent: text, className: isOwn ? "own" : "", title: isOwn ? "Written about this picture" : "" })));
  $("sentences").hidden = answer.hits.length === 0;
}

// One picture, large.
function open(place) {
  const hit = hits[place];
  if (!hit) return;
  shown = place;
  const { picture, relevance } = hit;
  $("large-picture").src = `/api/pictures/${picture.id}/thumbnail?side=1600`;
  $("large-picture").alt = nameOf(picture);
  $("name").textContent = nameOf(picture);
  const facts = [
    ["Shows this", relevance === undefined || relevance === null ? null
      : `${belief(relevance)} (${percent(relevance)})`],
    [picture.takenFrom === "file" ? "Written" : "Taken", picture.taken?.replace("T", " ")],
    ["Camera", picture.camera],
    ["Size", picture.width ? `${picture.width} × ${picture.height}` : null],
    ["Place", picture.latitude === undefined || picture.latitude === null ? null
      : `${picture.latitude.toFixed(4)}, ${picture.longitude.toFixed(4)}`],
    ["Folder", picture.path.slice(0, picture.path.lastIndexOf("/"))],
    ["Copies", picture.copies || null],
  ];
  $("facts").replaceChildren(...facts.filter(([, value]) => value)
    .flatMap(([name, value]) => [make("dt", { textContent: name }), make("dd", { textContent: value })]));
  $("original").href = `/api/pictures/${picture.id}/original`;
  $("before").hidden = place === 0;
  $("after").hidden = place + 1 >= hits.length && isAtEnd;
  explain(picture.id);
  if (!large.open) large.showModal();
  if (place + 8 > hits.length) more(false);
}

large.addEventListener("close", () => {
  asking?.abort();
  $("large-picture").removeAttribute("src");
  tiles()[shown]?.focus();
});
large.addEventListener("keydown", (event) => {
  const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
  if (step) { event.preventDefault(); open(shown + step); }
});
$("close").addEventListener("click", () => large.close());
$("before").addEventListener("click", () => open(shown - 1));
$("after").addEventListener("click", () => open(shown + 1));
$("similar").addEventListener("click", () => likeThis(hits[shown].picture.id));

// Keys.
const tiles = () => grid.getElementsByClassName("show");
function move(from, key) {
  const all = tiles();
  if (key === "ArrowRight") return all[from + 1];
  if (key === "ArrowLeft") return from === 0 ? sentence : all[from - 1];
  const own = all[from].getBoundingClientRect(), middle = own.left + own.width / 2;
  const step = key === "ArrowDown" ? 1 : -1;
  let best = null, row = null;
  for (let place = from + step; all[place]; place += step) {
    const box = all[place].getBoundingClientRect();
    if (Math.abs(box.top - own.top) < 2) continue;
    row ??= box.top;
    if (Math.abs(box.top - row) > 2) break;
    const distance = Math.abs(box.left + box.width / 2 - middle);
    if (!best || distance < best.distance) best = { distance, element: all[place] };
  }
  return best?.element ?? (step < 0 ? sentence : null);
}

document.addEventListener("keydown", (event) => {
  if (large.open || event.ctrlKey || event.metaKey || event.altKey) return;
  const active = document.activeElement;
  if (event.key === "/" && !["INPUT", "SELECT"].includes(active?.tagName)) {
    event.preventDefault();
    sentence.focus();
    sentence.select();
  } else if (active === sentence && event.key === "ArrowDown" && tiles().length > 0) {
    event.preventDefault();
    tiles()[0].focus();
  } else if (active?.classList.contains("show") && event.key.startsWith("Arrow")) {
    const next = move(Array.prototype.indexOf.call(tiles(), active), event.key);
    if (!next) return;
    event.preventDefault();
    next.focus();
  }
});

// The form.
sentence.addEventListener("input", soon);
$("filters").addEventListener("input", soon);
form.addEventListener("submit", (event) => { event.preventDefault(); now(); });
$("more").addEventListener("click", () => {
  $("filters").hidden = !$("filters").hidden;
  $("more").ariaExpanded = String(!$("filters").hidden);
});
$("clear").addEventListener("click", () => {
  for (const name of filters) form.elements[name].value = "";
  now();
});
$("unlike").addEventListener("click", () => {
  Object.assign(state, { like: null, picture: null });
  $("file").value = "";
  now();
  sentence.focus();
});
$("nearest").addEventListener("click", () => { state.all = true; now(); });
for (const button of $("examples").querySelectorAll("button")) {
  button.addEventListener("click", () => { sentence.value = button.textContent; now(); sentence.focus(); });
}
$("file").addEventListener("change", () => likeFile($("file").files[0]));

// Pictures that are dropped or pasted.
const hasFiles = (event) => event.dataTransfer?.types.includes("Files");
let depth = 0;
addEventListener("dragenter", (event) => { if (hasFiles(event)) { depth += 1; $("drop").hidden = false; } });
addEventListener("dragleave", (event) => {
  if (hasFiles(event)) { depth = Math.max(0, depth - 1); $("drop").hidden = depth === 0; }
});
addEventListener("dragover", (event) => { if (hasFiles(event)) event.preventDefault(); });
addEventListener("drop", (event) => {
  depth = 0;
  $("drop").hidden = true;
  if (!hasFiles(event)) return;
  event.preventDefault();
  likeFile(event.dataTransfer.files[0]);
});
addEventListener("paste", (event) => {
  const file = [...(event.clipboardData?.files ?? [])].find((file) => file.type.startsWith("image/"));
  if (file) { event.preventDefault(); likeFile(file); }
});

new IntersectionObserver((entries) => { if (entries.some((entry) => entry.isIntersecting)) more(false); },
  { rootMargin: "1200px" }).observe($("end"));
addEventListener("popstate", () => { if (large.open) large.close(); readAddress(); search(); });

fetch("/api/status").then((response) => response.json()).then(({ numbers, explains: canExplain }) => {
  explains = canExplain;
  $("holds").textContent = numbers.findable
    ? `${count(numbers.findable)} pictures can be found here.`
    : "No pictures are indexed yet: `ascl index PHOTOS` does that.";
  hasCaptions = numbers.captions > 0;
  showSentences();
  $("folders").replaceChildren(...numbers.folders.map((folder) => make("option", { value: folder })));
}, () => {});

readAddress();
$("filters").hidden = !filters.some((name) => form.elements[name].value);
$("more").ariaExpanded = String(!$("filters").hidden);
search();
