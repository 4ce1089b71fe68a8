import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';

export interface Metrics {
  readonly contentType: string;
  text(): Promise<string>;
  /** Starts to measure a request; what it gives ends that. */
  request(): (labels: { readonly method: string; readonly route: string; readonly status: string }) => void;
  /** A reader of events was too slow and was cut off. */
  dropped(): void;
}

/** What is asked for when the figures are. */
export interface MetricsSources {
  runs(): { readonly active: number; readonly waiting: number };
  followers(): number;
}

/** Figures in the format of Prometheus, of this server alone. */
export function createMetrics({ runs, followers }: MetricsSources): Metrics {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry });
  const duration = new Histogram({
    name: 'forge_http_request_duration_seconds',
    help: 'How long requests took, streams of events until they began',
    labelNames: ['method', 'route', 'status'],
    buckets: [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5],
    registers,
  });
  const drops = new Counter({
    name: 'forge_event_readers_dropped_total',
    help: 'Readers of events that were too slow and were cut off',
    registers,
  });
  new Gauge({
    name: 'forge_runs',
    help: 'Runs that this server has taken on',
    labelNames: ['state'],
    registers,
    collect() {
      const { active, waiting } = runs();
      this.set({ state: 'active' }, active);
      this.set({ state: 'waiting' }, waiting);
    },
  });
  new Gauge({
    name: 'forge_event_readers',
    help: 'Connections that follow the events of a run',
    registers,
    collect() {
      this.set(followers());
    },
  });
  return {
    contentType: registry.contentType,
    text: () => registry.metrics(),
    request: () => duration.startTimer(),
    dropped: () => drops.inc(),
  };
}
