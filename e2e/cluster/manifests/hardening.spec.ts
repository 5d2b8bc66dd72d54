import { expect, test } from '@playwright/test'
import { type Container, type Manifest, nameOf, type PodTemplate, podTemplates } from './manifest.ts'
import { components, overlays, renderComponent, renderOverlay } from './render.ts'

const rendered = [
  ...overlays.map((name) => [`overlay ${name}`, () => renderOverlay(name)] as const),
  ...components.map((name) => [`component ${name}`, () => renderComponent(name)] as const),
]

for (const [name, render] of rendered) {
  test(`every container of ${name} is confined, limited and probed`, async () => {
    const found = podTemplates(await render()).flatMap(weaknesses)
    // A syntax error that was just saved is no reason to restart a container: it is mended by the next save.
    const excused = name.endsWith('hot-reload') ? /: no livenessProbe$/ : /^$/
    expect(found.filter((weakness) => !excused.test(weakness))).toEqual([])
  })

  test(`Envoy's admin port is in no Service and no port list of ${name}`, async () => {
    expect((await render()).flatMap(adminPorts)).toEqual([])
  })
}

for (const name of overlays)
  test(`every image of overlay ${name} says which one it is`, async () => {
    const vague = podTemplates(await renderOverlay(name)).flatMap(vagueImages)
    // For development they are built, and their tags set, by Skaffold.
    const built = name.startsWith('dev') ? /: fairlead-(agent|backend|frontend|tools)$/ : /^$/
    expect(vague.filter((image) => !built.test(image))).toEqual([])
  })

for (const name of overlays.filter((overlay) => overlay.startsWith('production')))
  test(`overlay ${name} holds no secret`, async () => {
    expect((await renderOverlay(name)).flatMap(secrets)).toEqual([])
  })

test('what the checks are for is found', async () => {
  const manifests = await renderOverlay('production')
  const changed = (change: (container: Container) => Container): readonly PodTemplate[] =>
    podTemplates(manifests)
      .filter(({ owner }) => owner === 'Deployment/backend')
      .map((template) => ({
        ...template,
        spec: { ...template.spec, containers: template.spec.containers.map(change) },
      }))
  const without = (key: keyof Container) => changed(({ [key]: _, ...rest }) => rest as Container)
  expect(changed((container) => container).flatMap(weaknesses)).toEqual([])
  expect(without('resources').flatMap(weaknesses).join()).toMatch(/no memory limit/)
  expect(without('readinessProbe').flatMap(weaknesses).join()).toMatch(/no readinessProbe/)
  expect(without('securityContext').flatMap(weaknesses).join()).toMatch(/writable root/)
  for (const image of ['a', 'a:latest', 'registry:5000/a'])
    expect(changed((container) => ({ ...container, image })).flatMap(vagueImages)).not.toEqual([])
  const metadata = { name: 'x' }
  const service = {
    apiVersion: 'v1',
    kind: 'Service',
    metadata,
    spec: { ports: [{ port: 80, targetPort: 9901 }] },
  }
  expect(adminPorts(service)).not.toEqual([])
  const map = { apiVersion: 'v1', kind: 'ConfigMap', metadata }
  expect(secrets({ ...map, kind: 'Secret', data: { key: 'YQ==' } })).not.toEqual([])
  expect(secrets({ ...map, data: { url: 'postgres://user:word@host/db' } })).not.toEqual([])
  expect(secrets({ ...map, data: { pem: '-----BEGIN PRIVATE KEY-----' } })).not.toEqual([])
  expect(secrets({ ...map, data: { FAIRLEAD_SECRET: 'x' } })).not.toEqual([])
})

function weaknesses({ owner, kind, spec }: PodTemplate): readonly string[] {
  const runsToItsEnd = kind === 'Job' || kind === 'CronJob'
  const found = (list: readonly Container[], probed: boolean) =>
    list.flatMap((container) =>
      weaknessesOf(container, spec, probed && container.restartPolicy !== 'Always').map(
        (weakness) => `${owner} ${container.name}: ${weakness}`,
      ),
    )
  return [...found(spec.containers, !runsToItsEnd), ...found(spec.initContainers ?? [], false)]
}

function weaknessesOf(container: Container, pod: PodTemplate['spec'], probed: boolean): readonly string[] {
  const { requests = {}, limits = {} } = container.resources ?? {}
  const own = container.securityContext ?? {}
  const conditions: readonly (readonly [boolean, string])[] = [
    [requests['cpu'] !== undefined, 'no cpu request'],
    [requests['memory'] !== undefined, 'no memory request'],
    [limits['memory'] !== undefined, 'no memory limit'],
    [own.readOnlyRootFilesystem === true, 'a writable root'],
    [own.allowPrivilegeEscalation === false, 'may gain privileges'],
    [own.capabilities?.drop?.includes('ALL') === true, 'keeps capabilities'],
    [own.capabilities?.add === undefined, 'adds capabilities'],
    [own.runAsNonRoot ?? pod.securityContext?.runAsNonRoot ?? false, 'may be root'],
    [!probed || container.readinessProbe !== undefined, 'no readinessProbe'],
    [!probed || container.livenessProbe !== undefined, 'no livenessProbe'],
  ]
  return conditions.flatMap(([holds, weakness]) => (holds ? [] : weakness))
}

function vagueImages({ owner, spec }: PodTemplate): readonly string[] {
  return [...spec.containers, ...(spec.initContainers ?? [])].flatMap(({ name, image }) => {
    const tag = /@sha256:|:([^/:]+)$/.exec(image)
    return tag === null || tag[1] === 'latest' ? `${owner} ${name}: ${image}` : []
  })
}

function adminPorts(manifest: Manifest): readonly string[] {
  const ports =
    manifest.kind === 'Service'
      ? ((manifest.spec as { readonly ports?: readonly Record<string, unknown>[] }).ports ?? []).flatMap(
          ({ port, targetPort, name }) => [port, targetPort, name],
        )
      : podTemplates([manifest]).flatMap(({ spec }) =>
          spec.containers.flatMap(({ ports: own = [] }) =>
            own.flatMap(({ name, containerPort }) => [name, containerPort]),
          ),
        )
  return ports.some((port) => port === 9901 || port === '9901' || port === 'admin') ? [nameOf(manifest)] : []
}

/** Sealed and external secrets are of other kinds, and hold nothing that could be read. */
function secrets(manifest: Manifest): readonly string[] {
  const found = (what: string) => `${nameOf(manifest)}: ${what}`
  if (manifest.kind === 'Secret') return [found('a Secret')]
  const literals = [
    ...Object.entries(manifest.data ?? {}),
    ...podTemplates([manifest]).flatMap(({ spec }) =>
      [...spec.containers, ...(spec.initContainers ?? [])].flatMap(({ env = [] }) =>
        env.map(({ name, value }) => [name, value ?? ''] as const),
      ),
    ),
  ]
  return literals.flatMap(([name, value]) => {
    if (/:\/\/[^/\s:@]*:[^/\s@]+@/.test(value)) return found(`${name} is an address with a password`)
    if (/-----BEGIN [A-Z ]*PRIVATE KEY-----/.test(value)) return found(`${name} is a private key`)
    return /SECRET|PASSWORD|TOKEN/.test(name) && value !== '' ? found(`${name} has a value`) : []
  })
}
