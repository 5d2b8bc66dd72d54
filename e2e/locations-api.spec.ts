// Fixes as devices and scripts send them: grpcurl over one stream, curl as JSON, through the front door.
import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout } from 'node:timers/promises'
import { promisify } from 'node:util'
import { type Api, apiAs } from './support/api.ts'
import { expect, test } from './support/fairlead-test.ts'
import type { System } from './support/system.ts'

const run = promisify(execFile)
const organization = 'microwave-lab'
const streamFixes = 'fairlead.locations.v1.FixService/StreamFixes'
/** Yesterday at noon, and every second after it. */
const beginMs = Math.floor(Date.now() / 86_400_000) * 86_400_000 - 43_200_000

interface Device {
  readonly name: string
  readonly token: string
}

interface Answer {
  readonly sequence?: string
  readonly counts: { readonly accepted?: string; readonly duplicates?: string; readonly rejected?: string }
  readonly rejections?: readonly { readonly index?: number; readonly field: string }[]
}

/** A person's telephone with a token of its own. */
async function makeDevice(api: Api, displayName: string): Promise<Device> {
  const parent = `organizations/${organization}`
  const person = await api.post<{ name: string }>(`${parent}/persons`, { displayName })
  const made = { person: person.name, displayName: `${displayName}'s telephone` }
  const device = await api.post<{ name: string }>(`${parent}/devices`, made)
  const { secret } = await api.post<{ secret: string }>(`${device.name}:issueToken`, { lifetimeDays: 1 })
  expect(secret).toMatch(/^fld_[\w-]{43}$/)
  return { name: device.name, token: secret }
}

function fix(second: number, change: object = {}) {
  const recordTime = new Date(beginMs + second * 1000).toISOString()
  return { recordTime, latitude: 47.3769 + second / 1e5, longitude: 8.5417, accuracyM: 5, ...change }
}

async function requireGrpcurl(): Promise<void> {
  const present = await run('grpcurl', ['--version']).then(
    () => true,
    () => false,
  )
  test.skip(!present, 'grpcurl is not on PATH')
}

/** grpcurl with its messages on standard input, one at a time. */
function openStream(system: System, token: string) {
  const address = new URL(system.url).host
  const authorization = `authorization: Bearer ${token}`
  const process = spawn('grpcurl', ['-plaintext', '-H', authorization, '-d', '@', address, streamFixes])
  let output = ''
  let errors = ''
  process.stdout.on('data', (text) => {
    output += text
  })
  process.stderr.on('data', (text) => {
    errors += text
  })
  const ended = once(process, 'exit')
  return {
    send: (message: object) => process.stdin.write(`${JSON.stringify(message)}\n`),
    /** Those that have come so far. */
    answers: (): Answer[] => {
      const whole = output.slice(0, output.lastIndexOf('\n}') + 2)
      return whole === '\n}' || whole.length < 2
        ? []
        : JSON.parse(`[${whole.replaceAll(/^\}\n\{/gm, '},{')}]`)
    },
    /** What it says of a call that ends by itself, which it finds when it sends something more. */
    async broken(message: object): Promise<string> {
      const exited = ended.then(() => true)
      // It may be gone before the last message is.
      process.stdin.on('error', () => undefined)
      do process.stdin.write(`${JSON.stringify(message)}\n`)
      while (!(await Promise.race([exited, setTimeout(250, false)])))
      return errors
    },
    async end(): Promise<{ code: unknown; errors: string }> {
      process.stdin.end()
      const [code] = await ended
      return { code, errors }
    },
  }
}

test('grpcurl streams fixes, and gets each batch acknowledged while the stream is open', async ({
  system,
}) => {
  await requireGrpcurl()
  const device = await makeDevice(await apiAs(system, 'erin', organization), 'Stream Walker')
  const stream = openStream(system, device.token)
  stream.send({ parent: device.name, sequence: 7, fixes: [fix(0), fix(1), fix(2)] })
  await expect.poll(() => stream.answers().length).toBe(1)
  stream.send({ sequence: 8, fixes: [fix(3), fix(2), fix(4, { latitude: 91 })] })
  await expect.poll(() => stream.answers().length).toBe(2)
  for (let sequence = 9; sequence < 29; sequence++) {
    const fixes = Array.from({ length: 500 }, (_, index) => fix(sequence * 500 + index))
    stream.send({ sequence, fixes })
  }
  expect(await stream.end()).toEqual({ code: 0, errors: '' })
  const [first, second, ...others] = stream.answers()
  expect(first).toMatchObject({ sequence: '7', counts: { accepted: '3' } })
  expect(second).toMatchObject({
    sequence: '8',
    counts: { accepted: '1', duplicates: '1', rejected: '1' },
    rejections: [{ index: 2, field: 'latitude' }],
  })
  expect(others.map(({ sequence, counts }) => [sequence, counts.accepted])).toEqual(
    Array.from({ length: 20 }, (_, index) => [String(9 + index), '500']),
  )
})

