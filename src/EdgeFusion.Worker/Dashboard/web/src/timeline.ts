import { colour, fit } from "./dom";
import type { Snapshot } from "./types";

const Shown = 300;
/** Colour of each presence by its letter. */
export const Presences: Record<string, string> = { P: "good", M: "bad", L: "late", S: "stale" };

/** Presence per sensor and window, newest on the right; a mark below where the deadline decided. */
export class Timeline {
  private readonly windows: Snapshot["timeline"] = [];

  constructor(
    private readonly canvas: HTMLCanvasElement,
    private readonly rows: string[],
  ) {
    canvas.style.height = `${rows.length * 20 + 14}px`;
  }

  add(windows: Snapshot["timeline"]): void {
    this.windows.push(...windows);
    this.windows.splice(0, Math.max(0, this.windows.length - Shown));
    this.draw();
  }

  private draw(): void {
    const context = fit(this.canvas);
    if (!context) return;
    const left = 110;
    const step = (this.canvas.clientWidth - left) / Shown;
    context.clearRect(0, 0, this.canvas.clientWidth, this.canvas.clientHeight);
    context.font = "12px system-ui, sans-serif";
    context.textBaseline = "middle";
    this.rows.forEach((row, i) => {
      context.fillStyle = colour("text");
      context.fillText(row, 0, i * 20 + 9, left - 8);
    });
    this.windows.forEach((window, at) => {
      const x = left + (at + Shown - this.windows.length) * step;
      for (let i = 0; i < this.rows.length; i++) {
        context.fillStyle = colour(Presences[window.presence[i] ?? "M"] ?? "bad");
        context.fillRect(x, i * 20 + 1, Math.max(step - 0.4, 0.6), 16);
      }
      if (window.outcome === "deadline") {
        context.fillStyle = colour("late");
        context.fillRect(x, this.rows.length * 20 + 4, Math.max(step - 0.4, 0.6), 6);
      }
    });
  }
}
