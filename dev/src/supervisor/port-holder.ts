import { execFileSync } from 'node:child_process'
import { readdirSync, readlinkSync } from 'node:fs'
import { readText } from './read-text.ts'

/** Who listens on a port of this machine, as "NAME (process PID)", as far as this user may know. */
export function portHolder(port: number): string | undefined {
  const pid = process.platform === 'linux' ? linuxHolder(port) : lsofHolder(port)
  if (pid === undefined) return undefined
  const name = commandOf(pid)
  return name === undefined ? `process ${pid}` : `${name} (process ${pid})`
}

/** proc(5): the socket that listens on the port has an inode, and its owner a descriptor that names it. */
function linuxHolder(port: number): number | undefined {
  const inodes = new Set(['tcp', 'tcp6'].flatMap((table) => listeningInodes(table, port)))
  if (inodes.size === 0) return undefined
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    if (descriptorsOf(pid).some((target) => inodes.has(target))) return Number(pid)
  }
  return undefined
}

function listeningInodes(table: string, port: number): string[] {
  const hex = port.toString(16).toUpperCase().padStart(4, '0')
  return readText(`/proc/net/${table}`)
    .split('\n')
    .map((line) => line.trim().split(/\s+/))
    .filter(([, local, , state]) => local?.endsWith(`:${hex}`) && state === '0A')
    .map((fields) => `socket:[${fields[9]}]`)
}

/** Those of another user's process are none of ours to see. */
function descriptorsOf(pid: string): string[] {
  try {
    return readdirSync(`/proc/${pid}/fd`).map((descriptor) => linkTarget(`/proc/${pid}/fd/${descriptor}`))
  } catch {
    return []
  }
}

function linkTarget(path: string): string {
  try {
    return readlinkSync(path)
  } catch {
    return ''
  }
}

function lsofHolder(port: number): number | undefined {
  try {
    const options = ['-nP', `-iTCP:${port}`, '-sTCP:LISTEN', '-t']
    const pid = Number.parseInt(execFileSync('lsof', options, { encoding: 'utf8' }), 10)
    return Number.isNaN(pid) ? undefined : pid
  } catch {
    return undefined
  }
}

function commandOf(pid: number): string | undefined {
  try {
    return execFileSync('ps', ['-o', 'comm=', '-p', String(pid)], { encoding: 'utf8' }).trim() || undefined
  } catch {
    return undefined
  }
}
