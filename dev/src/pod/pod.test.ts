import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { inRepository } from '../repository.ts'
import { identify } from '../supervisor/processes.ts'

vi.setConfig({ testTimeout: 60_000 })

/** What a container of a development environment runs, on sources in a folder that changed files are copied into. */
let folder: string
let staging: string
let pod: ChildProcess | undefined
let output: string
let port: number

const server = `
import { createServer } from 'node:http'
import { answer } from './answer.ts'
const server = createServer((_, response) => response.end(answer + ' ' + process.pid))
server.listen(Number(process.env.PORT), '127.0.0.1')
process.once('SIGTERM', () => {
  console.log('stopping in order')
  server.close()
  server.closeAllConnections()
})
`

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'fairlead-pod-'))
  staging = mkdtempSync(join(tmpdir(), 'fairlead-staging-'))
  output = ''
  port = await freePort()
  mkdirSync(join(folder, 'src'))
  // Node takes .ts for a module only where a package says so.
  writeFileSync(
    join(folder, 'package.json'),
    '{ "type": "module", "dependencies": { "pg": "*", "none": "*" } }',
  )
  writeFileSync(join(folder, 'src', 'server.ts'), server)
  writeFileSync(join(folder, 'src', 'answer.ts'), `export const answer = 'first'`)
})

afterEach(async () => {
  await endPod()
  rmSync(folder, { recursive: true })
  rmSync(staging, { recursive: true })
})

function startPod(...args: string[]): void {
  pod = spawn(
    process.execPath,
    [
      inRepository('dev/src/pod/main.ts'),
      ...[join(folder, 'src/server.ts'), '--watch', join(folder, 'src')],
      ...args,
    ],
    { env: { ...process.env, PORT: String(port) }, stdio: ['ignore', 'pipe', 'pipe'] },
  )
  for (const stream of [pod.stdout, pod.stderr]) {
    stream?.setEncoding('utf8').on('data', (text: string) => {
      output += text
    })
  }
}

async function endPod(): Promise<number | null> {
  const ending = pod
  pod = undefined
  if (ending === undefined) return null
  if (ending.exitCode !== null) return ending.exitCode
  const ended = new Promise<number | null>((resolve) => ending.once('exit', resolve))
  ending.kill('SIGTERM')
  return ended
}

/** As Skaffold does it: an archive of the changed files, unpacked over them. */
function copyInto(files: Record<string, string>): void {
  for (const [name, text] of Object.entries(files)) writeFileSync(join(staging, name), text)
  const archive = execFileSync('tar', ['cf', '-', '-C', staging, ...Object.keys(files)])
  execFileSync('tar', ['xmf', '-', '-C', join(folder, 'src'), '--no-same-owner'], { input: archive })
}

async function answer(): Promise<string> {
  try {
    return await (await fetch(`http://127.0.0.1:${port}`)).text()
  } catch {
    return 'none'
  }
}

async function freePort(): Promise<number> {
  const probe: Server = createServer().listen(0, '127.0.0.1')
  await new Promise((resolve) => probe.once('listening', resolve))
  const { port: free } = probe.address() as AddressInfo
  await new Promise((resolve) => probe.close(resolve))
  return free
}

test('each change of a source is answered by the program run anew, after it has stopped in order', async () => {
  startPod()
  await expect.poll(answer).toContain('first')
  for (const next of ['second', 'third', 'fourth']) {
    copyInto({ 'answer.ts': `export const answer = '${next}'` })
    await expect.poll(answer).toContain(next)
  }
  expect(output).toContain('answer.ts changed; running')
  expect(output.split('stopping in order')).toHaveLength(4)
})

test('a syntax error is shown where it is, and healed by the next change', async () => {
  startPod()
  await expect.poll(answer).toContain('first')
  copyInto({ 'answer.ts': 'export const answer = = 2' })
  await expect.poll(() => output).toMatch(/answer\.ts/)
  await expect.poll(() => output).toContain('SyntaxError')
  await expect.poll(() => output).toContain('or when a source changes')
  expect(await answer()).toBe('none')
  copyInto({ 'answer.ts': `export const answer = 'healed'` })
  await expect.poll(answer).toContain('healed')
})

test('a source that is new, or removed, counts as changed', async () => {
  startPod()
  await expect.poll(answer).toContain('first')
  copyInto({
    'other.ts': `export const other = 'of another file'`,
    'answer.ts': `export { other as answer } from './other.ts'`,
  })
  await expect.poll(answer).toContain('of another file')
  rmSync(join(folder, 'src', 'other.ts'))
  await expect.poll(() => output).toContain('ERR_MODULE_NOT_FOUND')
})

test('a program that does not stop when told to is killed, and its children with it', async () => {
  copyInto({
    'server.ts': `
      import { spawn } from 'node:child_process'
      import { answer } from './answer.ts'
      import { createServer } from 'node:http'
      const child = spawn('sleep', ['600'])
      process.on('SIGTERM', () => undefined)
      createServer((_, response) => response.end(answer + ' ' + child.pid)).listen(Number(process.env.PORT), '127.0.0.1')
    `,
  })
  startPod()
  await expect.poll(answer).toContain('first')
  const child = Number((await answer()).split(' ')[1])
  copyInto({ 'answer.ts': `export const answer = 'second'` })
  await expect.poll(answer).toContain('second')
  await expect.poll(() => identify(child)).toBeUndefined()
  // So that the pod ends when told to.
  copyInto({ 'server.ts': server })
  await expect.poll(() => output).toContain('server.ts changed')
  await expect.poll(answer).toContain(' ')
})

test('a program that ends by itself is run again', async () => {
  startPod()
  await expect.poll(answer).toContain('first')
  const pid = Number((await answer()).split(' ')[1])
  process.kill(pid, 'SIGKILL')
  await expect.poll(() => output).toContain('was ended by SIGKILL; running it again in 1 s')
  await expect.poll(answer).toContain('first')
  expect(await answer()).not.toContain(String(pid))
})

test('the pod ends when the program has stopped in order', async () => {
  startPod()
  await expect.poll(answer).toContain('first')
  expect(await endPod()).toBe(0)
  expect(output).toContain('stopping in order')
})

test('a debugger may attach on loopback, also after a restart', async () => {
  const inspectPort = await freePort()
  startPod('--inspect', String(inspectPort))
  const session = async () => {
    try {
      const targets = await (await fetch(`http://127.0.0.1:${inspectPort}/json`)).json()
      return String((targets as { id: string }[])[0]?.id)
    } catch {
      return 'none'
    }
  }
  await expect.poll(session).not.toBe('none')
  const before = await session()
  copyInto({ 'answer.ts': `export const answer = 'second'` })
  await expect.poll(answer).toContain('second')
  // The program before may hold the port until it has ended.
  await expect.poll(async () => ['none', before].includes(await session())).toBe(false)
})

test('what is wrong with its arguments is said', () => {
  pod = spawn(process.execPath, [inRepository('dev/src/pod/main.ts')], { stdio: ['ignore', 'pipe', 'pipe'] })
  pod.stderr?.setEncoding('utf8').on('data', (text: string) => {
    output += text
  })
  return expect.poll(() => output).toContain('Usage: node dev/src/pod/main.ts ENTRY')
})
