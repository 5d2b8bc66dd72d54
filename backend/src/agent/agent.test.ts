import { execFileSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { mkdtempSync } from 'node:fs'
import {
  link,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rm,
  stat,
  symlink,
  truncate,
  writeFile,
} from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { v7 } from 'uuid'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { StagedInput } from '../modules/workflows/staging/index.ts'
import {
  type RunUnderTest,
  type StagingFixture,
  sha256,
  stagingFixture,
} from '../modules/workflows/staging/testing/staging-fixture.ts'
import { droppingServer } from './testing/dropping-server.ts'
import { type EndedAgent, runAgent } from './testing/run-agent.ts'
import { type Disturbance, unsteadyProxy } from './testing/unsteady-proxy.ts'

const commands = { makePipe: 'mkfifo', makeDevice: 'mknod', mount: 'mount', unmount: 'umount' } as const

describe('the agent of a container', () => {
  let fixture: StagingFixture
  let folder: string
  const folders: string[] = []
  const mounted: string[] = []
  beforeAll(async () => {
    fixture = await stagingFixture()
  })
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'fairlead-agent-'))
    folders.push(folder)
    await mkdir(join(folder, 'in'))
    await mkdir(join(folder, 'out'))
  })
  afterAll(async () => {
    await fixture.end()
    for (const each of mounted) execFileSync(commands.unmount, [each])
    for (const each of folders) await rm(each, { recursive: true })
  })

  const agent = (
    program: string,
    run: RunUnderTest,
    order: { stagingUrl?: string; token?: string; environment?: Record<string, string> } = {},
  ): Promise<EndedAgent> =>
    runAgent(program, {
      folder,
      stagingUrl: order.stagingUrl ?? fixture.url,
      token: order.token ?? run.token,
      environment: order.environment ?? {},
    })
  const out = (path: string) => join(folder, 'out', path)
  const stored = async (path: string, content: string | Buffer): Promise<StagedInput> => {
    const key = `clean/agent-${v7()}`
    await fixture.objects.put(key, Readable.from([Buffer.from(content)]))
    const sizeBytes = Buffer.byteLength(content)
    return { path, sizeBytes, sha256: sha256(content), source: { kind: 'object', key } }
  }
  const reported = async (run: RunUnderTest): Promise<string | null> => {
    const [row] = await fixture.database.dataSource.query(
      `select error_reason from workflow_containers where job_id = $1`,
      [run.grant.jobId],
    )
    return row.error_reason
  }
  /** One behaviour of every failure: it is told by exit code, termination message and report. */
  const failed = async (
    ended: EndedAgent,
    run: RunUnderTest,
    exitCode: number,
    reason: string,
    says: RegExp,
  ) => {
    expect(ended).toMatchObject({ exitCode, termination: { reason } })
    expect((ended.termination as { message: string }).message).toMatch(says)
    expect(await reported(run)).toBe(reason)
  }

  describe('stages', () => {
    test('inputs by name, and the parameters', async () => {
      const large = randomBytes(5_000_000)
      const run = await fixture.run([
        [
          await stored('image/a b.fits', large),
          await stored('image/empty', ''),
          await stored('mask/ü', 'mask'),
        ],
      ])
      expect(await agent('stage', run)).toMatchObject({ exitCode: 0, termination: undefined })
      expect((await readFile(join(folder, 'in/image/a b.fits'))).equals(large)).toBe(true)
      expect(await readFile(join(folder, 'in/image/empty'), 'utf8')).toBe('')
      expect(await readFile(join(folder, 'in/mask/ü'), 'utf8')).toBe('mask')
      expect(JSON.parse(await readFile(join(folder, 'in/parameters.json'), 'utf8'))).toEqual({
        THRESHOLD: '2.5',
      })
      expect((await stat(join(folder, 'in/mask/ü'))).mode & 0o777).toBe(0o444)
    })

    test('the inputs of its own container, and again what it staged before', async () => {
      const run = await fixture.run([[await stored('a/0', 'zero')], [await stored('a/1', 'one')]])
      const environment = { FAIRLEAD_INSTANCE: '1' }
      expect(await agent('stage', run, { environment })).toMatchObject({ exitCode: 0 })
      expect(await agent('stage', run, { environment })).toMatchObject({ exitCode: 0 })
      expect(await readdir(join(folder, 'in/a'))).toEqual(['1'])
    })

    test.each<[string, Disturbance[]]>([
      ['is away for a while', ['refuse', 'refuse', 'refuse', 'refuse']],
      ['breaks off in the middle', ['cut', 'refuse', 'cut', 'cut']],
    ])('from a server that %s', async (_, disturbances) => {
      const content = randomBytes(2_000_000)
      const run = await fixture.run([[await stored('a/a', content)]])
      const proxy = await unsteadyProxy(fixture.url, disturbances)
      expect(await agent('stage', run, { stagingUrl: proxy.url })).toMatchObject({ exitCode: 0 })
      expect((await readFile(join(folder, 'in/a/a'))).equals(content)).toBe(true)
      expect(disturbances).toEqual([])
      await proxy.close()
    })

    test('nothing from a server that stays away, once its patience is over', async () => {
      const run = await fixture.run()
      const environment = { FAIRLEAD_STAGING_PATIENCE_SECONDS: '0.3' }
      const ended = await agent('stage', run, { stagingUrl: 'http://127.0.0.1:1', environment })
      expect(ended).toMatchObject({
        exitCode: 75,
        termination: {
          reason: 'STAGING_FAILED',
          transient: true,
          message: expect.stringMatching(/ECONNREFUSED/),
        },
      })
    })

    test('nothing where connections are dropped, and says that', { timeout: 120_000 }, async () => {
      const { url, end } = await droppingServer()
      try {
        const run = await fixture.run()
        const ended = await agent('stage', run, {
          stagingUrl: url,
          environment: { FAIRLEAD_STAGING_PATIENCE_SECONDS: '1' },
        })
        expect(ended).toMatchObject({
          exitCode: 75,
          termination: {
            reason: 'STAGING_FAILED',
            transient: true,
            message: expect.stringMatching(/out of reach for 1 s: no connection to 127\.0\.0\.1 within 5 s/),
          },
        })
      } finally {
        await end()
      }
    })

    test('and goes on when the next worker has the task', async () => {
      const run = await fixture.run()
      await run.setTask(`state = 'WAITING', lease_owner = null, lease_expires_at = null`)
      const staging = agent('stage', run)
      await expect.poll(async () => (await run.request('0')).status).toBe(503)
      await run.setTask(
        `state = 'RUNNING', lease_owner = 'b', lease_expires_at = now() + interval '1 minute'`,
      )
      expect(await staging).toMatchObject({ exitCode: 0 })
    })

    test.each([
      ['another digest', { sha256: sha256('other') }, /SHA-256/],
      [
        'a key that is gone',
        { source: { kind: 'object', key: 'clean/gone' } } as const,
        /not there any more/,
      ],
      ['a path out of the folder', { path: '../token' }, /"\.\."/],
    ])('no input with %s', async (_, change, says) => {
      const run = await fixture.run([[{ ...(await stored('a/a', 'content')), ...change }]])
      await failed(await agent('stage', run), run, 67, 'STAGING_FAILED', says)
      expect(await readdir(join(folder, 'in/a')).catch(() => [])).toEqual([])
    })

    test('nothing of a task that does not run any more', async () => {
      const run = await fixture.run()
      await run.setTask('failures = 1')
      expect(await agent('stage', run)).toMatchObject({ exitCode: 69, termination: { reason: 'CANCELLED' } })
    })

    test.each([
      ['a forged token', { token: 'flst1.e30.AAAA' }],
      ['no address', { environment: { FAIRLEAD_STAGING_URL: '' } }],
      ['no token', { environment: { FAIRLEAD_STAGING_TOKEN_FILE: '/nonexistent' } }],
      ['no number', { environment: { FAIRLEAD_INSTANCE: 'x' } }],
    ])('nothing with %s', async (_, order) => {
      const run = await fixture.run()
      expect(await agent('stage', run, order)).toMatchObject({
        exitCode: 64,
        termination: { reason: 'STAGING_FAILED', transient: false },
      })
    })

    const disk = smallDisk()
    if (disk === undefined) test.skip('a full disk needs the right to mount a small one', () => undefined)
    else
      test('what fits, and says when the disk is full', async () => {
        const run = await fixture.run([[await stored('a/a', randomBytes(3_000_000))]])
        const ended = await agent('stage', run, { environment: { FAIRLEAD_INPUTS: disk } })
        await failed(ended, run, 68, 'DISK_LIMIT_EXCEEDED', /do not fit/)
      })

    /** Of 1 MiB; undefined where this process may not mount one. */
    function smallDisk(): string | undefined {
      const place = mkdtempSync(join(tmpdir(), 'fairlead-agent-'))
      folders.push(place)
      try {
        execFileSync(commands.mount, ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', place], { stdio: 'ignore' })
        mounted.push(place)
        return place
      } catch {
        return undefined
      }
    }
  })

  describe('collects', () => {
    test('every file, whatever its size, in folders of any depth', async () => {
      const large = randomBytes(5_000_000)
      await mkdir(out('a/b/c'), { recursive: true })
      await mkdir(out('nothing/here'), { recursive: true })
      await writeFile(out('a/b/c/large.bin'), large)
      await writeFile(out('a/ü b#%?.csv'), 'x,y\n')
      await writeFile(out('.hidden'), '')
      const run = await fixture.run()
      expect(await agent('collect', run)).toMatchObject({ exitCode: 0, termination: undefined })
      expect(await run.outputs()).toEqual([
        expect.objectContaining({ path: '.hidden', size_bytes: '0', sha256: sha256('') }),
        expect.objectContaining({ path: 'a/b/c/large.bin', sha256: sha256(large) }),
        expect.objectContaining({ path: 'a/ü b#%?.csv', media_type: 'text/csv' }),
      ])
    })

    test('nothing from an empty folder', async () => {
      const run = await fixture.run()
      expect(await agent('collect', run)).toMatchObject({ exitCode: 0 })
    })

    test('what it left and no more, where another pod was lost before', async () => {
      const run = await fixture.run()
      await run.put(0, 'of the lost pod', 'content')
      await writeFile(out('own'), 'content')
      expect(await agent('collect', run)).toMatchObject({ exitCode: 0 })
      expect(await run.outputs()).toEqual([expect.objectContaining({ path: 'own' })])
    })

    test('through a server that breaks off', async () => {
      const content = randomBytes(3_000_000)
      await writeFile(out('a'), content)
      const run = await fixture.run()
      const proxy = await unsteadyProxy(fixture.url, ['refuse', 'cut', 'cut', 'refuse', 'cut'])
      expect(await agent('collect', run, { stagingUrl: proxy.url })).toMatchObject({ exitCode: 0 })
      expect(await run.outputs()).toEqual([expect.objectContaining({ path: 'a', sha256: sha256(content) })])
      await proxy.close()
    })

    test.each<[string, RegExp, (path: string) => Promise<unknown>]>([
      ['a link to a file elsewhere', /link is a symbolic link/, (path) => symlink('/etc/passwd', path)],
      ['a link to a folder elsewhere', /link is a symbolic link/, (path) => symlink('/etc', path)],
      ['a link to nothing', /link is a symbolic link/, (path) => symlink('gone', path)],
      ['a link to itself', /link is a symbolic link/, (path) => symlink('link', path)],
      ['a hard link', /is a hard link/, (path) => link(join(folder, 'out/sub/plain'), path)],
      ['a pipe', /link is a pipe/, async (path) => execFileSync(commands.makePipe, [path])],
      ['a name with a line feed', /control character/, (path) => writeFile(`${path}\n`, '')],
      [
        'a name that is not UTF-8',
        /not UTF-8/,
        (path) => writeFile(Buffer.concat([Buffer.from(path), Buffer.from([0xff])]), ''),
      ],
      ['a name that is not NFC', /NFC/, (path) => writeFile(`${path}u\u0308`, '')],
    ])('nothing where there is %s', async (_, says, make) => {
      await mkdir(out('sub'))
      await writeFile(out('sub/plain'), 'plain')
      await make(out('sub/link'))
      const run = await fixture.run()
      await failed(await agent('collect', run), run, 65, 'OUTPUT_UNUSABLE', says)
      expect(await run.outputs()).toEqual([])
    })

    test('nothing where there is a socket', async () => {
      const server = createServer().listen(out('socket'))
      await once(server, 'listening')
      const run = await fixture.run()
      await failed(await agent('collect', run), run, 65, 'OUTPUT_UNUSABLE', /is a socket/)
      server.close()
    })

    test.skipIf(process.getuid?.() !== 0)('nothing where there is a device', async () => {
      execFileSync(commands.makeDevice, [out('zero'), 'c', '1', '5'])
      const run = await fixture.run()
      await failed(await agent('collect', run), run, 65, 'OUTPUT_UNUSABLE', /is a device/)
    })

    test('nothing of what is too large, without reading it', async () => {
      await writeFile(out('sparse'), '')
      await truncate(out('sparse'), 2 ** 42)
      const run = await fixture.run()
      await failed(await agent('collect', run), run, 66, 'OUTPUT_LIMIT_EXCEEDED', /4398046511104 bytes/)
    })

    test('nothing beyond what other containers have left room for', async () => {
      await writeFile(out('a'), randomBytes(600))
      const run = await fixture.run([[], []], 1_000)
      await run.put(1, 'b', randomBytes(500))
      expect(await agent('collect', run)).toMatchObject({ exitCode: 66 })
    })
  })

  test('knows no other program', async () => {
    expect((await agent('run', await fixture.run())).exitCode).toBe(64)
  })
})
