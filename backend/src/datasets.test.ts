import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { imageBytes, tanKeywords } from './modules/datasets/testing/fits-bytes.ts'
import { createTestDatabase, type TestDatabase } from './testing/database.ts'

// Each command is a process of its own, slow to start on a busy machine.
vi.setConfig({ testTimeout: 60_000 })

let database: TestDatabase
let folder: string

beforeAll(async () => {
  database = await createTestDatabase()
  folder = await mkdtemp(join(tmpdir(), 'fairlead-command-'))
  await database.dataSource.query(
    `insert into organizations (id, slug, display_name, kind) values
       (gen_random_uuid(), 'operator', 'Operator', 'OPERATOR'), (gen_random_uuid(), 'lab', 'The Lab', 'MEMBER')`,
  )
})
afterAll(async () => {
  await database.drop()
  await rm(folder, { recursive: true })
})

/** The command as npm runs it, in the folder. */
async function run(args: readonly string[], changes: Record<string, string> = {}) {
  const settings = {
    FAIRLEAD_DATABASE_URL: database.url,
    FAIRLEAD_PUBLIC_URL: 'http://localhost:10000',
    FAIRLEAD_SECRET: 'a secret of at least thirty-two characters',
    FAIRLEAD_OBJECTS_FOLDER: join(folder, 'objects'),
  }
  const program = [join(import.meta.dirname, 'datasets.ts'), ...args]
  const { PATH, NODE_COMPILE_CACHE } = process.env
  const options = { cwd: folder, env: { PATH, NODE_COMPILE_CACHE, ...settings, ...changes } }
  return await new Promise<{ code: number; out: string; err: string }>((resolve) => {
    execFile(process.execPath, program, options, (error, out, err) => {
      resolve({ code: typeof error?.code === 'number' ? error.code : 0, out, err })
    })
  })
}

test('the command registers, lists and removes, by paths from where it is run', async () => {
  await writeFile(
    join(folder, 'sky.fits'),
    imageBytes(8, 8, (x) => x, tanKeywords(8, 8, 1, 1)),
  )
  await writeFile(join(folder, 'photo.fits'), Buffer.from([0xff, 0xd8, 0xff, 0xe0]))
  const registered = await run(['register', 'sky.fits', '--organization', 'the lab'])
  expect(registered).toMatchObject({ code: 0, err: '' })
  expect(registered.out).toMatch(/sky +registered/)
  const refused = await run(['register', 'photo.fits'])
  expect(refused.code).toBe(1)
  expect(refused.err).toContain('JPEG')
  expect((await run(['list'])).out).toMatch(/sky +lab +8 x 8 .*sky\.fits/)
  expect(await run(['remove', 'sky'])).toMatchObject({ code: 0, out: 'removed sky\n' })
})

test('the command explains itself without any setting', async () => {
  const unset = { FAIRLEAD_DATABASE_URL: '', FAIRLEAD_SECRET: '' }
  expect((await run(['--help'], unset)).out).toContain('register PATH...')
  expect((await run([], unset)).code).toBe(2)
})

test('the command names what is not set, and a database that is not there', async () => {
  const unset = await run(['list'], { FAIRLEAD_SECRET: '' })
  expect(unset.code).toBe(1)
  expect(unset.err).toContain('FAIRLEAD_SECRET')
  const unreachable = await run(['list'], { FAIRLEAD_DATABASE_URL: 'postgres://nobody:x@127.0.0.1:1/none' })
  expect(unreachable.code).toBe(1)
  expect(unreachable.err).toMatch(/database/i)
  expect(unreachable.err).not.toContain('    at ')
})
