import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { inRepository } from '../repository.ts'
import { chooseBuilder } from './builder.ts'
import { imageSize } from './image-size.ts'
import { images } from './images.ts'

const dockerfile = readFileSync(inRepository('Dockerfile'), 'utf8')

test.each(images)('$target is a stage of the Dockerfile', ({ target }) => {
  expect(dockerfile).toMatch(new RegExp(`^FROM \\S+ AS ${target}$`, 'm'))
})

test('every example of the Dockerfile is built', () => {
  const examples = [...dockerfile.matchAll(/^FROM \S+ AS (example-\S+)$/gm)].map(([, name]) => name)
  expect(images.map(({ target }) => target)).toEqual(expect.arrayContaining(examples))
})

test('the stand-in of Envoy in the cluster tests is the pinned one', () => {
  const pins = (path: string) => readFileSync(inRepository(path), 'utf8').replace(/^#.*\n/gm, '')
  expect(pins('e2e/cluster/images/envoy/requirements.txt')).toBe(pins('envoy/requirements.txt'))
})

describe('the builder', () => {
  const build = { reference: 'a:1', target: 'backend', context: '/repository', version: '2.0.0' }
  const rest = [
    '--file',
    '/repository/Dockerfile',
    '--target',
    'backend',
    '--build-arg',
    'VERSION=2.0.0',
    '/repository',
  ]
  let folder: string

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'fairlead-images-'))
    for (const name of ['podman', 'buildah', 'docker']) writeFileSync(join(folder, name), '')
    chmodSync(join(folder, 'podman'), 0o755)
    chmodSync(join(folder, 'buildah'), 0o755)
  })

  afterAll(() => rmSync(folder, { recursive: true }))

  test('is the first on PATH that can be run', () => {
    const builder = chooseBuilder({ PATH: `/nowhere:${folder}` })
    expect(builder.build(build)).toEqual(['podman', 'build', '--tag', 'a:1', ...rest])
    expect(builder.size('a:1')).toEqual(['podman', 'image', 'inspect', '--format', '{{.Size}}', 'a:1'])
  })

  test('is the one that is chosen, which then has to be there', () => {
    const builder = chooseBuilder({ PATH: folder, FAIRLEAD_IMAGE_BUILDER: 'buildah' })
    expect(builder.build(build)).toEqual(['buildah', 'build', '--layers', '--tag', 'a:1', ...rest])
  })

  test('may be a program that takes tag and context first', () => {
    const builder = chooseBuilder({ FAIRLEAD_IMAGE_BUILDER: './tools/cluster' })
    expect(builder.name).toBe('cluster')
    expect(builder.build(build)).toEqual([
      './tools/cluster',
      'build',
      'a:1',
      '/repository',
      ...rest.slice(0, -1),
    ])
  })

  test.each([
    { env: { PATH: '/nowhere' }, problem: /no docker, podman or buildah on PATH/ },
    { env: { FAIRLEAD_IMAGE_BUILDER: 'kaniko' }, problem: /FAIRLEAD_IMAGE_BUILDER is "kaniko"/ },
    { env: { FAIRLEAD_IMAGE_BUILDER: 'toString' }, problem: /FAIRLEAD_IMAGE_BUILDER is "toString"/ },
  ])('that is missing or unknown is told: $problem', ({ env, problem }) => {
    expect(() => chooseBuilder(env)).toThrow(problem)
  })
})

test.each([
  ['253144555\n', 253_144_555],
  ['253 MB\n', 253_000_000],
  ['1.2 GB', 1_200_000_000],
  ['76.9 kB', 76_900],
  ['<none>', undefined],
])('%j is a size of %s bytes', (printed, bytes) => {
  expect(imageSize(printed)).toBe(bytes)
})
