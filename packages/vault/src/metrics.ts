/** Numbers for whoever runs the vault: counts and times by route and status, no ids (prom-client). */

import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';

export interface Metrics {
  readonly registry: Registry;
  request(route: string, method: string, status: number, seconds: number): void;
  drift(milliseconds: number): void;
  /** Practices whose lines are due by this clock only. */
  unconfirmed(practices: number): void;
  /** Broken glass that nobody has reviewed yet. */
  reviews(open: number): void;
  /** Of every witness that is posted to; one that is named no more is not shown. */
  witnesses(all: readonly { readonly name: string; readonly behind: number; readonly failing: number }[]): void;
}

export function createMetrics(): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const registers = [registry];
  const requests = new Counter({
    name: 'ketenkluis_requests_total',
    help: 'Requests answered',
    labelNames: ['route', 'method', 'status'],
    registers,
  });
  const duration = new Histogram({
    name: 'ketenkluis_request_seconds',
    help: 'Time to answer',
    labelNames: ['route'],
    buckets: [0.005, 0.01, 0.03, 0.1, 0.3, 1, 3],
    registers,
  });
  const drift = new Gauge({
    name: 'ketenkluis_clock_drift_milliseconds',
    help: "The clock against the machine's steady count",
    registers,
  });
  const unconfirmed = new Gauge({
    name: 'ketenkluis_retention_unconfirmed_practices',
    help: 'Practices with lines to erase by this clock, who signed for no such time in 14 days',
    registers,
  });
  const open = new Gauge({
    name: 'ketenkluis_emergency_reviews_open',
    help: 'Emergency looks that wait for a review by somebody else',
    registers,
  });
  const witness = (name: string, help: string) => new Gauge({ name, help, labelNames: ['witness'], registers });
  const behind = witness(
    'ketenkluis_witness_behind_lines',
    'Lines of the worst log that this witness has not cosigned',
  );
  const failing = witness('ketenkluis_witness_failing_logs', 'Logs whose last post to this witness failed');
  return {
    registry,
    request(route, method, status, seconds) {
      requests.inc({ route, method, status });
      duration.observe({ route }, seconds);
    },
    drift: (milliseconds) => drift.set(milliseconds),
    unconfirmed: (count) => unconfirmed.set(count),
    reviews: (count) => open.set(count),
    witnesses(all) {
      for (const gauge of [behind, failing]) gauge.reset();
      for (const { name, ...of } of all) {
        behind.set({ witness: name }, of.behind);
        failing.set({ witness: name }, of.failing);
      }
    },
  };
}
