import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { parseAllDocuments } from 'yaml'
import { inRepository } from '../repository.ts'

/** Of an open socket with its way to the frontend, as Envoy's /memory tells it for thousands of them, rounded up. */
const BYTES_EACH = 64 * 1024
const MIB = 1024 ** 2

test('a pod of Envoy holds all connections that it takes', () => {
  const template = readFileSync(inRepository('envoy/envoy.template.yaml'), 'utf8')
  const connections = Number(/max_active_downstream_connections: (\d+)/.exec(template)?.[1])
  const [deployment] = parseAllDocuments(readFileSync(inRepository('k8s/base/envoy.yaml'), 'utf8'))
  const limit = String(
    deployment?.getIn(['spec', 'template', 'spec', 'containers', 0, 'resources', 'limits', 'memory']),
  )
  const bytes = Number(limit.replace(/[GM]i$/, '')) * (limit.endsWith('Gi') ? 1024 : 1) * MIB
  expect(bytes).toBeGreaterThan(connections * BYTES_EACH)
})
