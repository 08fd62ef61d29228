import { byId, element, number } from "./dom";
import { Predictions } from "./predictions";
import { Sensors, Sparkline } from "./sensors";
import { Timeline } from "./timeline";
import type { Info, Snapshot } from "./types";

const Stages = ["wait", "ready", "bind", "infer", "decode", "total"];

class Page {
  private readonly predictions: Predictions;
  private readonly timeline: Timeline;
  private readonly sensors: Sensors;
  private readonly stages = new Map<string, { text: HTMLElement; line: Sparkline }>();

  constructor(private readonly info: Info) {
    document.title = `${info.node} · EdgeFusion`;
    byId("node").textContent = info.node;
    this.predictions = new Predictions(byId("heads"), info);
    this.timeline = new Timeline(
      byId("timeline") as HTMLCanvasElement,
      info.model.inputs.map((input) => input.modality),
    );
    this.sensors = new Sensors(byId("sensors"), info.sensors);
    for (const stage of Stages) {
      const text = element("td", "", "-");
      const canvas = element("canvas", "spark");
      byId("stages").append(element("tr", "", element("th", "", stage), text, element("td", "", canvas)));
      this.stages.set(stage, { text, line: new Sparkline(canvas) });
    }
    this.card();
  }

  show(snapshot: Snapshot): void {
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
    this.timeline.add(snapshot.timeline);
    this.sensors.show(snapshot.sensors, snapshot.time_ms);
    for (const [name, { text, line }] of this.stages) {
      const stage = snapshot.stages[name];
      if (!stage) continue;
      text.textContent = `${stage.p50_ms.toFixed(2)} / ${stage.p99_ms.toFixed(2)} / ${stage.max_ms.toFixed(1)}`;
      if (name !== "total") line.add(stage.p99_ms);
    }
    // The last row shows each window's own time.
    for (const window of snapshot.timeline) this.stages.get("total")?.line.add(window.total_ms);
    const { outbox, recorder } = snapshot;
    byId("outbox").textContent = outbox
      ? `${number(outbox.published)} published, ${number(outbox.waiting)} waiting, ${number(outbox.evicted)} dropped, `
        + `${number(outbox.reconnects)} reconnects`
      : "publishes nothing";
    byId("recorder").textContent = recorder
      ? `${number(recorder.written)} written, ${number(recorder.lost)} lost`
      : "off";
  }

  private card(): void {
    const { model, engine } = this.info;
    const facts: [string, string][] = [
      ["model", `${model.name} ${model.version}`],
      ["what", model.description],
      ["window", `${model.length_ms} ms every ${model.hop_ms} ms, deadline ${model.deadline_ms} ms`],
      ["engine", `${engine.provider} ${engine.precision} (${engine.device})`],
      ["sha256", model.sha256.slice(0, 16)],
      ["worker", `${this.info.version}, run ${this.info.epoch}`],
    ];
    if (engine.fallback) facts.push(["why not faster", engine.fallback]);
    for (const input of model.inputs) facts.push([input.modality, `${input.shape} at ${input.rate_hz} Hz`]);
    for (const [name, value] of facts) {
      byId("model").append(element("tr", "", element("th", "", name), element("td", "", value)));
    }
  }
}

async function start(): Promise<void> {
  const state = byId("connection");
  const answer = await fetch("/api/info");
  if (!answer.ok) throw new Error(await answer.text());
  const info = (await answer.json()) as Info;
  const page = new Page(info);
  const events = new EventSource("/api/live");
  events.onopen = () => (state.textContent = "live");
  events.onerror = () => (state.textContent = "connection lost, trying again");
  events.onmessage = (event: MessageEvent<string>) => {
    const snapshot = JSON.parse(event.data) as Snapshot;
    if (snapshot.prediction && snapshot.prediction.epoch !== info.epoch) location.reload();
    state.textContent = "live";
    page.show(snapshot);
  };
}

start().catch((fault: unknown) => {
  byId("connection").textContent = fault instanceof Error ? fault.message : String(fault);
});
