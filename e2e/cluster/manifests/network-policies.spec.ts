import { expect, test } from '@playwright/test'
import { type Manifest, nameOf, podTemplates } from './manifest.ts'
import { type NetworkPolicy, networkPolicies } from './network-policies.ts'
import { openPaths, type Paths, passers, sorted, surroundings } from './open-paths.ts'
import { renderComponents, renderOverlay } from './render.ts'

const NAMESPACE = 'fairlead'

/** Outside the namespace; a pod inside it has no business at the front door. */
const everyoneElse = surroundings.map(({ name }) => name)

/** Of every environment. */
const base: Paths = {
  'envoy:10000': everyoneElse,
  'envoy:9902': ['prometheus'],
  'backend:10001': ['envoy', 'frontend'],
  'backend:10002': ['envoy', 'prometheus'],
  'worker:10003': ['prometheus'],
  'frontend:10004': ['envoy'],
  'frontend:10005': ['prometheus'],
}
const postgres: Paths = { 'postgres:5432': ['backend', 'migrate', 'worker'] }
const rabbitmq: Paths = { 'rabbitmq:5672': ['backend', 'frontend', 'worker'] }
const minio: Paths = { 'minio:9000': ['backend', 'envoy', 'worker'] }
const keycloak: Paths = { 'keycloak:8080': ['backend', 'envoy'] }
const smtpLogger: Paths = { 'smtp-logger:1025': ['worker'], 'smtp-logger:8025': ['envoy'] }
const clamav: Paths = {
  'clamav:3310': ['backend', 'worker'],
  'internet:443': ['clamav'],
  'internet by IPv6:443': ['clamav'],
}
const demoData: Paths = { 'postgres:5432': ['demo-data'], 'minio:9000': ['demo-data'] }
/** Of the controller, wherever it is. */
const certificates: Paths = { 'certificate solver:8089': everyoneElse }
const keycloakDatabase: Paths = { 'postgres:5432': ['keycloak'] }

/** Wherever the API server is among private networks, until the overlay says where. */
const workflows: Paths = {
  'backend:10006': ['container'],
  ...Object.fromEntries(
    ['private network', 'network of machines', 'other namespace', 'prometheus', 'dns'].flatMap((name) => [
      [`${name}:443`, ['worker']],
      [`${name}:6443`, ['worker']],
    ]),
  ),
}

const development = [
  workflows,
  base,
  postgres,
  rabbitmq,
  minio,
  keycloak,
  keycloakDatabase,
  smtpLogger,
  demoData,
]
/** Wherever they are. Some networks take a block of all addresses to mean other pods too, where those let them in. */
const outside = ['internet', 'private network', 'network of machines', 'other namespace', 'prometheus', 'dns']
const servicesOutside: Paths = Object.fromEntries(
  outside.flatMap((name) => [
    [`${name}:443`, ['backend', 'worker']],
    [`${name}:465`, ['worker']],
    [`${name}:587`, ['worker']],
    [`${name}:5432`, ['backend', 'migrate', 'worker']],
    [`${name}:5671`, ['backend', 'frontend', 'worker']],
  ]),
)

const environments: readonly (readonly [string, () => Promise<readonly Manifest[]>, readonly Paths[]])[] = [
  ['the base alone', () => renderComponents([], NAMESPACE), [base]],
  ['overlay dev', () => renderOverlay('dev'), [...development, clamav]],
  ...['dev1', 'dev2'].map((name) => [`overlay ${name}`, () => renderOverlay(name), development] as const),
  ['overlay production', () => renderOverlay('production'), [base, servicesOutside, certificates]],
  ...(
    [
      ['postgres', postgres],
      ['rabbitmq', rabbitmq],
      ['minio', minio],
      ['clamav', clamav],
      ['ingress', certificates],
      ['gateway-api', certificates],
      ['autoscaling', {}],
      ['kueue', {}],
      ['workflows', workflows],
      ['job-nodes', {}],
    ] as const
  ).map(
    ([name, paths]) =>
      [`component ${name}`, () => renderComponents([name], NAMESPACE), [base, paths]] as const,
  ),
]

