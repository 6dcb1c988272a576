/**
 * The script of the page: fetches the page anew when something changes and every ten seconds, and takes over what
 * differs, so that focus and scrolling stay where they are. Without it the page is the same, as of its loading.
 */
export const script = `'use strict';
const usual = 10000;
const patience = 5000;
const longest = 30000;
const here = location.origin + location.pathname; // without the user and password that fetch() refuses
const kinds = ['connection', 'quorum', 'membership', 'link', 'liveness', 'configuration'];

let failures = 0;
let timer;
let stream;
let listenedAt = 0;
let loading = false;
let again = false;
let skew = Date.now() / 1000 - Number(document.body.dataset.time);

function refreshIn(milliseconds) {
  clearTimeout(timer);
  if (!document.hidden) timer = setTimeout(refresh, milliseconds);
}

async function refresh() {
  if (loading) {
    again = true;
    return;
  }
  loading = true;
  again = false;
  try {
    const answer = await fetch(here, { cache: 'no-store', signal: AbortSignal.timeout(patience) });
    if (!answer.ok) throw new Error('status ' + answer.status);
    takeOver(new DOMParser().parseFromString(await answer.text(), 'text/html'));
    failures = 0;
    listen();
  } catch (error) {
    failures += 1;
    showLost();
  }
  loading = false;
  refreshIn(failures > 0 ? Math.min(longest, 500 * 2 ** failures) : again ? 500 : usual);
}

function takeOver(fresh) {
  const source = (page) => page.querySelector('script')?.getAttribute('src');
  if (source(fresh) === undefined) throw new Error('another page');
  if (source(fresh) !== source(document)) return location.reload(); // another version of the exporter
  document.title = fresh.title;
  document.body.classList.remove('lost');
  document.body.dataset.time = fresh.body.dataset.time;
  skew = Date.now() / 1000 - Number(fresh.body.dataset.time);
  for (const id of ['top', 'state', 'details']) patch(document.getElementById(id), fresh.getElementById(id));
  showAges();
}

/** Makes one node of the page like another, touching only what differs. */
function patch(old, fresh) {
  if (old.nodeType !== fresh.nodeType || old.nodeName !== fresh.nodeName) return old.replaceWith(fresh);
  if (old.nodeType !== Node.ELEMENT_NODE) {
    if (old.data !== fresh.data) old.data = fresh.data;
    return;
  }
  for (const { name } of [...old.attributes]) if (!fresh.hasAttribute(name)) old.removeAttribute(name);
  for (const { name, value } of fresh.attributes) if (old.getAttribute(name) !== value) old.setAttribute(name, value);
  if (fresh.dataset.time !== undefined) return; // its text is ours
  const [before, after] = [[...old.childNodes], [...fresh.childNodes]];
  after.forEach((child, index) => (index < before.length ? patch(before[index], child) : old.append(child)));
  for (const child of before.slice(after.length)) child.remove();
}

/** What is on the page is not known to be so any more. */
function showLost() {
  listenNoMore();
  if (document.body.classList.contains('lost')) return;
  document.body.classList.add('lost');
  const lost = document.getElementById('lost').content.cloneNode(true);
  document.getElementById('state').replaceChildren(lost);
  document.title = 'No connection to the exporter';
}

function showAges() {
  for (const element of document.querySelectorAll('.ago')) {
    const age = Math.max(0, Date.now() / 1000 - skew - Number(element.dataset.time));
    const text = ageText(age);
    if (element.textContent !== text) element.textContent = text;
  }
}

function ageText(age) {
  if (age < 2) return 'just now';
  if (age < 100) return Math.floor(age) + ' s ago';
  if (age < 6000) return Math.floor(age / 60) + ' min ago';
  return age < 172800 ? Math.floor(age / 3600) + ' h ago' : Math.floor(age / 86400) + ' days ago';
}

/** The stream renews itself, but not after a refusal: then one try a minute, the regular look goes on meanwhile. */
function listen() {
  if (document.hidden) return;
  if (stream !== undefined && stream.readyState !== EventSource.CLOSED) return;
  if (Date.now() - listenedAt < 60000) return;
  listenedAt = Date.now();
  stream = new EventSource(new URL('api/v1/stream', here));
  for (const kind of kinds) stream.addEventListener(kind, () => (loading ? (again = true) : refreshIn(150)));
  stream.addEventListener('open', () => refreshIn(150)); // what happened before was not heard
  stream.addEventListener('error', () => loading || failures > 0 || refreshIn(150));
}

function listenNoMore() {
  stream?.close();
  stream = undefined;
  listenedAt = 0;
}

document.addEventListener('visibilitychange', () => {
  if (document.hidden) {
    clearTimeout(timer);
    listenNoMore();
  } else {
    refresh();
  }
});
setInterval(() => document.hidden || showAges(), 1000);
showAges();
listen();
refreshIn(usual);
`;
