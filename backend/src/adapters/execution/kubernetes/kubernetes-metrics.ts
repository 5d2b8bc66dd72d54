import { Counter, Histogram, type Registry } from 'prom-client'

export interface KubernetesMetrics {
  requested(verb: string, resource: string): void
  /** @param outcome COMPLETED, LEFT, CANCELLED, or the reason of a failure */
  ended(outcome: string, requests: number): void
}

/** @param registry where the figures are registered; without it they are counted for nobody */
export function createKubernetesMetrics(registry: Registry | undefined): KubernetesMetrics {
  if (registry === undefined) return { requested: () => undefined, ended: () => undefined }
  const registers = [registry]
  const requests = new Counter({
    name: 'fairlead_kubernetes_requests_total',
    help: 'Requests to the Kubernetes API server, by verb and resource.',
    labelNames: ['verb', 'resource'],
    registers,
  })
  const runs = new Counter({
    name: 'fairlead_container_runs_total',
    help: "Runs of a step's containers that have ended, by outcome.",
    labelNames: ['outcome'],
    registers,
  })
  const requestsOfRun = new Histogram({
    name: 'fairlead_container_run_requests',
    help: "Requests to the Kubernetes API server for one run of a step's containers; those for all runs at a time apart.",
    buckets: [4, 5, 6, 8, 12, 20, 50, 100, 250, 1000],
    registers,
  })
  return {
    requested: (verb, resource) => requests.inc({ verb, resource }),
    ended(outcome, count) {
      runs.inc({ outcome })
      requestsOfRun.observe(count)
    },
  }
}
