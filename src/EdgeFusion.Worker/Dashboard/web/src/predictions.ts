import { element } from "./dom";
import type { Explanation, Prediction } from "./types";

interface Bar {
  row: HTMLElement;
  fill: HTMLElement;
  value: HTMLElement;
}

interface SensorRow {
  alone: Bar;
  share: Bar;
}

interface HeadView {
  name: string;
  labels: string[];
  answer: HTMLElement;
  bars: Bar[];
  sensors: Map<string, SensorRow>;
  contributions: HTMLElement;
  note: HTMLElement;
}

function bar(label: string, kind = "bar"): Bar {
  const fill = element("div", "fill");
  const value = element("span", "value", "-");
  const row = element("div", kind, element("span", "label", label), element("div", "track", fill), value);
  return { row, fill, value };
}

/** One card per head: the answer, all probabilities, what each sensor says by itself, and what it contributed. */
export class Predictions {
  private readonly heads: HeadView[] = [];

  constructor(
    parent: HTMLElement,
    heads: { name: string; labels: string[] }[],
    private readonly modalities: string[],
    hint = "",
  ) {
    for (const { name, labels } of heads) {
      const answer = element("div", "answer", "-");
      const bars = labels.map((label) => bar(label));
      const sensors = new Map<string, SensorRow>();
      const alone = element("div", "bars small", element("h3", "", "each sensor alone"));
      const share = element("div", "bars small", element("h3", "", "what it contributes"));
      const note = element("div", "muted note");
      for (const modality of modalities) {
        const row = { alone: bar(modality), share: bar(modality, "bar signed") };
        alone.append(row.alone.row);
        share.append(row.share.row);
        sensors.set(modality, row);
      }
      share.append(note);
      share.hidden = hint === "";
      note.textContent = hint;
      const card = element("section", "card head", element("h2", "", name), answer,
        element("div", "bars", ...bars.map((b) => b.row)), alone, share);
      card.dataset["head"] = name;
      parent.append(card);
      this.heads.push({ name, labels, answer, bars, sensors, contributions: share, note });
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
      for (const [modality, { alone }] of view.sensors) {
        const own = head?.per_modality?.[modality] ?? null;
        const best = own && Object.entries(own).reduce((a, b) => (b[1] > a[1] ? b : a));
        alone.fill.style.width = `${100 * (best?.[1] ?? 0)}%`;
        alone.value.textContent = best ? `${best[0]} ${best[1].toFixed(2)}`
          : prediction.modalities[modality]?.presence === "present" ? "-" : "absent";
        alone.row.classList.toggle("differs", best !== null && best[0] !== head?.label);
        alone.row.classList.toggle("absent", best === null);
      }
      if (head?.contributions) this.share(view, head.label ?? "", head.contributions, prediction.seq);
    }
  }

  /** The newest explanation, which may be of an earlier window than the answer above. */
  explain(explanation: Explanation | null): void {
    for (const view of this.heads) {
      const head = explanation?.heads[view.name];
      if (head) this.share(view, head.label, head.contributions, explanation!.seq);
    }
  }

  private share(view: HeadView, label: string, contributions: Record<string, number | null>, seq: number): void {
    const largest = Math.max(1e-3, ...Object.values(contributions).map((value) => Math.abs(value ?? 0)));
    for (const modality of this.modalities) {
      const { share } = view.sensors.get(modality)!;
      const value = contributions[modality] ?? null;
      const width = value === null ? 0 : (50 * Math.abs(value)) / largest;
      share.fill.style.width = `${width}%`;
      share.fill.style.left = `${value !== null && value < 0 ? 50 - width : 50}%`;
      share.row.classList.toggle("against", value !== null && value < 0);
      share.value.textContent = value === null ? "-" : `${value > 0 ? "+" : ""}${value.toFixed(2)}`;
    }
    view.contributions.hidden = false;
    view.note.textContent = `log-probability of ${label} without it, window ${seq}`;
  }
}
