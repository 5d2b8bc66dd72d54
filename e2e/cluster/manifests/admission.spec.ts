import { randomUUID } from 'node:crypto'
import { expect, test } from '@playwright/test'
import { definitions } from './crds.ts'
import { type Manifest, nameOf, type PodTemplate, podTemplates } from './manifest.ts'
import { kubectl, run } from './program.ts'
import {
  argocdManifests,
  clusterWide,
  components,
  format,
  overlays,
  renderClusterWide,
  renderComponent,
  renderOverlay,
} from './render.ts'

/** What the overlays themselves ask of their namespaces; here violations are warned of as well. */
const RESTRICTED = {
  'pod-security.kubernetes.io/enforce': 'restricted',
  'pod-security.kubernetes.io/warn': 'restricted',
}

/** Everything is tried in one namespace, in the place of those that it is for. */
const namespace = `manifests-${randomUUID().slice(0, 8)}`

test.describe.configure({ timeout: 120_000 })

test.beforeAll(async () => {
  test.setTimeout(600_000)
  const all = [
    ...(await Promise.all(overlays.map(renderOverlay))).flat(),
    ...(await Promise.all(components.map(renderComponent))).flat(),
    ...(await Promise.all(clusterWide.map(renderClusterWide))).flat(),
    ...(await argocdManifests()),
  ]
  await installDefinitions(all)
  await keep([{ apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace, labels: RESTRICTED } }])
  // A pod is only looked at when its account and its priority class exist.
  await keep([...new Map(all.filter(isNeededByPods).map((one) => [nameOf(one), moved(one)])).values()])
})

test.afterAll(() => kubectl('delete', 'namespace', '--wait=false', namespace))

for (const overlay of overlays)
  test(`the cluster accepts overlay ${overlay} and admits its pods as restricted ones`, async () => {
    const manifests = await renderOverlay(overlay)
    for (const { metadata } of manifests.filter(({ kind }) => kind === 'Namespace'))
      expect(metadata.labels).toMatchObject({ 'pod-security.kubernetes.io/enforce': 'restricted' })
    expect(await complaints(manifests)).toEqual([])
  })

for (const component of components)
  test(`the cluster accepts component ${component} and admits its pods as restricted ones`, async () => {
    expect(await complaints(await renderComponent(component))).toEqual([])
  })

for (const component of clusterWide)
  test(`the cluster accepts what component ${component} has for all of it`, async () => {
    expect(await complaints(await renderClusterWide(component))).toEqual([])
  })

test("the cluster accepts Argo CD's objects", async () => {
  expect(await complaints(await argocdManifests())).toEqual([])
})

test('a pod that may become root is turned away', async () => {
  const pod: Manifest & { spec: object } = {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { name: 'root', namespace: 'fairlead' },
    spec: {
      template: { spec: { restartPolicy: 'Never', containers: [{ name: 'root', image: 'debian:1' }] } },
    },
  }
  const found = await complaints([pod])
  expect(found.join('\n')).toMatch(/"job-root" is forbidden: violates PodSecurity "restricted/)
})

test('an object that the cluster refuses is told', async () => {
  const service: Manifest = {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'wrong', namespace: 'fairlead' },
    spec: { ports: [{ port: 70_000 }] },
  }
  expect((await complaints([service])).join('\n')).toMatch(/70000/)
})

/** What the cluster says against the objects and against the pods that they would make; nothing is kept. */
async function complaints(manifests: readonly Manifest[]): Promise<readonly string[]> {
  const objects = manifests.filter(({ kind }) => kind !== 'Namespace').map(moved)
  const pods = podTemplates(objects).map(podOf)
  return [...(await tried('apply', objects)), ...(pods.length === 0 ? [] : await tried('create', pods))]
}

function moved(manifest: Manifest): Manifest {
  return manifest.metadata.namespace === undefined
    ? manifest
    : { ...manifest, metadata: { ...manifest.metadata, namespace } }
}

/** Named after its owner, such as "deployment-backend", since that is all that a refusal tells. */
function podOf({ owner, labels, annotations, spec }: PodTemplate): Manifest {
  const name = owner.replace('/', '-').toLowerCase()
  return { apiVersion: 'v1', kind: 'Pod', metadata: { name, namespace, labels, annotations }, spec }
}

function isNeededByPods({ kind }: Manifest): boolean {
  return kind === 'ServiceAccount' || kind === 'PriorityClass'
}

async function keep(manifests: readonly Manifest[]): Promise<void> {
  const { code, stderr } = await run(['kubectl', 'apply', '-f', '-'], format(manifests))
  expect(code, stderr).toBe(0)
}

async function tried(verb: 'apply' | 'create', manifests: readonly Manifest[]): Promise<readonly string[]> {
  const { code, stderr } = await run(
    ['kubectl', verb, '--dry-run=server', '--warnings-as-errors', '-f', '-'],
    format(manifests),
  )
  const lines = stderr.split('\n').filter((line) => line !== '')
  return code === 0 ? lines : lines.length > 0 ? lines : [`kubectl ${verb} ended with ${code}`]
}

/** Those of the definitions that the objects need. They stay: others may have made objects of these kinds. */
async function installDefinitions(manifests: readonly Manifest[]): Promise<void> {
  const needed = new Set(manifests.map(({ apiVersion, kind }) => `${apiVersion.split('/')[0]}/${kind}`))
  const installed = (await definitions()).filter(({ spec }) => needed.has(`${spec.group}/${spec.names.kind}`))
  if (installed.length === 0) return
  const { code, stderr } = await run(
    ['kubectl', 'apply', '--server-side', '--force-conflicts', '-f', '-'],
    format(installed),
  )
  expect(code, stderr).toBe(0)
  await kubectl(
    'wait',
    '--for=condition=Established',
    '--timeout=60s',
    ...installed.map((definition) => nameOf(definition).toLowerCase()),
  )
}
