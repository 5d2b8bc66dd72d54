import { ALGORITHM } from './job-manifest.ts'

export interface UsageSample {
  readonly pod: string
  readonly figure: 'cpuSeconds' | 'memoryBytes'
  readonly value: number
}

const figures: Readonly<Record<string, UsageSample['figure']>> = {
  container_cpu_usage_seconds_total: 'cpuSeconds',
  container_memory_working_set_bytes: 'memoryBytes',
}

/** A line of a kubelet's /metrics/resource; undefined when it says nothing of an algorithm's container. */
export function readSample(line: string, namespace: string): UsageSample | undefined {
  const [, name = '', labels = '', value = ''] = /^(\w+)\{(.*)\} (\S+)(?: \d+)?$/u.exec(line) ?? []
  const figure = figures[name]
  if (figure === undefined) return undefined
  const read = Object.fromEntries(
    [...labels.matchAll(/(\w+)="([^"]*)"/gu)].map(([, key, text]) => [key, text]),
  )
  if (read['container'] !== ALGORITHM || read['namespace'] !== namespace) return undefined
  return { pod: read['pod'] ?? '', figure, value: Number(value) }
}
