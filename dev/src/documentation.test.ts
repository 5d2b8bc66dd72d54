import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { inRepository, repository } from './repository.ts'

// What the documents say of settings, commands and files, held to the code.

const read = (...parts: string[]) => readFileSync(inRepository(...parts), 'utf8')
const sorted = (names: Iterable<string>) => [...new Set(names)].sort()
const name = '(?:FAIRLEAD|S3|ENVOY|AMQP|OTEL)_[A-Z0-9_]+'

/** What a settings schema reads. */
const variablesOf = (schema: string) =>
  [...schema.matchAll(new RegExp(`^ +(${name}): `, 'gm'))].map(([, variable]) => variable!)

/** The first cells of a document's tables. */
const documented = (markdown: string) =>
  [...markdown.matchAll(/^\|([^|]*)\|/gm)].flatMap(([, cell]) => cell!.match(new RegExp(name, 'g')) ?? [])

const backend = ['settings', 'container-settings'].flatMap((file) =>
  variablesOf(read('backend/src', `${file}.ts`)),
)
const frontend = variablesOf(read('frontend/server/settings.ts'))
const envoy = variablesOf(read('envoy/settings.ts'))
const dev = readdirSync(inRepository('dev/src'), { recursive: true, encoding: 'utf8' })
  .filter((file) => /(?<!\.test)\.ts$/.test(file))
  .flatMap((file) => [...read('dev/src', file).matchAll(new RegExp(`'(${name})'`, 'g'))])
  .map(([, variable]) => variable!)
/** Said by one of our processes to another; nobody else sets them. */
const internal = [
  'FAIRLEAD_DEVELOPMENT_GRANT',
  'FAIRLEAD_IDENTITY_FOLDER',
  'FAIRLEAD_IDENTITY_PORT',
  'FAIRLEAD_MAIL_FOLDER',
  'FAIRLEAD_MAIL_HOST',
  'FAIRLEAD_MAIL_HTTP_PORT',
  'FAIRLEAD_MAIL_PORT',
  'FAIRLEAD_TALLY',
]

describe('settings', () => {
  const operating = documented(read('docs/operating.md'))
  const ofStart = documented(read('dev/README.md'))
  const ofCluster = documented(read('docs/kubernetes.md'))

  test('of the services all stand in the operating guide', () => {
    expect(backend.length).toBeGreaterThan(15)
    expect(frontend.length).toBeGreaterThan(5)
    expect(
      sorted([...backend, ...frontend, ...envoy]).filter((variable) => !operating.includes(variable)),
    ).toEqual([])
  })

  test('of npm start all stand there or in the folder that runs it', () => {
    const known = [...operating, ...ofStart, ...ofCluster, ...internal]
    expect(sorted(dev).filter((variable) => !known.includes(variable))).toEqual([])
  })

  test('that are documented are read', () => {
    const known = [...backend, ...frontend, ...envoy, ...dev]
    expect(
      sorted([...operating, ...ofStart, ...ofCluster]).filter((variable) => !known.includes(variable)),
    ).toEqual([])
  })

  test('that the supervisor hands on are read', () => {
    const known = [...backend, ...frontend, ...envoy, ...dev]
    const handed = variablesOf(read('dev/src/supervisor/environment.ts'))
    expect(handed.length).toBeGreaterThan(10)
    expect(sorted(handed).filter((variable) => !known.includes(variable))).toEqual([])
  })
})

test('the overlays deploy the version of package.json', () => {
  const { version } = JSON.parse(read('package.json')) as { version: string }
  for (const file of ['k8s/overlays/production', 'k8s/components/development']) {
    const tags = [...read(file, 'kustomization.yaml').matchAll(/newTag: (\S+)/g)].map(([, tag]) => tag)
    expect(sorted(tags.map(String))).toEqual([version])
  }
})

const documents = [
  ...['README.md', 'CONTRIBUTING.md'],
  ...readdirSync(inRepository('docs'))
    .filter((file) => file.endsWith('.md'))
    .map((file) => join('docs', file)),
  ...readdirSync(repository, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && existsSync(inRepository(entry.name, 'README.md')))
    .map((entry) => join(entry.name, 'README.md')),
  ...readdirSync(inRepository('k8s'), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('/README.md'))
    .map((file) => join('k8s', file)),
]

describe.each(documents)('%s', (document) => {
  const text = read(document)

  test('names commands that exist', () => {
    const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> }
    const named = [...text.matchAll(/\bnpm (?:run (?:--silent )?)?([a-z][a-z0-9]*(?:[:-][a-z0-9]+)*)/g)]
      .filter(([all, command]) => all.startsWith('npm run') || command === 'start' || command === 'test')
      .map(([, command]) => command!)
    expect(sorted(named).filter((command) => scripts[command] === undefined)).toEqual([])
    const programs = [...text.matchAll(/\bnode ([\w/.-]+\.(?:ts|mjs))/g)].map(([, path]) => path!)
    expect(programs.filter((path) => !existsSync(inRepository(path)))).toEqual([])
  })

  test('links to files that exist', () => {
    const links = [...text.matchAll(/\]\(([^)#\s]+)[^)]*\)/g)].map(([, path]) => path!)
    const local = links.filter((link) => !/^[a-z]+:/.test(link))
    expect(local.filter((link) => !existsSync(inRepository(dirname(document), link)))).toEqual([])
  })
})
