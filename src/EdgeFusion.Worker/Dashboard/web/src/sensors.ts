import uPlot from "uplot";
import { colour, element, fit, number, reasons } from "./dom";
import type { SensorInfo, SensorState } from "./types";

const HistorySeconds = 10;
export const Palette = ["#3b82f6", "#ef4444", "#10b981", "#f59e0b", "#8b5cf6", "#06b6d4", "#ec4899", "#84cc16",
  "#f97316", "#14b8a6", "#6366f1", "#a3a3a3"];

interface View {
  show(state: SensorState, now: number): void;
}

/** Draws rows of red, green, blue; their size is in headers. */
export function drawPixels(canvas: HTMLCanvasElement, headers: Headers, pixels: ArrayBuffer): void {
  const [width, height] = [Number(headers.get("X-Width")), Number(headers.get("X-Height"))];
  const rgb = new Uint8Array(pixels);
  const image = new ImageData(width, height);
  for (let from = 0, to = 0; from < rgb.length; from += 3, to += 4) {
    image.data.set(rgb.subarray(from, from + 3), to);
    image.data[to + 3] = 255;
  }
  canvas.width = width;
  canvas.height = height;
  canvas.getContext("2d")?.putImageData(image, 0, 0);
}

/** The newest frame, fetched while the page is visible. */
class Camera implements View {
  private readonly canvas = element("canvas", "camera");
  private readonly age = element("span", "muted");
  private busy = false;

  constructor(
    card: HTMLElement,
    private readonly sensor: SensorInfo,
  ) {
    card.append(this.canvas, this.age);
  }

  show(): void {
    if (!this.busy && !document.hidden) void this.fetch();
  }

  private async fetch(): Promise<void> {
    this.busy = true;
    try {
      const answer = await fetch(`/api/frame/${encodeURIComponent(this.sensor.name)}`);
      if (!answer.ok) return;
      drawPixels(this.canvas, answer.headers, await answer.arrayBuffer());
      this.canvas.dataset["sequence"] = answer.headers.get("X-Sequence") ?? "";
      this.age.textContent = `frame ${answer.headers.get("X-Age-Ms")} ms old`;
    } catch {
      this.age.textContent = "no connection";
    } finally {
      this.busy = false;
    }
  }
}

/** Sound as a rolling spectrogram. */
class Sound implements View {
  private readonly canvas = element("canvas", "sound");
  private readonly level = element("span", "muted");

  constructor(card: HTMLElement) {
    card.append(this.canvas, this.level);
    this.canvas.width = 240;
    this.canvas.height = 96;
  }

  show(state: SensorState): void {
    const context = this.canvas.getContext("2d");
    if (!context || !state.sound) return;
    const { db, rms, peak } = state.sound;
    context.drawImage(this.canvas, -4, 0);
    const row = this.canvas.height / db.length;
    db.forEach((value, band) => {
      const heat = Math.min(1, Math.max(0, (value + 100) / 90));
      context.fillStyle = `hsl(${260 - 220 * heat} 85% ${8 + 52 * heat}%)`;
      context.fillRect(this.canvas.width - 4, this.canvas.height - (band + 1) * row, 4, row + 1);
    });
    this.level.textContent = `rms ${number(20 * Math.log10(Math.max(rms, 1e-6)))} dB, peak ${peak.toFixed(3)}`;
  }
}

/** Vector streams as lines over the last seconds. */
export class Lines implements View {
  private readonly plot: uPlot;
  private readonly data: number[][];

  constructor(card: HTMLElement, sensor: SensorInfo, shown: number) {
    const elements = (sensor.elements ?? []).slice(0, shown);
    const unit = sensor.units?.[0] ?? "";
    this.data = [[], ...elements.map(() => [] as number[])];
    const box = element("div", "plot");
    const legend = element("div", "legend");
    elements.forEach((label, i) => {
      const entry = element("span", "", label);
      entry.style.color = Palette[i % Palette.length]!;
      legend.append(entry);
    });
    card.append(box, legend);
    const axis = () => colour("muted");
    this.plot = new uPlot(
      {
        width: 320,
        height: 150,
        legend: { show: false },
        cursor: { show: false },
        scales: { x: { time: false } },
        axes: [
          { stroke: axis, grid: { stroke: () => colour("line") }, size: 30 },
          { stroke: axis, grid: { stroke: () => colour("line") }, size: 46, label: unit, labelSize: 14 },
        ],
        series: [{}, ...elements.map((label, i) => ({ label, stroke: Palette[i % Palette.length]!, width: 1.2 }))],
      },
      this.data as uPlot.AlignedData,
      box,
    );
    new ResizeObserver(() => this.plot.setSize({ width: Math.max(box.clientWidth, 160), height: 150 })).observe(box);
  }

