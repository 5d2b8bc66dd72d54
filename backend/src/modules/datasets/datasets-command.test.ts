import { mkdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { runDatasetsCommand } from './datasets-command.ts'
import { type DatasetsFixture, datasetsFixture, institute, lab } from './testing/datasets-fixture.ts'
import { imageBytes, tanKeywords } from './testing/fits-bytes.ts'

let fixture: DatasetsFixture
let folder: string

beforeAll(async () => {
  fixture = await datasetsFixture()
})
afterAll(() => fixture.release())

beforeEach(async () => {
  await fixture.dataSource.query('delete from datasets')
  folder = join(fixture.home, crypto.randomUUID())
  await mkdir(folder)
})

async function run(...args: string[]) {
  let out = ''
  let err = ''
  const code = await runDatasetsCommand(args, {
    dataSource: fixture.dataSource,
    registrar: fixture.registrar,
    files: fixture.files,
    identity: fixture.identity,
    out: (text) => {
      out += text
    },
    err: (text) => {
      err += text
    },
  })
  return { code, out, err }
}

async function write(name: string, raDeg = 1): Promise<string> {
  const path = join(folder, name)
  await writeFile(
    path,
    imageBytes(20, 10, (x) => x, tanKeywords(20, 10, raDeg, 0)),
  )
  return path
}

describe('register', () => {
  test('prints what became of each file', async () => {
    const path = await write('sky.fits')
    const first = await run('register', path)
    expect(first).toMatchObject({ code: 0, err: '' })
    expect(first.out).toMatch(/^ID +STATUS +SIZE +FILE\nsky +registered +5\.8 kB +\/.*sky\.fits\n$/)
    expect((await run('register', path)).out).toMatch(/sky +unchanged/)
  })

  test('takes folders and several paths, keeps the good ones and fails for the bad', async () => {
    await mkdir(join(folder, 'sub'))
    await write('sub/a.fits', 2)
    await write('sub/b.fits', 3)
    const bad = join(folder, 'bad.fits')
    await writeFile(bad, Buffer.from([0xff, 0xd8, 0xff]))
    const absent = join(folder, 'absent.fits')
    const { code, out, err } = await run('register', bad, join(folder, 'sub'), absent)
    expect(code).toBe(1)
    expect(out).toMatch(/a +registered .*\nb +registered/)
    expect(err).toContain(`${bad}: `)
    expect(err).toContain('JPEG')
    expect(err).toContain(`${absent}: The file is not there.`)
  })

  test('takes a file whatever it is called, when it is named', async () => {
    expect(
      await run('register', await write('image.dat'), '--id', 'renamed', '--name', 'An image'),
    ).toMatchObject({ code: 0 })
    const { displayName } = await fixture.module.service.get(institute.id, 'renamed')
    expect(displayName).toBe('An image')
  })

  test('says so when a folder has no image', async () => {
    const { code, err } = await run('register', folder)
    expect(code).toBe(1)
    expect(err).toContain('no FITS file')
  })

  test.each([['microwave-lab'], ['Microwave Background Lab'], ['microwave background lab']])(
    'for %s hides it from others',
    async (name) => {
      const path = await write('private.fits')
      expect((await run('register', path, '--organization', name)).code).toBe(0)
      expect((await fixture.module.service.get(lab.id, 'private')).visibility).toBe('ORGANIZATION')
      expect(await fixture.module.service.readable(institute.id, 'private')).toBeUndefined()
      // Said of nobody the second time, it stays with the organisation.
      expect((await run('register', path)).out).toMatch(/private +unchanged/)
    },
  )

  test('refuses an organisation that there is not', async () => {
    const { code, err, out } = await run('register', await write('a.fits'), '--organization', 'nobody')
    expect(code).toBe(1)
    expect(out).toBe('')
    expect(err).toContain('There is no organisation "nobody"')
  })

  test('puts other content in the place only when told so', async () => {
    await run('register', await write('one.fits', 1), '--id', 'sky')
    const other = await write('two.fits', 9)
    const refused = await run('register', other, '--id', 'sky')
    expect(refused.code).toBe(1)
    expect(refused.err).toContain('--replace')
    expect((await run('register', other, '--id', 'sky', '--replace')).out).toMatch(/sky +replaced/)
  })

  test('says what an image without coordinates cannot be used for', async () => {
    const path = join(folder, 'plain.fits')
    await writeFile(
      path,
      imageBytes(4, 4, () => 1),
    )
    const { code, err } = await run('register', path)
    expect(code).toBe(0)
    expect(err).toContain('plain: ')
    expect(err).toContain('cannot be cut out by region')
  })
})

test('list prints who may read each dataset', async () => {
  expect((await run('list')).out).toContain('There is no dataset yet')
  await run('register', await write('public.fits'))
  await run('register', await write('own.fits', 2), '--organization', 'microwave-lab')
  const gone = await write('gone.fits', 3)
  await run('register', gone)
  await rm(gone)
  const { code, out } = await run('list')
  expect(code).toBe(0)
  expect(out).toMatch(/^ID +READABLE BY +PIXELS +SIZE +STATE +FILE\n/)
  expect(out).toMatch(/own +microwave-lab +20 x 10 +5\.8 kB +available/)
  expect(out).toMatch(/public +everyone +20 x 10/)
})

test('remove forgets the named datasets and names those that there are not', async () => {
  await run('register', await write('a.fits'))
  const { code, out, err } = await run('remove', 'a', 'b')
  expect({ code, out }).toEqual({ code: 1, out: 'removed a\n' })
  expect(err).toContain('There is no dataset b')
  expect((await run('list')).out).toContain('There is no dataset yet')
})

test.each([
  ['help', ['--help'], 0],
  ['help of a command', ['register', '--help'], 0],
])('%s prints the usage', async (_, args, expected) => {
  const { code, out } = await run(...args)
  expect(code).toBe(expected)
  expect(out).toContain('register PATH...')
})

test.each([
  ['no command', [], 'Name a command'],
  ['an unknown command', ['delete'], 'no command delete'],
  ['an unknown option', ['register', 'a', '--force'], '--force'],
  ['no path', ['register'], 'Name a file'],
  ['no identifier', ['remove'], 'Name the identifiers'],
  ['too much', ['list', 'a'], 'list takes nothing more'],
])('%s is refused with the usage', async (_, args, sentence) => {
  const { code, err } = await run(...args)
  expect(code).toBe(2)
  expect(err).toContain(sentence)
  expect(err).toContain('Usage:')
})

test('one identifier for several files is refused before anything is registered', async () => {
  await write('a.fits')
  await write('b.fits', 2)
  expect((await run('register', folder, '--id', 'x')).code).toBe(2)
  expect((await run('list')).out).toContain('There is no dataset yet')
})
