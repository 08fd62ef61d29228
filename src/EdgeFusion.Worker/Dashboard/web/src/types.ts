// What the worker sends; see Dashboard/InfoWriter.cs and SnapshotWriter.cs.

export interface SensorInfo {
  name: string;
  modality: string;
  rate_hz: number;
  kind: "frames" | "audio" | "vector";
  width?: number;
  height?: number;
  channels?: number;
  elements?: string[];
  units?: string[];
}

export interface Info {
  node: string;
  version: string;
  epoch: string;
  model: {
    name: string;
    version: string;
    description: string;
    sha256: string;
    opset: number;
    length_ms: number;
    hop_ms: number;
    deadline_ms: number;
    inputs: { modality: string; kind: string; shape: string; rate_hz: number }[];
    heads: { name: string; labels: string[] }[];
  };
  engine: { provider: string; device: string; precision: string; fallback: string | null };
  sensors: SensorInfo[];
}

export interface Head {
  label: string | null;
  score: number | null;
  scores: Record<string, number> | null;
  per_modality?: Record<string, Record<string, number> | null>;
}

export interface Modality {
  presence: "present" | "missing" | "late" | "stale";
  age_ms: number | null;
  coverage: number;
}

export interface Prediction {
  seq: number;
  epoch: string;
  quality: string;
  window: { index: number; outcome: string };
  modalities: Record<string, Modality>;
  heads: Record<string, Head>;
}

export interface Stage {
  p50_ms: number;
  p99_ms: number;
  max_ms: number;
}

export interface SensorState {
  name: string;
  state: string;
  taken: number;
  rate_hz: number;
  restarts: number;
  age_ms?: number;
  held_s?: number;
  fill?: number;
  rejected: Record<string, number>;
  trace?: number[][];
  sound?: { rms: number; peak: number; db: number[] };
}

export interface Snapshot {
  time_ms: number;
  windows: number;
  skipped: number;
  overruns: number;
  prediction: Prediction | null;
  timeline: { seq: number; end_ms: number; outcome: string; presence: string; total_ms: number }[];
  sensors: SensorState[];
  stages: Record<string, Stage>;
  outbox?: { enqueued: number; published: number; waiting: number; evicted: number; reconnects: number };
  recorder?: { written: number; lost: number };
}
