// Search without a server. The index lies in small files below the search page and says in which threads there may be
// something; their pages, fetched ten at a time, say where. The rules are those of sitegen/search.py. Whatever comes from
// there is put on this page as text alone.

const PAIRED = "\\u1100-\\u11ff\\u3040-\\u30ff\\u3130-\\u318f\\u3400-\\u4dbf\\u4e00-\\u9fff\\ua960-\\ua97f\\uac00-\\ud7ff\\uf900-\\ufaff";
const LETTER = `(?![${PAIRED}\\u{10000}-\\u{10ffff}])[\\p{L}\\p{N}]`;
const RUNS = new RegExp(`[${PAIRED}]+|(?:${LETTER})+`, "gu");
const PLACES = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
const SHOWN = 10;

const form = document.getElementById("search");
const status = document.getElementById("status");
const results = document.getElementById("results");
const say = results.dataset;
const shards = say.shards.split(" ").map(Number);
const title = document.title;

const files = new Map();
const load = path => files.get(path) ?? files.set(path, fetch(path).then(answer => answer.json())).get(path);
const fold = text => text.normalize("NFKD").replace(/\p{Mn}/gu, "").normalize("NFC").toLowerCase();
const isPaired = run => new RegExp(`^[${PAIRED}]`).test(run);

function make(tag, properties, ...children) {
  const made = Object.assign(document.createElement(tag), properties);
  made.append(...children);
  return made;
}

// What is asked: words, or phrases in quotation marks; of each, the terms in the index and what a line has to match.

function wanted(words) {
  const runs = fold(words).match(RUNS) ?? [];
  const terms = runs.flatMap(run => (isPaired(run) && run[1] ? [...run.slice(1)].map((next, n) => run[n] + next) : run));
  const patterns = runs.map(run => {
    if (isPaired(run)) return run[1] ? run : `(?<![${PAIRED}])${run}`;
    return `(?<!${LETTER})${run}` + (run[2] ? "" : `(?!${LETTER})`);
  });
  return { terms, pattern: new RegExp(patterns.join("[^\\p{L}\\p{N}]*"), "gu") };
}

const parse = query =>
  [...query.matchAll(/["“”]([^"“”]+)["“”]|[^\s"“”]+/g)].map(([all, phrase]) => wanted(phrase ?? all)).filter(each => each.terms[0]);

// What the index knows: threads as numbers, newer ones greater, and the first place in them that has a term.

function crc32(text) {
  let crc = -1;
  for (const byte of new TextEncoder().encode(text)) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 && 0xedb88320);
  }
  return ~crc >>> 0;
}

async function lookUp(term) {
  const found = new Map();
  const whole = isPaired(term) || !term[2];
  const begin = term.slice(0, 32);
  const parts = await Promise.all(shards.map((count, block) => load(`${block}/${crc32(term.slice(0, 3)) % count}.json`)));
  parts.forEach((part, block) => {
    for (const [key, threads] of Object.entries(part)) {
      if (whole ? key.slice(1) !== begin : !key.startsWith(begin, 1)) continue;
      for (const [, segment, places] of threads.matchAll(/(\d+)(\D+)/g))
        for (const place of places) {
          const thread = (block * 1e6 + Number(segment)) * 64 + PLACES.indexOf(place);
          found.set(thread, Math.min(key[0], found.get(thread) ?? 9));
        }
    }
  });
  return found;
}

async function candidates(query) {
  const found = await Promise.all(query.map(each => Promise.all(each.terms.map(lookUp))));
  const rank = thread => found.reduce((sum, of) => sum + Math.max(...of.map(threads => threads.get(thread))), 0);
  return [...found[0][0].keys()]
    .filter(thread => found.flat().every(threads => threads.has(thread)))
    .map(thread => [rank(thread), thread])
    .sort((one, other) => one[0] - other[0] || other[1] - one[1])
    .map(([, thread]) => thread);
}

// What pages say: the title, then the blocks of the summary and the comments.

async function read(thread) {
  const segment = Math.floor(thread / 64);
  const url = (await load(`${Math.floor(segment / 1e6)}/threads-${segment % 1e6}.json`))[thread % 64];
  const page = new DOMParser().parseFromString(await (await fetch(url)).text(), "text/html");
  for (const gloss of page.querySelectorAll(".gloss")) gloss.remove(); // it may stand inside a word
  const lines = [...page.querySelectorAll("h1, .prose > *, .tree .body")].map(element => ({
    element,
    text: element.textContent.normalize("NFC").replace(/\s+/g, " ").trim(),
  }));
  return { url, date: page.querySelector("time"), lines };
}

