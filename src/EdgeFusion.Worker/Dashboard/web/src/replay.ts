import { colour, element, number } from "./dom";
import { labelColour, type Lane, Lanes, presenceLane } from "./lanes";
import { Predictions } from "./predictions";
import { ask } from "./recordings";
import { drawPixels, Lines } from "./sensors";
import type { Comparison, HeadInfo, Overview, Prediction, RecordingInfo, SensorInfo } from "./types";

const MostListed = 200;

export interface Side {
  model: string;
  overview: Overview;
}

interface Column {
  side: Side;
  predictions: Predictions;
  /** The window of this side that ends with a window of the first. */
  index(chosen: number): number;
}

/** A replayed recording: lanes over time, one instant in detail, and where two models differ. */
export class Replay {
  private readonly name: string;
  private readonly first: Side;
  private readonly columns: Column[] = [];
  private readonly lanes: Lanes;
  private readonly slider = element("input", "scrub");
  private readonly where = element("span", "muted");
  private readonly cameras: { sensor: SensorInfo; canvas: HTMLCanvasElement }[] = [];
  private readonly vectors: { sensor: SensorInfo; lines: Lines }[] = [];
  private chosen = 0;
  private busy = false;

  constructor(
    parent: HTMLElement,
    info: RecordingInfo,
    first: Side,
    second: (Side & { comparison: Comparison }) | null,
  ) {
    this.name = info.name;
    this.first = first;
    const count = first.overview.windows.length;
    const counterpart = second ? counterparts(first.overview, second.overview) : [];
    const canvas = element("canvas", "lanes");
    canvas.id = "replay-lanes";
    this.slider.type = "range";
    this.slider.id = "scrub";
    this.slider.max = String(Math.max(0, count - 1));
    this.slider.value = "0";
    this.slider.setAttribute("aria-label", "instant of the recording");
    this.slider.addEventListener("input", () => this.choose(Number(this.slider.value)));
    parent.append(element("section", "card wide", element("h2", "", "Timeline ", this.where), canvas, this.slider,
      ...first.overview.heads.map(legend)));
    this.moment(parent, info);
    this.column(parent, first, (index) => index, "replay-a");
    if (second) this.column(parent, second, (index) => counterpart[index] ?? -1, "replay-b");
    if (second) parent.append(this.changed(second.comparison));
    this.lanes = new Lanes(canvas, lanesOf(first.overview, second?.overview ?? null, counterpart), count,
      (index) => this.choose(index));
    if (count > 0) this.choose(0);
  }

  private choose(index: number): void {
    this.chosen = index;
    this.slider.value = String(index);
    this.lanes.show(index);
    const window = this.first.overview.windows[index]!;
    this.where.textContent = `window ${number(index)} to ${window.t.toFixed(3)} s, left `
      + (window.deadline ? "by its deadline" : "settled");
    if (!this.busy) void this.follow();
  }

  /** Fetches what belongs to the chosen instant; while it is under way only the latest choice is remembered. */
  private async follow(): Promise<void> {
    this.busy = true;
    try {
      for (let shown = -1; shown !== this.chosen;) {
        shown = this.chosen;
        const query = { name: this.name, model: this.first.model, index: String(shown) };
        await Promise.all([
          ...this.columns.map((column) => this.answers(column, shown)),
          ...this.cameras.map((camera) => this.picture(camera.canvas, { ...query, sensor: camera.sensor.name })),
          this.traces(query),
        ]);
      }
    } catch (fault) {
      this.where.textContent = fault instanceof Error ? fault.message : String(fault);
    } finally {
      this.busy = false;
    }
  }

  private async answers(column: Column, chosen: number): Promise<void> {
    const index = column.index(chosen);
    if (index < 0) return;
    const query = { name: this.name, model: column.side.model, index: String(index) };
    const prediction = await ask<Prediction>("recording/window", query);
    if (prediction) column.predictions.show(prediction);
  }

  private async picture(canvas: HTMLCanvasElement, query: Record<string, string>): Promise<void> {
    const answer = await fetch(`/api/recording/frame?${new URLSearchParams(query)}`);
    if (answer.status === 200) drawPixels(canvas, answer.headers, await answer.arrayBuffer());
  }

  private async traces(query: Record<string, string>): Promise<void> {
    if (this.vectors.length === 0) return;
    const traces = await ask<Record<string, number[][]>>("recording/traces", query);
    for (const { sensor, lines } of this.vectors) lines.replace(traces?.[sensor.name] ?? []);
  }

