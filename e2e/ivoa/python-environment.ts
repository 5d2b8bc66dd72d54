import { execFile, spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { isAbsolute, join, resolve } from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)
const requirements = join(import.meta.dirname, 'requirements.txt')

export type PythonEnvironment =
  | { readonly python: string; readonly problem?: undefined }
  | { readonly python?: undefined; readonly problem: string }

/**
 * A virtual environment with the clients, made on first use and kept for the same requirements, in FAIRLEAD_TOOLS
 * or among the caches of node_modules. uws-client is of Python 2 and has no other version: its sources are
 * translated, unchanged else.
 */
export async function pythonEnvironment(): Promise<PythonEnvironment> {
  const version = createHash('sha256').update(readFileSync(requirements)).digest('hex').slice(0, 12)
  const folder = join(toolsFolder(), `ivoa-clients-${version}`)
  const python = join(folder, 'bin', 'python')
  const made = join(folder, 'made')
  if (existsSync(made)) return { python }
  try {
    mkdirSync(toolsFolder(), { recursive: true })
    // Its scripts name their folder, so it is made in its place.
    rmSync(folder, { recursive: true, force: true })
    await run('python3', ['-m', 'venv', folder])
    const install = ['-m', 'pip', 'install', '--disable-pip-version-check', '--no-input', '--quiet']
    const options = { env: { ...process.env, PIP_ROOT_USER_ACTION: 'ignore' }, maxBuffer: 2 ** 24 }
    await run(python, [...install, '--require-hashes', '--requirement', requirements], options)
    const find = 'import importlib.util; print(importlib.util.find_spec("uws").submodule_search_locations[0])'
    const { stdout } = await run(python, ['-c', find])
    await run(python, ['-m', 'fissix', '--write', '--nobackups', '--no-diffs', stdout.trim()], options)
    mkdirSync(`${made}.new`)
    renameSync(`${made}.new`, made)
    return { python }
  } catch (error) {
    const output = error instanceof Error && 'stderr' in error ? String(error.stderr).trim() : ''
    const last = output.split('\n').at(-1) || String(error)
    return { problem: `Python cannot install the clients (python3 -m venv, pip): ${last}` }
  }
}

function toolsFolder(): string {
  const given = process.env['FAIRLEAD_TOOLS']
  if (given === undefined || given === '') return join(import.meta.dirname, '../../node_modules/.cache/ivoa')
  return isAbsolute(given) ? given : resolve(process.env['INIT_CWD'] ?? process.cwd(), given)
}

/** Runs a journey to its end, and gives what it said. What it is to know goes to its stdin alone. */
export async function runJourney(
  python: string,
  script: string,
  settings: object,
  args: readonly string[] = [],
): Promise<string> {
  // Warnings: of astropy about units that the standards write otherwise, and of pyvo about its own past.
  const child = spawn(python, ['-W', 'ignore', join(import.meta.dirname, script), ...args], {
    env: { PATH: process.env['PATH'], HOME: process.env['HOME'], PYTHONDONTWRITEBYTECODE: '1' },
    stdio: ['pipe', 'pipe', 'pipe'],
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (bytes: Buffer) => {
      output += bytes.toString()
    })
  }
  child.stdin.end(JSON.stringify(settings))
  const code = await new Promise<number | null>((ended, reject) => {
    child.once('error', reject)
    child.once('close', ended)
  })
  if (code !== 0) throw new Error(`${script} ended with ${code}:\n${output}`)
  return output
}
