import { expect, test } from 'vitest'
import { readSample } from './usage-sample.ts'

test.each([
  [
    'container_cpu_usage_seconds_total{container="algorithm",namespace="jobs",pod="w-1-0-0-x"} 8.490844933 1795343788300',
    { pod: 'w-1-0-0-x', figure: 'cpuSeconds', value: 8.490844933 },
  ],
  [
    'container_memory_working_set_bytes{container="algorithm",namespace="jobs",pod="w-1-0-0-x"} 5.24288e+06 1',
    { pod: 'w-1-0-0-x', figure: 'memoryBytes', value: 5_242_880 },
  ],
  ['container_memory_working_set_bytes{container="algorithm",namespace="other",pod="p"} 1 1', undefined],
  ['container_memory_working_set_bytes{container="stage",namespace="jobs",pod="p"} 1 1', undefined],
  ['pod_memory_working_set_bytes{namespace="jobs",pod="p"} 1 1', undefined],
  ['# TYPE container_cpu_usage_seconds_total counter', undefined],
])('%s', (line, sample) => {
  expect(readSample(line, 'jobs')).toEqual(sample)
})