  /** Only these, for a moment of a recording. */
  replace(trace: number[][]): void {
    const rows = trace.map(([ago, ...values]) => [-ago! / 1000, ...values]);
    this.plot.setData(this.data.map((_, column) => rows.map((row) => row[column] ?? 0)) as uPlot.AlignedData);
  }

  show(state: SensorState, now: number): void {
    for (const [ago, ...values] of state.trace ?? []) {
      this.data[0]!.push((now - ago!) / 1000);
      values.forEach((value, i) => this.data[i + 1]?.push(value));
    }
    const old = this.data[0]!.findIndex((time) => time > now / 1000 - HistorySeconds);
    if (old > 0) this.data.forEach((column) => column.splice(0, old));
    const begin = now / 1000;
    const shifted = [this.data[0]!.map((time) => time - begin), ...this.data.slice(1)];
    this.plot.setData(shifted as uPlot.AlignedData);
  }
}

interface Card {
  view: View;
  state: HTMLElement;
  facts: HTMLElement;
  fill: HTMLElement;
  held: HTMLElement;
  dropped: HTMLElement;
}

/** One card per sensor: what it delivers and how it is. */
export class Sensors {
  private readonly cards = new Map<string, Card>();

  constructor(parent: HTMLElement, sensors: SensorInfo[]) {
    for (const sensor of sensors) {
      const state = element("span", "state", "-");
      const facts = element("div", "facts muted", "-");
      const fill = element("div", "fill");
      const held = element("span", "value", "-");
      const ring = element("div", "bar ring", element("span", "label", "ring"), element("div", "track", fill), held);
      const dropped = element("div", "facts muted dropped", "-");
      const title = element("h2", "", sensor.name, " ", element("span", "muted", sensor.modality), state);
      const card = element("section", "card sensor", title);
      card.dataset["sensor"] = sensor.name;
      const view =
        sensor.kind === "frames" ? new Camera(card, sensor)
        : sensor.kind === "audio" ? new Sound(card)
        : new Lines(card, sensor, 12);
      card.append(ring, facts, dropped);
      parent.append(card);
      this.cards.set(sensor.name, { view, state, facts, fill, held, dropped });
    }
  }

  show(states: SensorState[], now: number): void {
    for (const state of states) {
      const card = this.cards.get(state.name);
      if (!card) continue;
      card.state.textContent = state.state.toLowerCase();
      card.state.dataset["state"] = state.state;
      card.fill.style.width = `${100 * (state.fill ?? 0)}%`;
      card.held.textContent = state.held_s === undefined ? "empty" : `${state.held_s.toFixed(1)} s`;
      card.dropped.textContent = `dropped: ${reasons(state.rejected)}`;
      card.facts.textContent = [
        `${number(state.rate_hz, 1)} samples/s`,
        `${number(state.taken)} of ${number(state.captured)} taken`,
        state.age_ms === undefined ? "silent" : `newest ${number(state.age_ms, 1)} ms old`,
        state.restarts > 0 ? `opened again ${state.restarts} times` : "",
      ].filter((fact) => fact).join(" · ");
      card.view.show(state, now);
    }
  }
}

/** The last values of a median and a high percentile. */
export class Sparkline {
  private readonly values: { p50: number; p99: number }[] = [];

  constructor(private readonly canvas: HTMLCanvasElement) {}

  add(p50: number, p99: number): void {
    this.values.push({ p50, p99 });
    this.values.splice(0, Math.max(0, this.values.length - 120));
    const context = fit(this.canvas);
    if (!context) return;
    const [width, height] = [this.canvas.clientWidth, this.canvas.clientHeight];
    const top = Math.max(...this.values.map((value) => value.p99), 1e-6);
    context.clearRect(0, 0, width, height);
    for (const [line, stroke] of [["p50", "accent"], ["p99", "late"]] as const) {
      context.strokeStyle = colour(stroke);
      context.beginPath();
      this.values.forEach((value, i) => {
        const [x, y] = [(i / 119) * width, height - 2 - (value[line] / top) * (height - 4)];
        if (i === 0) context.moveTo(x, y);
        else context.lineTo(x, y);
      });
      context.stroke();
    }
  }
}
