import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { open } from 'node:inspector'
import { flushCompileCache } from 'node:module'
import { dirname, join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { repository } from '../repository.ts'

/** How often to look whether the program has started, and how much of that time it then works at most. */
const lookMs = 250
const startedShare = 0.3

/**
 * Loads the packages that a program depends on, then runs it when told to. Told earlier, it runs at once. Without the
 * one who tells, it ends. Says when the program has started.
 */
const [entry = '', inspectPort] = process.argv.slice(2)
const file = resolve(repository, entry)
let told = false
const word = once(process, 'message').then(() => {
  told = true
})
const abandoned = () => process.exit(0)
process.once('disconnect', abandoned)

for (const name of dependenciesOf(file)) {
  if (told) break
  await load(name)
}
await word
process.off('disconnect', abandoned)
process.channel?.unref()
tellWhenStarted()
if (inspectPort !== undefined) open(Number(inspectPort), '127.0.0.1')
process.argv.splice(1, process.argv.length, file)
await import(pathToFileURL(file).href)

/** It waits for others now, rather than works. Time without a processor counts as work. */
function tellWhenStarted(): void {
  let last = performance.eventLoopUtilization()
  const timer = setInterval(() => {
    const now = performance.eventLoopUtilization()
    if (performance.eventLoopUtilization(now, last).utilization < startedShare) {
      clearInterval(timer)
      process.send?.('started')
      // By itself Node writes what it compiled when it ends, which one that is killed never does.
      flushCompileCache()
      process.disconnect()
    }
    last = now
  }, lookMs).unref()
}

function dependenciesOf(path: string): string[] {
  for (let folder = dirname(path); folder !== dirname(folder); folder = dirname(folder)) {
    const text = readIfThere(join(folder, 'package.json'))
    if (text !== undefined) {
      const { dependencies = {} } = JSON.parse(text) as { dependencies?: Record<string, string> }
      return Object.keys(dependencies)
    }
  }
  return []
}

function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}

/** A package that cannot be loaded by its name alone is loaded by the program, or is its failure to report. */
async function load(name: string): Promise<void> {
  try {
    const url = import.meta.resolve(name)
    // Not our own workspaces: they are sources, and change.
    if (url.includes('/node_modules/')) await import(url)
  } catch (error) {
    if (process.env['NODE_DEBUG']?.includes('pod')) console.error(error)
  }
}
