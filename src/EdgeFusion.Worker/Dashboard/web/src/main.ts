import { byId } from "./dom";
import { Live } from "./live";
import { Recordings } from "./recordings";
import type { Info, ViewInfo } from "./types";

/** Live page and recordings share a document; the part behind # says which is shown. */
async function start(): Promise<void> {
  const answer = await fetch("/api/info");
  if (!answer.ok) throw new Error(await answer.text());
  const info = (await answer.json()) as Info | ViewInfo;
  const recordings = info.recordings ? new Recordings() : null;
  byId("to-live").hidden = !info.live || !recordings;
  byId("to-recordings").hidden = !info.live || !recordings;
  const show = () => {
    const old = recordings !== null && (!info.live || location.hash.startsWith("#recordings"));
    byId("live").hidden = old;
    byId("recordings").hidden = !old;
    byId("to-live").classList.toggle("here", !old);
    byId("to-recordings").classList.toggle("here", old);
    for (const part of document.querySelectorAll<HTMLElement>(".live-only")) part.hidden = !info.live;
    if (old) void recordings.open();
  };
  window.addEventListener("hashchange", show);
  show();
  if (info.live) new Live(info).start();
}

start().catch((fault: unknown) => {
  byId("connection").textContent = fault instanceof Error ? fault.message : String(fault);
});
