import { byId, element, number } from "./dom";
import { Replay } from "./replay";
import type { Comparison, Overview, RecordingInfo, RecordingList } from "./types";

const AgainMs = 500;

/** Asks the worker; what it cannot do comes back as a sentence. */
export async function ask<T>(path: string, query: Record<string, string>): Promise<T | null> {
  const answer = await fetch(`/api/${path}?${new URLSearchParams(query)}`);
  if (answer.status === 202) return null;
  if (!answer.ok) throw new Error((await answer.text()).trim());
  return (await answer.json()) as T;
}

/** Recordings: choose one and the models, then look. */
export class Recordings {
  private readonly recording = byId("recording") as HTMLSelectElement;
  private readonly model = byId("replay-model") as HTMLSelectElement;
  private readonly against = byId("replay-against") as HTMLSelectElement;
  private readonly state = byId("replay-state");
  private filled = false;
  private turn = 0;

  constructor() {
    for (const choice of [this.recording, this.model, this.against]) {
      choice.addEventListener("change", () => void this.load());
    }
  }

  /** Shows what the address asks for: #recordings?name=...&model=...&against=... */
  async open(): Promise<void> {
    if (this.filled) return;
    this.filled = true;
    try {
      const list = (await ask<RecordingList>("recordings", {}))!;
      const wanted = new URLSearchParams(location.hash.split("?")[1] ?? "");
      fill(this.recording, list.recordings.map(({ name, bytes }) => [name, `${name} (${number(bytes / 1e6, 1)} MB)`]),
        wanted.get("name"));
      fill(this.model, [["", "as recorded"], ...list.models.map(pair)], wanted.get("model"));
      fill(this.against, [["-", "nothing"], ["", "as recorded"], ...list.models.map(pair)],
        wanted.get("against") || "-");
      if (list.recordings.length === 0) this.state.textContent = "There is no recording (.mcap) here.";
      else await this.load();
    } catch (fault) {
      this.fail(fault);
    }
  }

  private async load(): Promise<void> {
    const turn = ++this.turn;
    const [name, model, against] = [this.recording.value, this.model.value, this.against.value];
    byId("replay").replaceChildren();
    byId("replay-notes").textContent = "";
    this.say("opening");
    try {
      const info = (await ask<RecordingInfo>("recording", { name }))!;
      if (turn !== this.turn) return;
      byId("replay-notes").textContent = info.notes.join(" · ");
      const now = await this.replay(name, model, turn);
      const before = now && against !== "-" ? await this.replay(name, against, turn) : null;
      const comparison = now && before ? await ask<Comparison>("recording/compare", { name, model, against }) : null;
      if (!now || turn !== this.turn) return;
      const agreement = comparison
        ? `; ${number(100 * comparison.agreement, 2)} % of ${number(comparison.windows)} windows agree` : "";
      const windows = `${now.cut ? "the first " : ""}${number(now.windows.length)} windows`;
      this.say(`${number(info.duration_s, 1)} s, ${windows}, ${now.model}${agreement}`);
      new Replay(byId("replay"), info, { model, overview: now },
        before && comparison ? { model: against, overview: before, comparison } : null);
    } catch (fault) {
      if (turn === this.turn) this.fail(fault);
    }
  }

  /** Waits for a replay; null where another one has been asked for meanwhile. */
  private async replay(name: string, model: string, turn: number): Promise<Overview | null> {
    const began = Date.now();
    while (turn === this.turn) {
      const overview = await ask<Overview>("recording/replay", { name, model });
      if (overview) return overview;
      this.say(`replaying with ${model || "what was recorded"}, ${number((Date.now() - began) / 1000)} s`);
      await new Promise((resolve) => setTimeout(resolve, AgainMs));
    }
    return null;
  }

  private say(text: string): void {
    this.state.textContent = text;
    this.state.classList.remove("fault");
  }

  private fail(fault: unknown): void {
    this.state.textContent = fault instanceof Error ? fault.message : String(fault);
    this.state.classList.add("fault");
  }
}

function pair(name: string): [string, string] {
  return [name, name];
}

function fill(select: HTMLSelectElement, entries: [string, string][], chosen: string | null): void {
  for (const [value, text] of entries) {
    const option = element("option", "", text);
    option.value = value;
    select.append(option);
  }
  if (chosen !== null && entries.some(([value]) => value === chosen)) select.value = chosen;
}
