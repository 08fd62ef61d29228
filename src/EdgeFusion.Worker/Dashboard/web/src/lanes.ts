import { colour, fit } from "./dom";
import { Palette } from "./sensors";
import { Presences } from "./timeline";
import type { HeadInfo } from "./types";

/** As bright as the palette, and none that a page's background swallows. */
const Named: Record<string, string> = { red: "#ef4444", orange: "#f97316", yellow: "#eab308", green: "#10b981",
  blue: "#3b82f6", purple: "#8b5cf6", pink: "#ec4899", brown: "#92400e", grey: "#6b7280", white: "#cbd5e1",
  black: "#475569" };
const RowPx = 18;
const LeftPx = 120;

export interface Lane {
  name: string;
  /** Colour at a window; null leaves it empty. */
  at(index: number): string | null;
}

/** A label that is a colour has that one, any other its place in the palette; null without a label. */
export function labelColour(label: string | undefined, head: HeadInfo): string | null {
  const index = head.labels.indexOf(label ?? "");
  if (label === undefined || index < 0) return null;
  return Named[label] ?? Palette[index % Palette.length]!;
}

export function presenceLane(name: string, letters: (index: number) => string, row: number): Lane {
  return { name, at: (index) => colour(Presences[letters(index)[row] ?? "M"] ?? "bad") };
}

/** Rows of coloured windows over a recording's time, and a line where one looks. */
export class Lanes {
  private chosen = 0;

  constructor(
    private readonly canvas: HTMLCanvasElement,
    private readonly lanes: Lane[],
    private readonly count: number,
    choose: (index: number) => void,
  ) {
    canvas.style.height = `${lanes.length * RowPx + 4}px`;
    const pick = (event: PointerEvent) => {
      const at = (event.offsetX - LeftPx) / (canvas.clientWidth - LeftPx);
      choose(Math.min(count - 1, Math.max(0, Math.floor(at * count))));
    };
    canvas.addEventListener("pointerdown", (event) => {
      canvas.setPointerCapture(event.pointerId);
      pick(event);
    });
    canvas.addEventListener("pointermove", (event) => {
      if (event.buttons !== 0) pick(event);
    });
    new ResizeObserver(() => this.draw()).observe(canvas);
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.draw());
  }

  show(index: number): void {
    this.chosen = index;
    this.draw();
  }

  private draw(): void {
    const context = fit(this.canvas);
    if (!context) return;
    const width = this.canvas.clientWidth - LeftPx;
    context.clearRect(0, 0, this.canvas.clientWidth, this.canvas.clientHeight);
    context.font = "12px system-ui, sans-serif";
    context.textBaseline = "middle";
    this.lanes.forEach((lane, row) => {
      context.fillStyle = colour("text");
      context.fillText(lane.name, 0, row * RowPx + RowPx / 2, LeftPx - 8);
      this.row(context, lane, row, width);
    });
    context.fillStyle = colour("text");
    context.fillRect(LeftPx + ((this.chosen + 0.5) / this.count) * width - 0.75, 0, 1.5, this.canvas.clientHeight);
  }

  /** Neighbours of one colour become one rectangle: an hour has 36,000 windows. */
  private row(context: CanvasRenderingContext2D, lane: Lane, row: number, width: number): void {
    let begin = 0;
    let last = lane.at(0);
    for (let i = 1; i <= this.count; i++) {
      const next = i < this.count ? lane.at(i) : null;
      if (i < this.count && next === last) continue;
      if (last) {
        context.fillStyle = last;
        const [from, to] = [(begin / this.count) * width, (i / this.count) * width];
        context.fillRect(LeftPx + from, row * RowPx + 1, Math.max(to - from, 1), RowPx - 4);
      }
      begin = i;
      last = next;
    }
  }
}
