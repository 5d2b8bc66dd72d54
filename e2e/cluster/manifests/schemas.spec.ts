import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from '@playwright/test'
import { definitions } from './crds.ts'
import { schemaLocation, writeSchemas } from './json-schemas.ts'
import { installKubeconform, invalidities } from './kubeconform.ts'
import type { Manifest } from './manifest.ts'
import { kubectl } from './program.ts'
import {
  argocdManifests,
  clusterWide,
  components,
  overlays,
  renderClusterWide,
  renderComponent,
  renderOverlay,
} from './render.ts'

let folder = ''
let location = ''

test.beforeAll(async () => {
  // Compiles kubeconform and fetches the definitions the first time.
  test.setTimeout(300_000)
  await installKubeconform()
  folder = await mkdtemp(join(tmpdir(), 'fairlead-schemas-'))
  await writeSchemas(folder, JSON.parse(await kubectl('get', '--raw', '/openapi/v2')), await definitions())
  location = schemaLocation(folder)
})

test.afterAll(() => rm(folder, { recursive: true, force: true }))

for (const overlay of overlays)
  test(`overlay ${overlay} has only declared fields, of the declared types`, async () => {
    expect(await invalidities(location, await renderOverlay(overlay))).toEqual([])
  })

for (const component of components)
  test(`component ${component} has only declared fields, of the declared types`, async () => {
    expect(await invalidities(location, await renderComponent(component))).toEqual([])
  })

for (const component of clusterWide)
  test(`what component ${component} has for the whole cluster has only declared fields, of the declared types`, async () => {
    expect(await invalidities(location, await renderClusterWide(component))).toEqual([])
  })

test("Argo CD's objects have only declared fields, of the declared types", async () => {
  expect(await invalidities(location, await argocdManifests())).toEqual([])
})

const deployment = (pod: object): Manifest => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'wrong' },
  spec: {
    selector: { matchLabels: { a: 'b' } },
    template: {
      metadata: { labels: { a: 'b' } },
      spec: { containers: [{ name: 'c', image: 'd:1' }], ...pod },
    },
  },
})
const issuer = (spec: object): Manifest => ({
  apiVersion: 'cert-manager.io/v1',
  kind: 'Issuer',
  metadata: { name: 'wrong' },
  spec,
})

for (const [what, manifest, complaint] of [
  ['a misspelt field', deployment({ terminationGracePeriod: 1 }), /terminationGracePeriod/],
  ['a number that is a word', deployment({ terminationGracePeriodSeconds: 'long' }), /integer/],
  ['a misspelt field of a custom resource', issuer({ selfsigned: {} }), /selfsigned/],
  ['a kind that nobody defines', { ...issuer({}), kind: 'Isuer' }, /schema/],
] as const)
  test(`${what} is found`, async () => {
    const found = await invalidities(location, [manifest])
    expect(found).toHaveLength(1)
    expect(found[0]).toMatch(complaint)
  })

test('what is right is not complained about', async () => {
  expect(
    await invalidities(location, [
      deployment({ terminationGracePeriodSeconds: 1 }),
      issuer({ selfSigned: {} }),
    ]),
  ).toEqual([])
})
