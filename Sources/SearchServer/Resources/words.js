"use strict";

// What the words of the sentence found in the picture that is open: each shows its regions while it is pointed at or in
// focus, and keeps them once it is pressed. Loaded before page.js, whose names it uses when it is called.
let explains = false, explanation = null, asking = null, pinned = null;
async function explain(id) {
  asking?.abort();
  explanation = pinned = null;
  showRegions(null);
  $("met").hidden = true;
  const words = sentence.value.trim();
  if (!explains || !words) return;
  const own = asking = new AbortController();
  try {
    const response = await fetch(`/api/pictures/${id}/explanation?${new URLSearchParams({ q: words })}`, { signal: own.signal });
    if (!response.ok) return;
    const answer = await response.json();
    if (own !== asking) return;
    explanation = answer;
    $("words").replaceChildren(...wordsOf(answer));
    $("met").hidden = false;
  } catch { /* Another picture was opened, or the server is gone: the picture itself tells that. */ }
}

function wordsOf({ sentence, words }) {
  const characters = Array.from(sentence), parts = [];
  let end = 0;
  for (const word of words) {
    parts.push(characters.slice(end, word.start).join(""), word.isWord ? wordPart(word) : word.text);
    end = word.end;
  }
  return [...parts, characters.slice(end).join("")];
}

function wordPart(word) {
  const match = word.match.toFixed(2);
  if (word.foundNothing) {
    const struck = make("s", { textContent: word.text, title: `found nothing here (${match})` });
    return make("span", {}, struck, make("span", { className: "unseen", textContent: " (found nothing)" }));
  }
  const button = make("button", { type: "button", textContent: word.text, title: `match ${match}`, ariaPressed: "false" });
  button.setAttribute("aria-label", `${word.text}, match ${match}`);
  button.style.setProperty("--shade", word.isTelling ? Math.min(1, word.match).toFixed(2) : 0);
  const show = () => showRegions(word), back = () => showRegions(pinned);
  button.addEventListener("mouseenter", show);
  button.addEventListener("focus", show);
  button.addEventListener("mouseleave", back);
  button.addEventListener("blur", back);
  button.addEventListener("click", () => {
    pinned = pinned === word ? null : word;
    for (const other of $("words").querySelectorAll("button")) other.ariaPressed = String(other === button && pinned !== null);
    showRegions(pinned);
  });
  return button;
}

// The regions that a word looked at and matched; the strongest is outlined. They lie on the picture wherever it lies in its
// frame, since both are fitted alike.
let shownWord = null;
function showRegions(word) {
  shownWord = word;
  const { naturalWidth: width, naturalHeight: height } = $("large-picture");
  if (!word || !width) return $("regions").replaceChildren();
  $("regions").setAttribute("viewBox", `0 0 ${width} ${height}`);
  const places = word.strengths.map((strength, place) => ({ strength, box: explanation.regions[place].box }))
    .filter(({ strength, box }) => box && strength > 0.2).sort((a, b) => a.strength - b.strength);
  const rect = ({ box: [left, top, right, bottom], strength }, name) => {
    const element = document.createElementNS("http://www.w3.org/2000/svg", "rect");
    const sizes = { x: left * width, y: top * height, width: (right - left) * width, height: (bottom - top) * height };
    for (const [key, value] of Object.entries(sizes)) element.setAttribute(key, value);
    if (name) element.setAttribute("class", name);
    else element.setAttribute("fill-opacity", (0.35 * strength).toFixed(2));
    return element;
  };
  const strongest = places.slice(-1);
  $("regions").replaceChildren(
    ...places.map((place) => rect(place)), ...strongest.map((place) => rect(place, "edge")),
    ...strongest.map((place) => rect(place, "strongest")));
}
document.getElementById("large-picture").addEventListener("load", () => showRegions(shownWord));
