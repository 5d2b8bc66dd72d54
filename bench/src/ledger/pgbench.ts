import { execFile } from 'node:child_process'
import { existsSync, readdirSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { promisify } from 'node:util'
import { administer } from '../../../backend/src/testing/administer.ts'

const exec = promisify(execFile)
/** Where Debian's packages put it. */
const DEBIAN = '/usr/lib/postgresql'

/** PostgreSQL's own bench program, for a database on the server that the ledger runs on. */
export class Pgbench {
  readonly #program: string
  readonly #url: string
  readonly #clients: number

  constructor(program: string, url: string, clients: number) {
    this.#program = program
    this.#url = url
    this.#clients = clients
  }

  /** @param scale a branch, ten tellers and 100,000 accounts each */
  static async create(serverUrl: string, clients: number, scale: number): Promise<Pgbench> {
    await administer(serverUrl, 'create database pgbench')
    const url = Object.assign(new URL(serverUrl), { pathname: '/pgbench' }).href
    const pgbench = new Pgbench(programPath(), url, clients)
    await pgbench.#run('--initialize', '--quiet', `--scale=${scale}`)
    return pgbench
  }

  /** Transactions a second of the TPC-B-like script, or of a script file. */
  async rate(seconds: number, script?: string): Promise<number> {
    const { stdout } = await this.#run(
      '--no-vacuum',
      '--protocol=prepared',
      `--client=${this.#clients}`,
      '--jobs=2',
      `--time=${seconds}`,
      ...(script === undefined ? [] : [`--file=${script}`]),
    )
    const rate = /^tps = ([\d.]+)/m.exec(stdout)?.[1]
    if (rate === undefined) throw new Error(`pgbench told no rate:\n${stdout}`)
    return Number(rate)
  }

  #run(...args: readonly string[]) {
    return exec(this.#program, [...args, this.#url])
  }
}

function programPath(): string {
  const folders = (process.env['PATH'] ?? '').split(delimiter)
  const versions = existsSync(DEBIAN) ? readdirSync(DEBIAN).sort((a, b) => Number(b) - Number(a)) : []
  const candidates = [...folders, ...versions.map((version) => join(DEBIAN, version, 'bin'))]
  const found = candidates.map((folder) => join(folder, 'pgbench')).find((path) => existsSync(path))
  if (found === undefined) {
    throw new Error(
      'pgbench is not found: install it (Debian: apt-get install postgresql) or put it on PATH.',
    )
  }
  return found
}