for (const [name, render, expected] of environments)
  test(`${name} allows the connections that it needs, and no other`, async () => {
    const manifests = await render()
    const own = podTemplates(manifests).map(({ owner }) => owner.replace(/^[^/]*\//, ''))
    const dns = [...own, ...passers]
    const names: Paths = { 'dns:53': dns, 'dns:53/UDP': dns, 'dns cache:53': dns, 'dns cache:53/UDP': dns }
    expect(openPaths(manifests, namespaceOf(manifests))).toEqual(merged([names, ...expected]))
  })

for (const name of ['dev', 'production'])
  test(`every rule of overlay ${name} is there for something`, async () => {
    const manifests = await renderOverlay(name)
    const namespace = namespaceOf(manifests)
    const before = JSON.stringify(openPaths(manifests, namespace))
    const superfluous = networkPolicies(manifests).flatMap((policy) =>
      lessened(policy).flatMap(([what, without]) => {
        const others = manifests.filter((manifest) => manifest !== policy)
        const after = JSON.stringify(openPaths([...others, ...without], namespace))
        return after === before ? `${nameOf(policy)}: ${what}` : []
      }),
    )
    expect(superfluous).toEqual([])
  })

test('a rule too many is seen', async () => {
  const manifests = await renderOverlay('dev')
  const namespace = namespaceOf(manifests)
  const tooMany: NetworkPolicy = {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    metadata: { name: 'too-many', namespace },
    spec: {
      podSelector: { matchLabels: { 'app.kubernetes.io/component': 'postgres' } },
      policyTypes: ['Ingress'],
      ingress: [{ from: [{ namespaceSelector: {} }], ports: [{ port: 5432 }] }],
    },
  }
  const paths = openPaths(manifests, namespace)
  expect(openPaths([...manifests, tooMany], namespace)['postgres:5432']).toEqual(
    [...paths['postgres:5432']!, 'dns', 'other namespace', 'prometheus'].toSorted(),
  )
})

/** The policy without one of its rules, or without one of a rule's peers. */
function lessened(policy: NetworkPolicy): readonly (readonly [string, readonly NetworkPolicy[]])[] {
  const { spec } = policy
  const without = <T>(list: readonly T[], index: number) => list.toSpliced(index, 1)
  return [
    ['all of it', []],
    ...(['ingress', 'egress'] as const).flatMap((direction) => {
      const rules = spec[direction] ?? []
      const changed = (to: typeof rules): readonly NetworkPolicy[] => [
        { ...policy, spec: { ...spec, [direction]: to } },
      ]
      return rules.flatMap((rule, index) => {
        const side = direction === 'ingress' ? 'from' : 'to'
        const narrower = (['from', 'to', 'ports'] as const).flatMap((key) => {
          const list = rule[key] ?? []
          // A list that becomes empty means everything.
          return list.length < 2
            ? []
            : list.map(
                (_, entry) =>
                  [
                    `${direction} rule ${index}, ${key} ${entry}`,
                    changed(rules.toSpliced(index, 1, { ...rule, [key]: without<unknown>(list, entry) })),
                  ] as const,
              )
        })
        return [
          [`${direction} rule ${index} (${side})`, changed(without(rules, index))] as const,
          ...narrower,
        ]
      })
    }),
  ]
}

function merged(parts: readonly Paths[]): Paths {
  const all: Record<string, readonly string[]> = {}
  for (const part of parts)
    for (const [to, from] of Object.entries(part)) all[to] = [...(all[to] ?? []), ...from]
  return sorted(all)
}

function namespaceOf(manifests: readonly Manifest[]): string {
  const found = manifests.find(({ kind }) => kind === 'Deployment')?.metadata.namespace
  if (found === undefined) throw new Error('nothing is deployed')
  return found
}
