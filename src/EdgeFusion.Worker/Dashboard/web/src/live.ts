import { byId, element, number, reasons } from "./dom";
import { Predictions } from "./predictions";
import { Sensors, Sparkline } from "./sensors";
import { Timeline } from "./timeline";
import type { Info, Outbox, Prediction, Snapshot } from "./types";

const Stages = ["wait", "ready", "bind", "infer", "decode", "explain", "total"];

/** The page of a running worker. */
export class Live {
  private readonly predictions: Predictions;
  private readonly timeline: Timeline;
  private readonly sensors: Sensors;
  private readonly stages = new Map<string, { text: HTMLElement; line: Sparkline }>();

  private strange = 0;

  constructor(private readonly info: Info) {
    document.title = `${info.node} · EdgeFusion`;
    byId("node").textContent = info.node;
    const modalities = info.model.inputs.map((input) => input.modality);
    this.predictions = new Predictions(
      byId("heads"), info.model.heads, modalities, "not asked for: set Explain:Every");
    this.timeline = new Timeline(byId("timeline") as HTMLCanvasElement, modalities);
    this.sensors = new Sensors(byId("sensors"), info.sensors);
    for (const stage of Stages) {
      const text = element("td", "", "-");
      const canvas = element("canvas", "spark");
      byId("stages").append(element("tr", "", element("th", "", stage), text, element("td", "", canvas)));
      this.stages.set(stage, { text, line: new Sparkline(canvas) });
    }
    this.card();
  }

  start(): void {
    const state = byId("connection");
    const events = new EventSource("/api/live");
    events.onopen = () => (state.textContent = "live");
    events.onerror = () => (state.textContent = "connection lost, trying again");
    events.onmessage = (event: MessageEvent<string>) => {
      const snapshot = JSON.parse(event.data) as Snapshot;
      if (snapshot.prediction) this.notice(snapshot.prediction);
      state.textContent = "live";
      this.show(snapshot);
    };
  }

  /** Another run or another model wants another page; a change of models shows a few old answers. */
  private notice({ epoch, model }: Prediction): void {
    this.strange = model.sha256 === this.info.model.sha256 ? 0 : this.strange + 1;
    if (epoch !== this.info.epoch || this.strange > 10) location.reload();
  }

  private show(snapshot: Snapshot): void {
    const { prediction } = snapshot;
    byId("windows").textContent = number(snapshot.windows);
    byId("skipped").textContent = number(snapshot.skipped);
    byId("overruns").textContent = number(snapshot.overruns);
    if (prediction) {
      byId("quality").textContent = prediction.quality.replace("_", " ");
      byId("quality").dataset["quality"] = prediction.quality;
      byId("outcome").textContent = prediction.window.outcome;
      this.predictions.show(prediction);
    }
    this.predictions.explain(snapshot.explanation);
    this.timeline.add(snapshot.timeline);
    this.sensors.show(snapshot.sensors, snapshot.time_ms);
    for (const [name, { text, line }] of this.stages) {
      const stage = snapshot.stages[name];
      text.textContent = stage
        ? `${stage.p50_ms.toFixed(2)} / ${stage.p99_ms.toFixed(2)} / ${stage.max_ms.toFixed(1)}` : "-";
      if (stage) line.add(stage.p50_ms, stage.p99_ms);
    }
    this.transport(snapshot);
  }

  private transport({ outbox, recorder }: Snapshot): void {
    const state = byId("broker");
    state.textContent = outbox ? (outbox.connected ? "connected" : "not connected") : "none";
    state.dataset["state"] = !outbox ? "" : outbox.connected ? "Live" : "Faulted";
    byId("outbox").textContent = outbox ? describe(outbox) : "publishes nothing";
    byId("evicted").textContent = reasons(outbox?.evicted ?? {});
    byId("recorder").textContent = recorder
      ? `${number(recorder.written)} written, ${number(recorder.lost)} lost`
      : "off";
  }

  private card(): void {
    const { model, engine } = this.info;
    byId("device").textContent = `${engine.provider} · ${engine.device} · ${engine.precision}`;
    const facts: [string, string][] = [
      ["model", `${model.name} ${model.version}`],
      ["what", model.description],
      ["window", `${model.length_ms} ms every ${model.hop_ms} ms, deadline ${model.deadline_ms} ms`],
      ["provider", `${engine.provider} ${engine.precision}`],
      ["device", engine.device],
      ["sha256", model.sha256.slice(0, 16)],
      ["worker", `${this.info.version}, run ${this.info.epoch}`],
    ];
    if (engine.fallback) facts.push(["why not faster", engine.fallback]);
    for (const input of model.inputs) facts.push([input.modality, `${input.shape} at ${input.rate_hz} Hz`]);
    for (const head of model.heads) facts.push([head.name, head.labels.join(", ")]);
    for (const [name, value] of facts) {
      byId("model").append(element("tr", "", element("th", "", name), element("td", "", value)));
    }
  }
}

function describe(outbox: Outbox): string {
  return [
    outbox.target,
    `${number(outbox.published)} published`,
    `${number(outbox.waiting)} waiting (${number(outbox.waiting_bytes / 1024, 1)} KiB)`,
    `${number(outbox.reconnects)} reconnects`,
    outbox.storage_problem ?? "",
  ].filter((part) => part).join(" · ");
}
