import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { inRepository, repository } from '../repository.ts'
import { environmentNamed } from './environment.ts'
import { passwordHash } from './rabbitmq-definitions.ts'
import { writeSecrets } from './write-secrets.ts'

let overlays: string
let folder: string
beforeEach(() => {
  overlays = mkdtempSync(join(tmpdir(), 'fairlead-secrets-'))
  folder = join(overlays, 'dev', 'secrets')
  mkdirSync(join(overlays, 'dev'))
  writeFileSync(join(overlays, 'dev', 'kustomization.yaml'), 'kind: Kustomization\nnamespace: fairlead-dev\n')
})
afterEach(() => rmSync(overlays, { recursive: true }))

const make = () => writeSecrets(environmentNamed(overlays, 'dev'))
const read = (name: string) => readFileSync(join(folder, name), 'utf8')
const valueIn = (file: string, key: string) =>
  read(file)
    .split('\n')
    .find((line) => line.startsWith(`${key}=`))
    ?.slice(key.length + 1) ?? ''
const contents = () => Object.fromEntries(readdirSync(folder).map((name) => [name, read(name)]))

describe('the secrets of an environment', () => {
  it('are written once and never overwritten', () => {
    expect(make().written).toHaveLength(9)
    const before = contents()
    const again = make()
    expect(again.written).toEqual([])
    expect(again.kept).toHaveLength(9)
    expect(contents()).toEqual(before)
  })

  it('get the account that a later version needs, and keep everything else', () => {
    make()
    const before = contents()
    const definitions = JSON.parse(read('rabbitmq-definitions.json'))
    const withoutBackend = {
      ...definitions,
      users: definitions.users.filter(({ name }: { name: string }) => name !== 'backend'),
      permissions: definitions.permissions.filter(({ user }: { user: string }) => user !== 'backend'),
    }
    const write = (name: string, text: string) => writeFileSync(join(folder, name), text)
    write('rabbitmq-definitions.json', JSON.stringify(withoutBackend))
    write(
      'fairlead-amqp.env',
      read('fairlead-amqp.env')
        .replace(/^backend=.*\n/m, '')
        .trimEnd(),
    )
    write('passwords.env', read('passwords.env').replace(/^rabbitmqBackend=.*\n/m, ''))
    write('kustomization.yaml', read('kustomization.yaml').replace(/^ {2}- name: minio\n.*\n/m, ''))

    const again = make()
    expect(again.written).toEqual([])
    expect(again.completed.map((path) => basename(path)).sort()).toEqual([
      'fairlead-amqp.env',
      'kustomization.yaml',
      'rabbitmq-definitions.json',
    ])
    expect(make().completed).toEqual([])
    expect(valueIn('fairlead-amqp.env', 'worker')).toBe(
      /^worker=(.*)$/m.exec(before['fairlead-amqp.env'] ?? '')?.[1],
    )
    expect(
      read('kustomization.yaml')
        .match(/^ {2}- name: .*$/gm)
        ?.sort(),
    ).toEqual(before['kustomization.yaml']?.match(/^ {2}- name: .*$/gm)?.sort())
    const after = JSON.parse(read('rabbitmq-definitions.json'))
    expect(after.users.slice(0, 2)).toEqual(definitions.users.slice(0, 2))
    expect(after.permissions).toEqual(definitions.permissions)
    const { password } = new URL(valueIn('fairlead-amqp.env', 'backend'))
    const salt = Buffer.from(after.users[2].password_hash, 'base64').subarray(0, 4)
    expect(after.users[2]).toMatchObject({ name: 'backend', password_hash: passwordHash(password, salt) })
  })

  it('are the same on both sides of a connection, also where one file is made anew', () => {
    make()
    const password = valueIn('postgres.env', 'fairlead-password')
    rmSync(join(folder, 'fairlead-database.env'))
    expect(make().written).toHaveLength(1)
    expect(valueIn('fairlead-database.env', 'url')).toBe(
      `postgres://fairlead:${password}@postgres:5432/fairlead`,
    )
    expect(valueIn('keycloak.env', 'database-password')).toBe(valueIn('postgres.env', 'keycloak-password'))
  })

  it('hold passwords that no program takes for an option', () => {
    make()
    const passwords = Object.values(contents()).flatMap((text) =>
      [...text.matchAll(/^\S*password=(.*)$/gm)].map(([, password]) => password),
    )
    expect(passwords.length).toBeGreaterThan(3)
    for (const password of passwords) expect(password).toMatch(/^[0-9a-f]{48}$/)
  })

  it('keep what was changed by hand', () => {
    make()
    const file = join(folder, 'fairlead-database.env')
    writeFileSync(file, 'url=postgres://elsewhere/fairlead\n')
    make()
    expect(read('fairlead-database.env')).toBe('url=postgres://elsewhere/fairlead\n')
  })

  it('can be read by their owner alone', () => {
    make()
    expect(readdirSync(folder).map((name) => statSync(join(folder, name)).mode & 0o077)).toEqual(
      readdirSync(folder).map(() => 0),
    )
  })

  it('differ from one environment to another', () => {
    make()
    const first = contents()
    rmSync(folder, { recursive: true })
    make()
    for (const [name, text] of Object.entries(contents())) {
      if (name !== 'kustomization.yaml') expect(text).not.toBe(first[name])
    }
  })

  it('give RabbitMQ no guest, and the accounts the rights of docs/notifications.md', () => {
    make()
    const { users, permissions, vhosts } = JSON.parse(read('rabbitmq-definitions.json')) as {
      users: { name: string; password_hash: string; tags: string[] }[]
      permissions: { user: string; vhost: string; configure: string; write: string; read: string }[]
      vhosts: { name: string }[]
    }
    expect(vhosts).toEqual([{ name: 'fairlead' }])
    expect(users.map(({ name, tags }) => [name, tags])).toEqual([
      ['worker', []],
      ['frontend', []],
      ['backend', []],
    ])
    const documented = readFileSync(inRepository('docs', 'notifications.md'), 'utf8')
    for (const { user, configure, write, read: reading } of permissions) {
      const cells = [configure, write, reading].map((pattern) => `\`${pattern.replaceAll('|', '\\|')}\``)
      const row =
        documented.split('\n').find((line) => line.startsWith(`| ${user} `) && line.includes('`^')) ?? ''
      expect(row.split(/(?<!\\)\|/).map((cell) => cell.trim())).toEqual(['', user, ...cells, ''])
    }
    const [worker] = users
    const salt = Buffer.from(worker?.password_hash ?? '', 'base64').subarray(0, 4)
    const { password } = new URL(valueIn('fairlead-amqp.env', 'worker'))
    expect(worker?.password_hash).toBe(passwordHash(password, salt))
  })

  it('hash a password as in the example of the RabbitMQ documentation', () => {
    expect(passwordHash('test12', Buffer.from('908DC60A', 'hex'))).toBe(
      'kI3GCqW5JLMJa4iX1lo7X4D6XbYqlLgxIs30+P6tENUV2POR',
    )
  })

  it('are ignored by git', () => {
    const ignored = ['dev', 'dev1', 'dev2', 'production'].map(
      (name) => `k8s/overlays/${name}/secrets/minio.env`,
    )
    const answer = execFileSync('git', ['check-ignore', ...ignored], { cwd: repository, encoding: 'utf8' })
    expect(answer.trim().split('\n')).toEqual(ignored)
  })

  it.each([
    [undefined, 'An environment is missing; name one of dev, as in: npm run secrets -- dev'],
    ['../dev', 'There is no environment "../dev"; name one of dev'],
    ['production', 'see k8s/overlays/production/README.md'],
  ])('are refused for %s, with the way out', (name, sentence) => {
    expect(() => environmentNamed(overlays, name)).toThrow(sentence)
  })
})
