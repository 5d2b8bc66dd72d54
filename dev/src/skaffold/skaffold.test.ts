import { existsSync, globSync, readdirSync, readFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { describe, expect, test } from 'vitest'
import { parse, parseAllDocuments } from 'yaml'
import { inRepository, repository } from '../repository.ts'
import { type Artifact, type Pipeline, type Profile, skaffoldReference } from './reference.ts'

// skaffold.yaml, held to Skaffold's reference and to what it speaks of.

const read = (...parts: string[]) => readFileSync(inRepository(...parts), 'utf8')
const skaffold = skaffoldReference.parse(parse(read('skaffold.yaml')))

/** As Skaffold does it: a list or a kubectl of a profile stands in place of the other, then come the patches. */
function withProfile(profile: Profile): Pipeline {
  const { manifests, deploy, build } = profile
  const merged: Pipeline = {
    ...skaffold,
    ...profile,
    build: { ...skaffold.build, ...build },
    manifests: {
      ...skaffold.manifests,
      ...manifests,
      hooks: { ...skaffold.manifests?.hooks, ...manifests?.hooks },
    },
    deploy: { ...skaffold.deploy, ...deploy },
  }
  for (const { op, path } of profile.patches ?? []) {
    expect(op, 'the operations that this test knows').toBe('remove')
    const names = path.split('/').slice(1)
    const last = names.pop() ?? ''
    const parent = names.reduce<unknown>((value, name) => (value as Record<string, unknown>)[name], merged)
    expect(parent, path).toHaveProperty(last)
    delete (parent as Record<string, unknown>)[last]
  }
  return merged
}

const profiles = skaffold.profiles.map(
  (profile) => [profile.name, { profile, pipeline: withProfile(profile) }] as const,
)
const development = profiles.filter(([name]) => name !== 'production')

/** Commands of its hooks, in one line each. */
const commandsOf = (hooks: { before?: { host: { command: string[] } }[] | undefined } | undefined) =>
  (hooks?.before ?? []).map(({ host }) => host.command.join(' '))

interface Container {
  name: string
  image?: string
  args?: string[]
  volumeMounts?: { name: string; mountPath: string; subPath?: string }[]
}
interface Manifest {
  kind: string
  metadata: { name: string }
  spec?: { template?: { spec: { containers?: Container[]; initContainers?: Container[] } } }
}

const manifestsIn = (folder: string): Manifest[] =>
  readdirSync(inRepository(folder), { withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.yaml') && entry.name !== 'kustomization.yaml')
    .flatMap(({ name }) =>
      parseAllDocuments(read(folder, name)).map((document) => document.toJS() as Manifest),
    )

const kustomization = (folder: string) =>
  parse(read(folder, 'kustomization.yaml')) as {
    resources?: string[]
    components?: string[]
    images?: { name: string; newName?: string }[]
    configMapGenerator?: { name: string; literals?: string[] }[]
  }

/** As `npm run secrets` finds it. */
const namespaceIn = (folder: string) =>
  /(?:^|, )namespace: (\S+)/m.exec(read(folder, 'kustomization.yaml'))?.[1]

/** An overlay and what it is made of, without its secrets, which are made on each machine. */
function foldersOf(folder: string): string[] {
  const { resources = [], components = [] } = kustomization(folder)
  const further = [...resources, ...components]
    .filter((path) => !path.endsWith('.yaml') && !path.endsWith('/secrets'))
    .map((path) => join(folder, path))
  return [folder, ...further.flatMap(foldersOf)]
}

const hotReload = 'k8s/components/hot-reload'
const patches = manifestsIn(hotReload)
const stages = new Map<string, string>()
for (const [, name, body] of read('Dockerfile').matchAll(
  /^FROM \S+ AS (\S+)\n([\s\S]*?)(?=^FROM |$(?![\s\S]))/gm,
)) {
  stages.set(name!, body!)
}

test('there are profiles for the environments, for debugging and for production', () => {
  expect(profiles.map(([name]) => name)).toEqual(['dev', 'dev1', 'dev2', 'debug', 'production'])
})

describe.each(profiles)('with the profile %s', (name, { pipeline }) => {
  const path = pipeline.manifests?.kustomize?.paths[0] ?? ''
  const folders = foldersOf(path)
  const namespace = folders.map(namespaceIn).find((one) => one !== undefined)
  const artifacts = pipeline.build?.artifacts ?? []

  test('the overlay that is deployed exists', () => {
    expect(pipeline.manifests?.kustomize?.paths).toHaveLength(1)
    expect(existsSync(inRepository(path, 'kustomization.yaml'))).toBe(true)
    expect(namespace).toBeDefined()
  })

  test('every image of ours in the manifests is built, from a stage of the Dockerfile', () => {
    const renamed = new Map(
      folders
        .toReversed()
        .flatMap((folder) => kustomization(folder).images ?? [])
        .flatMap(({ name: from, newName }) => (newName === undefined ? [] : [[from, newName] as const])),
    )
    const ours = folders
      .flatMap(manifestsIn)
      .flatMap(({ spec }) => [
        ...(spec?.template?.spec.containers ?? []),
        ...(spec?.template?.spec.initContainers ?? []),
      ])
      .flatMap(({ image }) => (image?.startsWith('fairlead-') ? [renamed.get(image) ?? image] : []))
    expect(artifacts.map(({ image }) => image).sort()).toEqual([...new Set(ours)].sort())
    for (const { docker } of artifacts) {
      expect(existsSync(inRepository(docker.dockerfile))).toBe(true)
      expect([...stages.keys()]).toContain(docker.target)
    }
  })

  test('the image that a setting names is that which is built', () => {
    const named = folders.flatMap((folder) =>
      (kustomization(folder).configMapGenerator ?? []).flatMap(({ literals = [] }) =>
        literals.filter((literal) => /^\w+_IMAGE=/.test(literal)),
      ),
    )
    const replaced = (pipeline.resourceSelector?.allow ?? [])
      .filter(({ groupKind }) => groupKind === 'ConfigMap')
      .flatMap(({ image = [] }) => image)
    for (const literal of named) {
      const [key, value] = literal.split('=')
      expect(replaced).toContain(`.data.${key}`)
      expect(artifacts.map(({ image }) => image)).toContain(value)
    }
    expect(named).toHaveLength(name === 'production' ? 0 : 1)
  })

  test('the Jobs of its namespace are deleted before each deployment', () => {
    const jobs = folders
      .flatMap(manifestsIn)
      .filter(({ kind, spec }) => kind === 'Job' && spec !== undefined)
      .map(({ metadata }) => metadata.name)
    expect(new Set(jobs).size).toBeGreaterThan(0)
    const [command] = commandsOf(pipeline.deploy?.kubectl?.hooks)
    const [, deleted] = /--namespace (\S+ delete jobs .*) --ignore-not-found$/.exec(command ?? '') ?? []
    const [given, ...words] = (deleted ?? '').split(' ')
    expect(given).toBe(namespace)
    expect(words.slice(2).sort()).toEqual([...new Set(jobs)].sort())
  })

  test('its secrets are made if missing, outside of production', () => {
    const environment = path.replace(/^.*\//, '').replace('-hot-reload', '')
    expect(commandsOf(pipeline.manifests?.hooks)).toEqual(
      name === 'production' ? [] : [`npm run --silent secrets -- ${environment}`],
    )
    expect(JSON.parse(read('package.json')).scripts).toHaveProperty('secrets')
  })
})

describe.each(development)('with the profile %s', (_, { pipeline }) => {
  const path = pipeline.manifests?.kustomize?.paths[0] ?? ''
  const folders = foldersOf(path)
  const namespace = folders.map(namespaceIn).find((one) => one !== undefined)
  const forwards = pipeline.portForward ?? []

  test('the front door is forwarded to the address that the environment is told', () => {
    const settings = folders.flatMap((folder) => kustomization(folder).configMapGenerator ?? [])
    const url = settings
      .flatMap(({ literals = [] }) => literals)
      .map((literal) => /^FAIRLEAD_PUBLIC_URL=(.*)/.exec(literal)?.[1])
      .find((one) => one !== undefined)
    const front = forwards.find(({ resourceType, port }) => resourceType === 'service' && port === 10_000)
    expect(front).toMatchObject({ resourceName: 'envoy', localPort: Number(new URL(url ?? '').port) })
  })

  test("Envoy's admin interface is forwarded, from the pod", () => {
    expect(forwards).toContainEqual(
      expect.objectContaining({ resourceType: 'deployment', resourceName: 'envoy', port: 9901 }),
    )
  })

  test('all forwards lead into its namespace, each from a port of its own', () => {
    expect(new Set(forwards.map((forward) => forward.namespace))).toEqual(new Set([namespace]))
    expect(new Set(forwards.map(({ localPort }) => localPort)).size).toBe(forwards.length)
  })
})

test('no two environments are forwarded from the same port', () => {
  const ports = development
    .filter(([name]) => name !== 'debug')
    .flatMap(([, { pipeline }]) => (pipeline.portForward ?? []).map(({ localPort }) => localPort))
  expect(new Set(ports).size).toBe(ports.length)
})

test('the ports of debuggers are those that the programs open', () => {
  const { portForward = [] } = skaffold.profiles.find(({ name }) => name === 'debug') ?? {}
  const inspected = patches.flatMap(({ metadata, spec }) =>
    (spec?.template?.spec.containers ?? []).flatMap(({ args = [] }) =>
      args.flatMap((arg) =>
        arg.startsWith('--inspect=') ? [[metadata.name, Number(arg.split('=')[1])]] : [],
      ),
    ),
  )
  const forwarded = portForward.filter(({ resourceName }) => resourceName !== 'envoy')
  expect(inspected).toHaveLength(3)
  expect(forwarded.map(({ resourceName, port }) => [resourceName, port]).sort()).toEqual(inspected.sort())
})

describe('what is copied into running containers', () => {
  const artifacts = (skaffold.build?.artifacts ?? [])
    .filter(({ sync }) => sync !== undefined)
    .map((artifact) => [artifact.image, artifact] as const)
  const rules = (artifact: Artifact) => artifact.sync?.manual ?? []
  /** The folder, or file, that a pattern is of. */
  const rootOf = (pattern: string) => pattern.replace(/\/[^/]*[*{].*$/, '')

  /** Where the containers of an image may be written to, relative to the folder that it works in. */
  const writable = (image: string) =>
    patches.flatMap(({ kind, metadata, spec }) => {
      const { containers = [], initContainers = [] } = spec?.template?.spec ?? {}
      const sources = initContainers.filter((container) => container.name === 'sources')
      return sources
        .filter((container) => container.image === image)
        .map(({ args = [] }) => ({
          workload: `${kind} ${metadata.name}`,
          copied: args.slice(args.indexOf('--parents') + 1, -1),
          args: containers[0]?.args ?? [],
          mounts: (containers[0]?.volumeMounts ?? []).filter((mount) => mount.name === 'sources'),
        }))
    })

  test.each(artifacts)('matches files that are there: %s', (_, artifact) => {
    expect(rules(artifact).length).toBeGreaterThan(0)
    for (const { src, dest } of rules(artifact)) {
      expect(globSync(src, { cwd: repository }).length, src).toBeGreaterThan(0)
      // The containers' folder is laid out as the repository is.
      expect(dest).toBe('.')
    }
  })

  test.each(artifacts)('is part of the image: %s', (_, artifact) => {
    const copied = copiedInto(artifact.docker.target ?? '')
    for (const { src } of rules(artifact)) {
      const root = rootOf(src)
      expect(
        copied.filter((path) => root === path || root.startsWith(`${path}/`)),
        src,
      ).not.toEqual([])
    }
  })

  test.each(artifacts)('can be written to in each container of the image: %s', (image, artifact) => {
    const workloads = writable(image)
    expect(workloads.length).toBeGreaterThan(0)
    for (const { workload, mounts, copied } of workloads) {
      for (const { mountPath, subPath } of mounts) expect(mountPath, workload).toBe(`/app/${subPath}`)
      const roots = mounts.map(({ subPath }) => subPath ?? '')
      expect(copied.toSorted(), workload).toEqual(roots.toSorted())
      for (const { src } of rules(artifact)) {
        const root = rootOf(src)
        expect(
          roots.some((mounted) => root === mounted || root.startsWith(`${mounted}/`)),
          `${workload}: ${src}`,
        ).toBe(true)
      }
    }
  })

  test('every workload of our images has its sources where they can be written to', () => {
    const tools = kustomization(hotReload).images?.map(({ name }) => name) ?? []
    const images = [...artifacts.map(([image]) => image), ...tools]
    const workloads = foldersOf('k8s/overlays/dev')
      .flatMap(manifestsIn)
      .filter(({ spec }) =>
        spec?.template?.spec.containers?.some(({ image }) => images.includes(image ?? '')),
      )
      .map(({ kind, metadata }) => `${kind} ${metadata.name}`)
      // It has ended before anything is copied: pods wait for it.
      .filter((workload) => workload !== 'Job migrate')
    const prepared = artifacts.flatMap(([image]) => writable(image).map(({ workload }) => workload))
    expect(prepared.sort()).toEqual([...new Set(workloads)].sort())
  })

  test.each(artifacts)('is what the programs of %s are run anew for', (image, artifact) => {
    const roots = rules(artifact).map(({ src }) => rootOf(src))
    const watched = writable(image).flatMap(({ args }) =>
      args.flatMap((arg) => (arg.startsWith('--watch=') ? [arg.replace('--watch=', '')] : [])),
    )
    expect(watched.length).toBeGreaterThan(0)
    for (const folder of watched) {
      expect(existsSync(inRepository(folder)), folder).toBe(true)
      expect(
        roots.some((root) => folder === root || folder.startsWith(`${root}/`)),
        folder,
      ).toBe(true)
    }
    for (const { args } of writable(image)) {
      const entry = args.find((arg) => /^(backend|frontend)\/.*\.ts$/.test(arg))
      if (entry !== undefined) expect(existsSync(inRepository(entry)), entry).toBe(true)
    }
  })

  const filesIn = (pattern: string) =>
    globSync(pattern, { cwd: repository, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => relative(repository, join(entry.parentPath, entry.name)))
  const agentSources = 'backend/src/agent/'

  test('all sources of backend and frontend are, but those of the agent', () => {
    for (const [image, artifact] of artifacts) {
      const matched = new Set(rules(artifact).flatMap(({ src }) => filesIn(src)))
      const copied = copiedInto(artifact.docker.target ?? '')
      // One that is in an image and not copied has the image built anew at each save.
      for (const folder of ['backend/src', 'frontend/src', 'frontend/server', 'proto/gen/server']) {
        if (!copied.some((path) => folder === path || folder.startsWith(`${path}/`))) continue
        const sources = filesIn(`${folder}/**/*`).filter((path) => !path.startsWith(agentSources))
        expect(sources.length).toBeGreaterThan(0)
        expect(
          sources.filter((path) => !matched.has(path)),
          image,
        ).toEqual([])
      }
    }
  })

  // A new agent begins workers anew, and those have the sources of their image.
  test('the agent is built together with the image of what begins anew with it', () => {
    const workers = artifacts.find(([image]) => image === 'fairlead-backend')?.[1]
    expect(
      rules(workers!).flatMap(({ src }) => filesIn(src).filter((path) => path.startsWith(agentSources))),
    ).toEqual([])
    expect(copiedInto('agent')).toContain('backend/src/agent')
    expect(copiedInto(workers!.docker.target ?? '')).toContain('backend')
  })
})

/** What a stage copies from the repository, with the stages that it is made from. */
function copiedInto(target: string): string[] {
  const body = stages.get(target)
  if (body === undefined) return []
  const base = new RegExp(`^FROM (\\S+) AS ${target}$`, 'm').exec(read('Dockerfile'))?.[1] ?? ''
  const own = [...body.matchAll(/^COPY (?!--from)(.*)$/gm)].flatMap(([, paths]) =>
    paths!.split(/\s+/).slice(0, -1),
  )
  return [...own, ...copiedInto(base)]
}
