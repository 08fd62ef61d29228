// What the worker sends; see Dashboard/InfoWriter.cs, SnapshotWriter.cs and Recordings/ReplayOverview.cs.

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

export interface HeadInfo {
  name: string;
  labels: string[];
}

export interface Info {
  live: true;
  recordings: boolean;
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
    heads: HeadInfo[];
  };
  engine: { provider: string; device: string; precision: string; fallback: string | null };
  sensors: SensorInfo[];
}

/** A page without a worker. */
export interface ViewInfo {
  live: false;
  recordings: true;
  version: string;
}

export interface Head {
  label: string | null;
  score: number | null;
  scores: Record<string, number> | null;
  per_modality?: Record<string, Record<string, number> | null>;
  contributions?: Record<string, number | null>;
}

export interface Modality {
  presence: "present" | "missing" | "late" | "stale";
  age_ms: number | null;
  coverage: number;
}

export interface Prediction {
  seq: number;
  epoch?: string;
  model: { sha256: string };
  quality: string;
  window: { index: number; outcome: string };
  modalities: Record<string, Modality>;
  heads: Record<string, Head>;
}

export interface Explanation {
  seq: number;
  heads: Record<string, { label: string; contributions: Record<string, number | null> }>;
}

/** Over the last 100 windows. */
export interface Stage {
  p50_ms: number;
  p99_ms: number;
  max_ms: number;
  n: number;
}

export interface SensorState {
  name: string;
  state: string;
  taken: number;
  captured: number;
  rate_hz: number;
  restarts: number;
  age_ms?: number;
  held_s?: number;
  fill?: number;
  rejected: Record<string, number>;
  trace?: number[][];
  sound?: { rms: number; peak: number; db: number[] };
}

export interface Outbox {
  target: string;
  connected: boolean;
  storage_problem: string | null;
  published: number;
  waiting: number;
  waiting_bytes: number;
  reconnects: number;
  evicted: Record<string, number>;
}

export interface Snapshot {
  time_ms: number;
  windows: number;
  skipped: number;
  overruns: number;
  prediction: Prediction | null;
  explanation: Explanation | null;
  timeline: { seq: number; end_ms: number; outcome: string; presence: string; total_ms: number }[];
  sensors: SensorState[];
  stages: Record<string, Stage>;
  outbox?: Outbox;
  recorder?: { written: number; lost: number };
}

export interface RecordingList {
  models: string[];
  recordings: { name: string; bytes: number; modified: string }[];
}

export interface RecordingInfo {
  name: string;
  duration_s: number;
  predictions: boolean;
  sensors: SensorInfo[];
  notes: string[];
}

/** Of each head: index of the label, score, index of the true label or -1. */
export type Said = [number, number, number] | null;

export interface Overview {
  model: string;
  start_ns: string;
  /** Whether there may be more windows than these. */
  cut: boolean;
  inputs: string[];
  heads: HeadInfo[];
  windows: { t: number; presence: string; deadline: boolean; heads: Said[] }[];
}

export interface Top {
  label: string;
  score: number;
}

export interface Comparison {
  windows: number;
  unmatched: number;
  agreement: number;
  changed: { seconds: number; head: string; now: Top[]; before: Top[] }[];
}
