import { element } from "./dom";
import type { Info, Prediction } from "./types";

interface Bar {
  row: HTMLElement;
  fill: HTMLElement;
  value: HTMLElement;
}

interface HeadView {
  name: string;
  labels: string[];
  answer: HTMLElement;
  bars: Bar[];
  cells: Map<string, HTMLElement>;
}

function bar(label: string): Bar {
  const fill = element("div", "fill");
  const value = element("span", "value", "-");
  const row = element("div", "bar", element("span", "label", label), element("div", "track", fill), value);
  return { row, fill, value };
}

/** One card per head: the answer, all probabilities, and what each sensor says by itself. */
export class Predictions {
  private readonly heads: HeadView[] = [];
  private readonly modalities: string[];

  constructor(parent: HTMLElement, info: Info) {
    this.modalities = info.model.inputs.map((input) => input.modality);
    for (const { name, labels } of info.model.heads) {
      const answer = element("div", "answer", "-");
      const bars = labels.map(bar);
      const cells = new Map<string, HTMLElement>();
      const alone = element("div", "alone");
      for (const modality of this.modalities) {
        const cell = element("span", "says", "-");
        cells.set(modality, cell);
        alone.append(element("div", "pair", element("span", "who", modality), cell));
      }
      const card = element("section", "card head", element("h2", "", name), answer, ...bars.map((b) => b.row), alone);
      card.dataset["head"] = name;
      parent.append(card);
      this.heads.push({ name, labels, answer, bars, cells });
    }
  }

  show(prediction: Prediction): void {
    for (const view of this.heads) {
      const head = prediction.heads[view.name];
      const scores = head?.scores ?? null;
      view.answer.textContent = head?.label ?? `no answer (${prediction.quality.replace("_", " ")})`;
      view.answer.dataset["seq"] = String(prediction.seq);
      view.answer.dataset["score"] = head?.score == null ? "" : String(head.score);
      view.labels.forEach((label, i) => {
        const score = scores?.[label] ?? null;
        const bar = view.bars[i]!;
        bar.fill.style.width = `${100 * (score ?? 0)}%`;
        bar.value.textContent = score === null ? "-" : score.toFixed(2);
        bar.row.classList.toggle("best", label === head?.label);
      });
      for (const modality of this.modalities) {
        const alone = head?.per_modality?.[modality] ?? null;
        const cell = view.cells.get(modality)!;
        const best = alone && Object.entries(alone).reduce((a, b) => (b[1] > a[1] ? b : a));
        cell.textContent = best ? `${best[0]} ${best[1].toFixed(2)}` : "absent";
        cell.classList.toggle("differs", best !== null && best[0] !== head?.label);
        cell.classList.toggle("absent", best === null);
      }
    }
  }
}