  private column(parent: HTMLElement, side: Side, index: (chosen: number) => number, id: string): void {
    const grid = element("div", "grid");
    grid.id = id;
    const source = element("span", "muted", side.model || "as recorded");
    parent.append(element("h2", "side", side.overview.model, source), grid);
    const predictions = new Predictions(grid, side.overview.heads, side.overview.inputs);
    this.columns.push({ side, predictions, index });
  }

  private moment(parent: HTMLElement, info: RecordingInfo): void {
    const grid = element("div", "grid");
    parent.append(grid);
    for (const sensor of info.sensors) {
      if (sensor.kind === "audio") continue;
      const card = element("section", "card", element("h2", "", sensor.name, " ",
        element("span", "muted", sensor.kind === "vector" ? "3 s before the window's end" : sensor.modality)));
      grid.append(card);
      if (sensor.kind === "frames") {
        const canvas = element("canvas", "camera");
        card.append(canvas);
        this.cameras.push({ sensor, canvas });
      } else {
        this.vectors.push({ sensor, lines: new Lines(card, sensor, 12) });
      }
    }
  }

  private changed({ changed, agreement, windows, unmatched }: Comparison): HTMLElement {
    const table = element("table", "changed");
    table.append(element("tr", "", ...["time", "head", "now", "before"].map((title) => element("th", "", title))));
    for (const { seconds, head, now, before } of changed.slice(0, MostListed)) {
      const jump = element("button", "", `${seconds.toFixed(2)} s`);
      jump.addEventListener("click", () => this.choose(this.nearest(seconds)));
      const said = (top: typeof now) => `${top[0]?.label ?? "-"} ${top[0]?.score.toFixed(3) ?? ""}`;
      table.append(element("tr", "", element("td", "", jump), element("td", "", head),
        element("td", "", said(now)), element("td", "", said(before))));
    }
    const more = changed.length > MostListed ? `, the first ${MostListed} listed` : "";
    const summary = element("p", "muted", `${number(100 * agreement, 2)} % of ${number(windows)} windows agree, `
      + `${number(unmatched)} have no counterpart; ${number(changed.length)} changed answers${more}`);
    summary.id = "agreement";
    return element("section", "card wide", element("h2", "", "Where they differ"), summary,
      element("div", "box", table));
  }

  private nearest(seconds: number): number {
    const at = this.first.overview.windows.findIndex((window) => window.t >= seconds - 1e-3);
    return at < 0 ? this.first.overview.windows.length - 1 : at;
  }
}

/** For each window of one replay that of the other with the same end, or -1. */
function counterparts(first: Overview, second: Overview): number[] {
  const shift = Number(BigInt(second.start_ns) - BigInt(first.start_ns)) / 1e9;
  const byEnd = new Map(second.windows.map(({ t }, index) => [Math.round((t + shift) * 1000), index]));
  return first.windows.map(({ t }) => byEnd.get(Math.round(t * 1000)) ?? -1);
}

function lanesOf(first: Overview, second: Overview | null, counterpart: number[]): Lane[] {
  const { windows } = first;
  const lanes = first.inputs.map((input, row) => presenceLane(input, (index) => windows[index]!.presence, row));
  first.heads.forEach((head, i) => {
    const other = second?.heads.findIndex(({ name }) => name === head.name) ?? -1;
    const others = (index: number) => second?.windows[counterpart[index] ?? -1]?.heads[other] ?? null;
    lanes.push({ name: head.name, at: (index) => labelColour(head.labels[windows[index]!.heads[i]?.[0] ?? -1], head) });
    if (second && other >= 0) {
      const name = (index: number) => second.heads[other]!.labels[others(index)?.[0] ?? -1];
      lanes.push({
        name: `  ${second.model}`,
        at: (index) => labelColour(name(index), head),
      });
      lanes.push({
        name: "  agreement",
        at: (index) => {
          const [now, before] = [windows[index]!.heads[i], others(index)];
          if (!now || !before) return null;
          return colour(head.labels[now[0]] === name(index) ? "good" : "bad");
        },
      });
    }
    if (windows.some((window) => (window.heads[i]?.[2] ?? -1) >= 0)) {
      const truth = (index: number) => head.labels[windows[index]!.heads[i]?.[2] ?? -1];
      lanes.push({ name: "  labelled", at: (index) => labelColour(truth(index), head) });
    }
  });
  return lanes;
}

function legend(head: HeadInfo): HTMLElement {
  const line = element("div", "legend", element("span", "muted", head.name));
  for (const label of head.labels) {
    const swatch = element("span", "swatch");
    swatch.style.background = labelColour(label, head) ?? "";
    line.append(element("span", "", swatch, label));
  }
  return line;
}
