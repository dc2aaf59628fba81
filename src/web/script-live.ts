/**
 * Runs in browsers. The service says only that something has changed; the page is asked for again,
 * and its parts that are marked with `data-live` take the place of those that stand. What the
 * reader opened stays open, and what has the focus keeps it.
 */
export const scriptLive = `
const LONGEST_WAIT_MS = 2000;
const marks = () => document.querySelectorAll("[data-live-mark]");
let source = null;
let isBusy = false;
let isStale = false;
let isOut = false;

function show(isOn) {
  for (const mark of marks()) mark.hidden = !isOn;
}

function swap(next) {
  for (const part of document.querySelectorAll("[data-live]")) {
    const fresh = next.querySelector('[data-live="' + part.dataset.live + '"]');
    if (fresh === null || fresh.innerHTML === part.innerHTML) continue;
    const opened = [...part.querySelectorAll("details")].map((one) => one.open);
    const focused = part.contains(document.activeElement) ? document.activeElement : null;
    const href = focused?.getAttribute("href");
    part.replaceChildren(...fresh.childNodes);
    const details = part.querySelectorAll("details");
    if (details.length === opened.length) details.forEach((one, at) => (one.open = opened[at]));
    if (href) part.querySelector('[href="' + CSS.escape(href) + '"]')?.focus({ preventScroll: true });
  }
  show(source?.readyState === 1);
}

async function refresh() {
  if (isBusy) {
    isStale = true;
    return;
  }
  isBusy = true;
  try {
    const answer = await fetch(location.href, { headers: { accept: "text/html" } });
    isOut = answer.status === 401 || answer.redirected;
    if (isOut) close();
    else if (answer.ok) swap(new DOMParser().parseFromString(await answer.text(), "text/html"));
  } catch {
    // The next change asks again.
  }
  isBusy = false;
  if (isStale) {
    isStale = false;
    await refresh();
  }
}

/** Many may look at once: they do not all ask at the same moment. */
function soon() {
  setTimeout(refresh, Math.random() * LONGEST_WAIT_MS);
}

/** While a part says how often, in seconds, it is asked for that often. */
function askOften() {
  const part = document.querySelector("[data-live-every]");
  if (part === null || isOut) return;
  setTimeout(async () => {
    if (!document.hidden) await refresh();
    askOften();
  }, Number(part.dataset.liveEvery) * 1000);
}

function open() {
  if (source !== null) return;
  source = new EventSource("/live");
  source.addEventListener("open", () => show(true));
  source.addEventListener("change", soon);
  source.addEventListener("error", () => {
    show(false);
    if (source?.readyState === 2) source = null;
  });
}

function close() {
  source?.close();
  source = null;
  show(false);
}

document.addEventListener("visibilitychange", () => {
  if (document.hidden) return close();
  open();
  void refresh();
});
addEventListener("pagehide", close);
addEventListener("pageshow", () => {
  if (!document.hidden) open();
});
askOften();
`;