test('curl posts a batch as JSON, of a device and of an organisation', async ({ system }) => {
  const api = await apiAs(system, 'erin', organization)
  const device = await makeDevice(api, 'Curl Walker')
  const post = async (path: string, token: string, body: object) => {
    const { stdout } = await run('curl', [
      ...['--silent', '--show-error', '--write-out', '\n%{http_code}'],
      ...['--header', `authorization: Bearer ${token}`, '--header', 'content-type: application/json'],
      ...['--data', JSON.stringify(body), `${system.url}/api/v1/${path}`],
    ])
    const [answer = '', code] = stdout.split(/\n(?=\d+$)/)
    return { code, answer: JSON.parse(answer) as Answer & { message?: string } }
  }
  const batch = { fixes: [fix(0), fix(1), fix(1), fix(2, { longitude: 'NaN' }), fix(3, { latitude: 1e308 })] }
  const own = await post(`${device.name}/fixes:record`, device.token, batch)
  expect(own).toMatchObject({
    code: '200',
    answer: {
      counts: { accepted: '2', duplicates: '1', rejected: '2' },
      rejections: [
        { index: 3, field: 'longitude' },
        { index: 4, field: 'latitude' },
      ],
      queued: false,
    },
  })
  const named = [fix(10, { device: device.name.split('/').at(-1) }), fix(11, { device: 'nobody' })]
  const token = await system.token('erin')
  expect(await post(`organizations/${organization}/fixes:record`, token, { fixes: named })).toMatchObject({
    code: '200',
    answer: { counts: { accepted: '1', rejected: '1' }, rejections: [{ index: 1, field: 'device' }] },
  })
})

test("a device's token opens nothing but the device's own fixes, and nothing once it is revoked", async ({
  system,
}) => {
  await requireGrpcurl()
  const api = await apiAs(system, 'erin', organization)
  const [device, other] = [await makeDevice(api, 'One Walker'), await makeDevice(api, 'Other Walker')]
  const statusOf = async (path: string, body?: object) => {
    const headers = [`authorization: Bearer ${device.token}`, 'content-type: application/json']
    const { stdout } = await run('curl', [
      ...['--silent', '--show-error', '--output', '/dev/null', '--write-out', '%{http_code}'],
      ...headers.flatMap((header) => ['--header', header]),
      ...(body === undefined ? [] : ['--data', JSON.stringify(body)]),
      system.url + path,
    ])
    return Number(stdout)
  }
  const lab = `/api/v1/organizations/${organization}`
  for (const path of ['/api/v1/users/me', '/api/v1/organizations', lab, `${lab}/persons`, `${lab}/devices`])
    expect(await statusOf(path), path).toBe(403)
  expect(await statusOf('/uws/cutout')).toBe(403)
  const batch = { fixes: [fix(0)] }
  expect(await statusOf(`/api/v1/${other.name}/fixes:record`, batch)).toBe(403)
  expect(await statusOf(`${lab}/fixes:record`, batch)).toBe(403)
  expect(await statusOf(`${lab}/fixImports`, { fileName: 'a.csv' })).toBe(403)
  expect(await statusOf(`/api/v1/${device.name}/fixes:record`, batch)).toBe(200)

  const stream = openStream(system, device.token)
  stream.send({ parent: device.name, sequence: 1, fixes: [fix(1)] })
  await expect.poll(() => stream.answers().length).toBe(1)
  await api.post(`${device.name}:revokeToken`, {})
  expect(await statusOf(`/api/v1/${device.name}/fixes:record`, batch)).toBe(401)
  // An open stream is looked at every few seconds.
  expect(await stream.broken({ sequence: 2 })).toMatch(/Unauthenticated/)
})
