import { randomBytes } from 'node:crypto'
import { rename, writeFile } from 'node:fs/promises'
import { request as httpRequest } from 'node:http'
import { connect } from 'node:net'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { v7 } from 'uuid'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createDatasetFiles } from '../../../adapters/dataset-files/dataset-files.ts'
import { missingS3Settings } from '../../../adapters/s3/s3-test-client.ts'
import { runPrefix } from '../../jobs/index.ts'
import type { StagedInput } from './staged-input.ts'
import { type RunUnderTest, type StagingFixture, sha256, stagingFixture } from './testing/staging-fixture.ts'

const missing = missingS3Settings()
if (missing.length > 0) test.skip(`staging over S3 needs ${missing.join(', ')}`, () => undefined)

describe.each(missing.length > 0 ? (['filesystem'] as const) : (['filesystem', 's3'] as const))(
  'staging over %s',
  (store) => {
    let fixture: StagingFixture
    beforeAll(async () => {
      fixture = await stagingFixture(store)
    })
    afterAll(() => fixture.end())

    const refusal = async (response: Response) => ({
      status: response.status,
      reason: ((await response.json()) as { reason: string }).reason,
    })
    const nothingKept = async (run: RunUnderTest) => {
      await expect.poll(() => run.outputs()).toEqual([])
      expect(await run.storedKeys()).toEqual([])
    }

    describe('inputs', () => {
      test('are listed with their addresses, and the parameters', async () => {
        const object: StagedInput = {
          path: 'image/a.fits',
          sizeBytes: 3,
          sha256: sha256('abc'),
          source: { kind: 'object', key: 'clean/1' },
        }
        const run = await fixture.run([[], [object]])
        expect(await (await run.request('0')).json()).toEqual({
          inputs: [],
          parameters: { THRESHOLD: '2.5' },
          outputLimitBytes: 1 << 30,
        })
        expect(await (await run.request('1')).json()).toEqual({
          inputs: [
            {
              path: 'image/a.fits',
              sizeBytes: 3,
              sha256: sha256('abc'),
              url: '/staging/v1/containers/1/inputs/0',
            },
          ],
          parameters: { THRESHOLD: '2.5' },
          outputLimitBytes: 1 << 30,
        })
      })

      test('come from the object store', async () => {
        const content = randomBytes(3_000_000)
        const key = `clean/staging-${v7()}`
        await fixture.objects.put(key, Readable.from([content]))
        const run = await fixture.run([
          [{ path: 'image/a', sizeBytes: content.length, source: { kind: 'object', key } }],
        ])
        const response = await run.request('0/inputs/0')
        expect(response.headers.get('content-length')).toBe(String(content.length))
        expect(Buffer.from(await response.arrayBuffer()).equals(content)).toBe(true)
        await fixture.objects.delete(key)
        expect(await refusal(await run.request('0/inputs/0'))).toEqual({ status: 404, reason: 'INPUT_GONE' })
      })

      test('come from files of datasets as they were registered, and not as they are changed', async () => {
        const address = join(fixture.folder, 'm31.fits')
        await writeFile(address, 'an image')
        const [location] = await createDatasetFiles({}).find(address)
        const run = await fixture.run([
          [{ path: 'image/m31.fits', sizeBytes: 8, source: { kind: 'dataset', location: location! } }],
        ])
        expect(await (await run.request('0/inputs/0')).text()).toBe('an image')
        await writeFile(`${address}.new`, 'an other')
        await rename(`${address}.new`, address)
        expect(await refusal(await run.request('0/inputs/0'))).toEqual({
          status: 409,
          reason: 'INPUT_CHANGED',
        })
      })

      test('that are shorter than they should be break the connection', async () => {
        const key = `clean/staging-${v7()}`
        await fixture.objects.put(key, Readable.from(['short']))
        const run = await fixture.run([[{ path: 'a/a', sizeBytes: 9, source: { kind: 'object', key } }]])
        await expect(run.request('0/inputs/0').then((response) => response.text())).rejects.toThrow()
        await fixture.objects.delete(key)
      })

      test.each(['1', '0/inputs/0', '0/inputs/-1', '0/inputs/x', '00', '0/', 'x', '0/outputs/a'])(
        'are not at %s',
        async (path) => {
          const run = await fixture.run()
          expect((await run.request(path)).status).toBe(404)
        },
      )
    })

    describe('tokens', () => {
      const attempt = (authorization: string) =>
        fetch(`${fixture.url}/staging/v1/containers/0`, { headers: { authorization } })

      test.each([
        ['none', () => ''],
        ['a forged one', (run: RunUnderTest) => `Bearer ${run.token.slice(0, -4)}AAAA`],
        ['another scheme', (run: RunUnderTest) => `Basic ${run.token}`],
        ['an expired one', (run: RunUnderTest) => `Bearer ${fixture.tokens.make(run.grant, new Date())}`],
      ])('%s opens nothing', async (_, authorization) => {
        const run = await fixture.run()
        expect((await attempt(authorization(run))).status).toBe(401)
      })

      test.each([
        ['a foreign job', { jobId: v7() }],
        ['another task', { taskIndex: 1 }],
        ['a run before', { run: 2 }],
      ])('of %s open nothing here', async (_, change) => {
        const run = await fixture.run()
        const token = fixture.tokens.make({ ...run.grant, ...change }, new Date(Date.now() + 60_000))
        expect(await refusal(await attempt(`Bearer ${token}`))).toEqual({
          status: 410,
          reason: 'TASK_NOT_RUNNING',
        })
      })

      test('of a run stop to work once another run has begun', async () => {
        const run = await fixture.run()
        await run.setTask('failures = 1')
        expect((await run.request('0')).status).toBe(410)
        expect((await run.put(0, 'a', 'a')).status).toBe(410)
      })

      test.each(["state = 'COMPLETED'", "state = 'CANCELLED'", "state = 'FAILED'"])(
        'of a task stop to work when %s',
        async (change) => {
          const run = await fixture.run()
          await run.setTask(`${change}, lease_owner = null, lease_expires_at = null`)
          expect((await run.request('0')).status).toBe(410)
          expect((await run.put(0, 'a', 'a')).status).toBe(410)
          const report = { stage: 'STAGE', reason: 'STAGING_FAILED', message: 'no' }
          const reported = run.request('0/failure', { method: 'POST', body: JSON.stringify(report) })
          expect((await reported).status).toBe(410)
          await nothingKept(run)
        },
      )

      test('of a task that waits for its next worker work again later', async () => {
        const run = await fixture.run()
        await run.setTask(`state = 'WAITING', lease_owner = null, lease_expires_at = null`)
        expect(await refusal(await run.request('0'))).toEqual({ status: 503, reason: 'TASK_BETWEEN_WORKERS' })
        await run.setTask(
          `state = 'RUNNING', lease_owner = 'next', lease_expires_at = now() + interval '1 minute'`,
        )
        expect((await run.request('0')).status).toBe(200)
      })
    })

    describe('outputs', () => {
      test('are stored with their type, size and digest', async () => {
        const run = await fixture.run([[], []])
        const content = randomBytes(7_000_000)
        expect((await run.put(0, 'tiles/a b+ü.bin', content)).status).toBe(204)
        expect((await run.put(1, 'empty', '')).status).toBe(204)
        expect((await run.put(1, 'table.csv', 'a,b\n1,2\n')).status).toBe(204)
        const outputs = await run.outputs()
        expect(outputs).toEqual([
          expect.objectContaining({
            number: 0,
            path: 'tiles/a b+ü.bin',
            media_type: 'application/octet-stream',
            size_bytes: '7000000',
            sha256: sha256(content),
          }),
          expect.objectContaining({ number: 1, path: 'empty', size_bytes: '0', sha256: sha256('') }),
          expect.objectContaining({ number: 1, path: 'table.csv', media_type: 'text/csv' }),
        ])
        expect((await run.storedKeys()).sort()).toEqual(outputs.map((output) => output.object_key).sort())
        const stored = await fixture.objects.get(outputs[0]!.object_key)
        expect(Buffer.concat(await stored.toArray()).equals(content)).toBe(true)
        expect(outputs[0]!.object_key.startsWith(runPrefix(run.grant.jobId, 0, 1))).toBe(true)
      })

      test('replace what was sent under the same path', async () => {
        const run = await fixture.run()
        await run.put(0, 'a', 'first')
        await run.put(0, 'a', 'the second')
        const outputs = await run.outputs()
        expect(outputs).toEqual([expect.objectContaining({ path: 'a', sha256: sha256('the second') })])
        expect(await run.storedKeys()).toEqual([outputs[0]!.object_key])
      })

      test('of a pod that was lost are forgotten before another sends its own', async () => {
        const run = await fixture.run([[], []])
        await run.put(0, 'a', 'of the lost pod')
        await run.put(1, 'a', 'of another container')
        expect((await run.request('0/outputs', { method: 'DELETE' })).status).toBe(204)
        const outputs = await run.outputs()
        expect(outputs).toEqual([expect.objectContaining({ number: 1 })])
        expect(await run.storedKeys()).toEqual([outputs[0]!.object_key])
      })

      test('sent at the same time under one path leave one of them whole', async () => {
        const run = await fixture.run()
        const contents = Array.from({ length: 6 }, () => randomBytes(200_000))
        const answers = await Promise.all(contents.map((content) => run.put(0, 'a', content)))
        expect(answers.map(({ status }) => status)).toContain(204)
        expect(answers.filter(({ status }) => status !== 204 && status !== 409)).toEqual([])
        const [output, ...others] = await run.outputs()
        expect(others).toEqual([])
        expect(contents.map(sha256)).toContain(output!.sha256)
        expect(await run.storedKeys()).toEqual([output!.object_key])
      })

      test.each([
        ['a digest that is not theirs', 'WRONG_DIGEST', { 'x-content-sha256': sha256('other') }],
        ['a digest in capitals', 'DIGEST_REQUIRED', { 'x-content-sha256': sha256('a').toUpperCase() }],
        ['no digest', 'DIGEST_REQUIRED', { 'x-content-sha256': '' }],
      ])('with %s are not kept', async (_, reason, headers) => {
        const run = await fixture.run()
        expect(await refusal(await run.put(0, 'a', 'content', headers))).toEqual({ status: 400, reason })
        await nothingKept(run)
      })

      test('without a length are refused', async () => {
        const run = await fixture.run()
        const { hostname, port } = new URL(fixture.url)
        const socket = connect(Number(port), hostname)
        const answer = new Promise((resolve) => socket.setEncoding('utf8').once('data', resolve))
        socket.write(head(run, 0).replace('content-length: 0', 'transfer-encoding: chunked'))
        expect(await answer).toMatch(/^HTTP\/1.1 411 /)
        socket.destroy()
        await nothingKept(run)
      })

      test.each([
        ['..', '%2e%2e/a'],
        ['a name with "/"', 'a%2fb'],
        ['an absolute path', '/etc/passwd'],
        ['an empty name', 'a//b'],
        ['a control character', 'a%0ab'],
        ['U+0000', 'a%00'],
        ['a name that is not NFC', encodeURIComponent('u\u0308')],
        ['a text that turns', encodeURIComponent('a\u202egpj.exe')],
        ['a name of 256 bytes', 'a'.repeat(256)],
        ['a path of more than 1,024 bytes', Array.from({ length: 6 }, () => 'a'.repeat(200)).join('/')],
        ['what is no UTF-8', 'a%ff'],
      ])('with %s in their path are refused', async (_, path) => {
        const run = await fixture.run()
        const { hostname, port } = new URL(fixture.url)
        // As it is written: fetch would resolve "..".
        const status = await new Promise((resolve, reject) => {
          const put = httpRequest({
            hostname,
            port,
            method: 'PUT',
            path: `/staging/v1/containers/0/outputs/${path}`,
            headers: {
              authorization: `Bearer ${run.token}`,
              'content-length': 1,
              'x-content-sha256': sha256('a'),
            },
          })
          put.once('response', (response) => {
            response.resume()
            resolve(response.statusCode)
          })
          put.once('error', reject)
          put.end('a')
        })
        expect([400, 404]).toContain(status)
        await nothingKept(run)
      })

      test('of containers that the run does not have are refused', async () => {
        const run = await fixture.run()
        expect(await refusal(await run.put(7, 'a', 'a'))).toEqual({
          status: 404,
          reason: 'NO_SUCH_CONTAINER',
        })
        await nothingKept(run)
      })

      test('beyond the limit of the step are refused, counted over its containers', async () => {
        const run = await fixture.run([[], []], 1_000)
        expect((await run.put(0, 'a', Buffer.alloc(600))).status).toBe(204)
        expect(await refusal(await run.put(1, 'b', Buffer.alloc(401)))).toEqual({
          status: 413,
          reason: 'OUTPUT_LIMIT_EXCEEDED',
        })
        // What replaces a file counts in its place.
        expect((await run.put(0, 'a', Buffer.alloc(599))).status).toBe(204)
        expect((await run.put(1, 'b', Buffer.alloc(401))).status).toBe(204)
      })

      test('sent side by side do not get past the limit together', async () => {
        const run = await fixture.run([[], [], [], []], 1_000_000)
        const sent = await Promise.all(
          Array.from({ length: 12 }, (_, file) => run.put(file % 4, `f${file}`, randomBytes(200_000))),
        )
        expect(sent.filter(({ status }) => status === 204)).toHaveLength(5)
        expect(sent.filter(({ status }) => status === 413)).toHaveLength(7)
        expect(await run.outputs()).toHaveLength(5)
        expect(await run.storedKeys()).toHaveLength(5)
      })

      test('are refused by their length before they are read', async () => {
        const run = await fixture.run([[]], 1_000)
        const answer = await new Promise<string>((resolve, reject) => {
          const { hostname, port } = new URL(fixture.url)
          const socket = connect(Number(port), hostname, () => socket.write(head(run, 1_000_000_000_000)))
          socket.setEncoding('utf8').once('data', (text: string) => {
            socket.destroy()
            resolve(text)
          })
          socket.once('error', reject)
        })
        expect(answer).toMatch(/^HTTP\/1.1 413 /)
        await nothingKept(run)
      })

      test('that break off in the middle are not kept, and their room is free again', async () => {
        const run = await fixture.run([[]], 1_000_000)
        const { hostname, port } = new URL(fixture.url)
        const socket = connect(Number(port), hostname)
        socket.write(head(run, 900_000))
        socket.write(randomBytes(400_000))
        await expect.poll(async () => (await run.outputs()).length).toBe(1)
        expect((await run.outputs())[0]).toMatchObject({ sha256: '', size_bytes: '900000' })
        expect((await run.put(0, 'b', randomBytes(200_000))).status).toBe(413)
        socket.destroy()
        await nothingKept(run)
        expect((await run.put(0, 'b', randomBytes(200_000))).status).toBe(204)
      })

      test('that arrive after the end of the run are not kept', async () => {
        const run = await fixture.run()
        const { hostname, port } = new URL(fixture.url)
        const content = randomBytes(100_000)
        const socket = connect(Number(port), hostname)
        socket.write(head(run, content.length, sha256(content)))
        socket.write(content.subarray(0, 50_000))
        await expect.poll(async () => (await run.outputs()).length).toBe(1)
        await run.setTask(`state = 'CANCELLED', lease_owner = null, lease_expires_at = null`)
        const answer = new Promise((resolve) => socket.setEncoding('utf8').once('data', resolve))
        socket.write(content.subarray(50_000))
        expect(await answer).toMatch(/^HTTP\/1.1 410 /)
        socket.destroy()
        await nothingKept(run)
      })

      test('are kept when they end while the next worker takes over', async () => {
        const run = await fixture.run()
        const { hostname, port } = new URL(fixture.url)
        const content = randomBytes(100_000)
        const socket = connect(Number(port), hostname)
        socket.write(head(run, content.length, sha256(content)))
        await expect.poll(async () => (await run.outputs()).length).toBe(1)
        await run.setTask(`state = 'WAITING', lease_owner = null, lease_expires_at = null`)
        const answer = new Promise((resolve) => socket.setEncoding('utf8').once('data', resolve))
        socket.write(content)
        expect(await answer).toMatch(/^HTTP\/1.1 204 /)
        socket.destroy()
      })

      test('are at most 10,000 a step', async () => {
        const run = await fixture.run()
        await fixture.database.dataSource.query(
          `insert into workflow_outputs (job_id, task_index, run, number, path, object_key, media_type, size_bytes, sha256)
           select $1, 0, 1, 0, 'f' || n, 'k', '', 0, 'x' from generate_series(1, 10000) n`,
          [run.grant.jobId],
        )
        expect((await run.put(0, 'one more', 'a')).status).toBe(413)
        expect((await run.put(0, 'f1', 'a')).status).toBe(204)
      })
    })

    describe('reports of failures', () => {
      const errors = async (run: RunUnderTest) =>
        (
          await fixture.database.dataSource.query(
            `select error_reason, error_message, error_transient from workflow_containers where job_id = $1`,
            [run.grant.jobId],
          )
        )[0]
      const report = (run: RunUnderTest, value: unknown) =>
        run.request('0/failure', { method: 'POST', body: JSON.stringify(value) })

      test('are kept, the first of them', async () => {
        const run = await fixture.run()
        const failure = { stage: 'COLLECT', reason: 'OUTPUT_UNUSABLE', message: '/out/a is a symbolic link.' }
        expect((await report(run, failure)).status).toBe(204)
        expect((await report(run, { ...failure, reason: 'STAGING_FAILED', message: 'x' })).status).toBe(204)
        expect(await errors(run)).toEqual({
          error_reason: 'OUTPUT_UNUSABLE',
          error_message: '/out/a is a symbolic link.',
          error_transient: false,
        })
      })

      test.each([
        ['a reason that is not the agent’s', { stage: 'COLLECT', reason: 'NODE_LOST', message: 'x' }],
        ['no message', { stage: 'COLLECT', reason: 'OUTPUT_UNUSABLE', message: '' }],
        ['another stage', { stage: 'RUN', reason: 'OUTPUT_UNUSABLE', message: 'x' }],
        ['a message without end', { stage: 'STAGE', reason: 'STAGING_FAILED', message: 'x'.repeat(9000) }],
        ['a text', 'x'],
      ])('with %s are refused', async (_, value) => {
        const run = await fixture.run()
        expect((await report(run, value)).status).toBe(400)
        expect(await errors(run)).toMatchObject({ error_reason: null })
      })
    })

    /** Of a PUT whose content the test sends as it likes. */
    function head(run: RunUnderTest, length: number, digest = sha256('')): string {
      return [
        'PUT /staging/v1/containers/0/outputs/a HTTP/1.1',
        'host: staging',
        `authorization: Bearer ${run.token}`,
        `content-length: ${length}`,
        `x-content-sha256: ${digest}`,
        '\r\n',
      ].join('\r\n')
    }
  },
)