function spans(text, pattern) {
  let folded = "";
  let at = 0;
  const from = [];
  for (const character of text) {
    const plain = fold(character);
    for (const _ of plain) from.push(at);
    folded += plain;
    at += character.length;
  }
  from.push(at);
  return [...folded.matchAll(pattern)].map(match => [from[match.index], from[match.index + match[0].length]]);
}

function marked({ text, found }, before, after) {
  const every = found.flat().sort((one, other) => one[0] - other[0]);
  const first = every[0]?.[0] ?? 0;
  let at = first > before ? text.lastIndexOf(" ", first - before) + 1 : 0;
  const end = first + after < text.length ? text.lastIndexOf(" ", first + after) : text.length;
  const parts = at ? ["… "] : [];
  for (const [begin, stop] of every) {
    if (begin < at || stop > end) continue;
    parts.push(text.slice(at, begin), make("mark", {}, text.slice(begin, stop)));
    at = stop;
  }
  return [...parts, text.slice(at, end), end < text.length ? " …" : ""];
}

function row({ url, date, lines }, query) {
  for (const line of lines) line.found = query.map(({ pattern }) => spans(line.text, pattern));
  if (!query.every((_, n) => lines.some(line => line.found[n][0]))) return [];
  const [head, ...others] = lines;
  const lang = ({ element }) => element.closest("[lang]").lang;
  const link = make("a", { href: url, lang: lang(head) }, ...marked(head, 1e4, 1e4));
  const when = make("time", { dateTime: date.dateTime }, date.textContent);
  const item = make("li", {}, make("h2", {}, link), make("p", { className: "meta" }, when));
  let missing = [...query.keys()].filter(n => !head.found[n][0]);
  while (missing[0] !== undefined) {
    const count = line => missing.filter(n => line.found[n][0]).length;
    const best = others.reduce((one, other) => (count(other) > count(one) ? other : one));
    const name = best.element.closest("article").querySelector(".by :is(h3, b)");
    const where = best.element.matches(".body") ? name.textContent : say.summary;
    const place = make("a", { className: "label", href: `${url}#${best.element.closest("[id]").id}` }, where);
    item.append(make("p", { lang: lang(best) }, place, ...marked(best, 40, 160)));
    missing = missing.filter(n => !best.found[n][0]);
  }
  return [item];
}

// The page. `now` is the search that it shows; one that comes to its end after another has begun is dropped.

let now;
let composing = false;
let waiting = false;

async function show(search) {
  const rows = [];
  status.textContent = say.searching;
  try {
    search.rest ??= await candidates(search.query);
    for (let tries = 0; tries < 3 && rows.length < SHOWN; tries++) {
      const pages = await Promise.all(search.rest.splice(0, SHOWN - rows.length).map(read));
      rows.push(...pages.flatMap(page => row(page, search.query)));
    }
  } catch {
    files.clear();
    if (search === now) status.textContent = say.failed;
    return;
  }
  if (search !== now) return;
  const list = results.querySelector("ol");
  list.append(...rows);
  const left = search.rest.length;
  const count = list.children.length + left;
  const sure = !left || search.query.every(each => !each.terms[1]);
  const words = !count ? say.none : !sure ? say.about : count === 1 ? say.one : say.other;
  status.textContent = words.replace("{n}", count.toLocaleString("en"));
  const more = make("button", { type: "button" }, say.more);
  more.addEventListener("click", () => {
    more.remove();
    const before = list.children.length;
    show(search).then(() => list.children[before]?.querySelector("a").focus());
  });
  if (left) results.append(more);
}

function run() {
  const words = new URLSearchParams(location.search).get("q") ?? "";
  form.q.value = words;
  document.title = words ? `${words} · ${title}` : title;
  for (const link of document.querySelectorAll(".languages a")) link.search = location.search;
  results.replaceChildren(make("ol", { className: "rows" }));
  status.textContent = "";
  now = { query: parse(words) };
  if (now.query[0]) show(now);
}

form.addEventListener("compositionstart", () => (composing = true));
form.addEventListener("compositionend", () => {
  composing = false;
  if (waiting) form.requestSubmit();
});
form.addEventListener("submit", event => {
  event.preventDefault();
  waiting = composing;
  if (composing) return;
  history.pushState(null, "", `?${new URLSearchParams({ q: form.q.value })}`);
  run();
});
addEventListener("popstate", run);
run();
if (!form.q.value) form.q.focus();
