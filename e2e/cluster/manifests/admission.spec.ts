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

test.beforeAll(async () => {
  test.setTimeout(300_000)
  await installDefinitions([
    ...(await Promise.all(overlays.map(renderOverlay))).flat(),
    ...(await Promise.all(components.map(renderComponent))).flat(),
    ...(await Promise.all(clusterWide.map(renderClusterWide))).flat(),
    ...(await argocdManifests()),
  ])
})

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
  expect(found.join('\n')).toMatch(/Job\/root: .*violates PodSecurity "restricted/)
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
  const suffix = randomUUID().slice(0, 8)
  const namespaces = new Set(
    manifests.flatMap(({ kind, metadata }) =>
      kind === 'Namespace' ? metadata.name : (metadata.namespace ?? []),
    ),
  )
  const elsewhere = (namespace: string) => `manifests-${namespace}-${suffix}`
  const moved = manifests.flatMap((manifest) => {
    if (manifest.kind === 'Namespace') return []
    const { namespace } = manifest.metadata
    return namespace === undefined
      ? manifest
      : { ...manifest, metadata: { ...manifest.metadata, namespace: elsewhere(namespace) } }
  })
  const made = [...namespaces].map((name) => ({
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name: elsewhere(name), labels: RESTRICTED },
  }))
  await apply(made)
  try {
    // A pod is only looked at when its account exists.
    await apply(moved.filter(({ kind }) => kind === 'ServiceAccount'))
    const refused = await tried('apply', moved)
    const turnedAway = await Promise.all(
      podTemplates(moved).map(async (template) =>
        (await tried('create', [podOf(template)])).map((line) => `${template.owner}: ${line}`),
      ),
    )
    return [...refused, ...turnedAway.flat()]
  } finally {
    await kubectl('delete', 'namespace', '--wait=false', ...made.map(({ metadata }) => metadata.name))
  }
}

function podOf({ owner, namespace, labels, annotations, spec }: PodTemplate): Manifest {
  const name = owner.replace(/^[^/]*\//, '')
  return { apiVersion: 'v1', kind: 'Pod', metadata: { name, namespace, labels, annotations }, spec }
}

async function apply(manifests: readonly Manifest[]): Promise<void> {
  if (manifests.length === 0) return
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

/** Those of the definitions that the objects need. They stay: another test's objects may be of these kinds. */
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
