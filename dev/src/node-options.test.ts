import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { nodeOptions } from '../../backend/src/node-options.ts'
import { inRepository } from './repository.ts'
import { backendSpec, workerSpecs } from './supervisor/children.ts'
import type { Environment } from './supervisor/environment.ts'
import type { Ports } from './supervisor/ports.ts'

const yaml = (folder: string) =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.yaml'))
    .map((name) => readFileSync(join(folder, name), 'utf8'))

test('backend and workers run with the options of Node that their memory was measured with', () => {
  const environment = { backend: {}, worker: {} } as Environment
  const ports = { backendHttp: 1, workerHttp: 2, furtherWorkersHttp: [3] } as unknown as Ports
  const specs = [backendSpec(environment, ports), ...workerSpecs(environment, ports)]
  expect(specs.map(({ name }) => name)).toEqual(['backend', 'worker', 'worker-2'])
  for (const { args } of specs) expect(args.slice(0, -1)).toEqual(expect.arrayContaining([...nodeOptions]))
})

test.each(['backend', 'backend-development'])('the image %s has the same options', (stage) => {
  const [, lines] =
    new RegExp(`^FROM \\S+ AS ${stage}\\n([^]*?)^(?:FROM|# ----)`, 'm').exec(
      readFileSync(inRepository('Dockerfile'), 'utf8'),
    ) ?? []
  expect(lines).toMatch(new RegExp(`^ENV .*\\bNODE_OPTIONS=${nodeOptions.join(' ')}(?: |$)`, 'm'))
})

test('Kubernetes puts no others in their place', () => {
  for (const text of yaml(inRepository('k8s'))) expect(text).not.toContain('NODE_OPTIONS')
})
